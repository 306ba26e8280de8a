"""Ids, order, corpus sample, settings, table and loss curve of a checkpoint: pure parts, no training."""

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from assets.checkpoint.identity import (
    checkpoint_id,
    corpus_sample,
    rows_digest,
    tiny_model_id,
    training_order,
)
from assets.checkpoint.plot import loss_plot, thinned
from assets.checkpoint.settings import CheckpointSettings, NamedModel
from assets.checkpoint.stages import altogether, training_stages
from assets.checkpoint.table import TABLE, checkpoint_row
from resources.trainer.base import CURVE_SCHEMA, TinyModel, TrainingResult, TrainingSettings
from resources.trainer.choice import OwnLoop, Trl
from resources.trainer.schedule import learning_rate, number_of_steps, warmup_length

STARCODER2_INSTRUCT = {
    "epochs": 4,
    "learning_rate": 1e-5,
    "schedule": "linear",
    "warmup_ratio": 0.05,
    "optimizer": "adafactor",
    "batch_size": 64,
    "sequence_length": 1280,
    "dropout": 0.0,
    "seed": 0,
}
MAGICODER = {
    "epochs": 2,
    "learning_rate": 5e-5,
    "schedule": "linear",
    "warmup_steps": 15,
    "optimizer": "adafactor",
    "batch_size": 512,
    "sequence_length": 1216,
    "seed": 0,
}
WAVECODER = MAGICODER | {"epochs": 3, "schedule": "cosine"}
TRAINING = TrainingSettings(**STARCODER2_INSTRUCT)
BASE = {"model": "tiny", "revision": "abc"}
CURVE = pl.DataFrame(
    {"step": range(1, 2001), "loss": [3.0] * 2000, "lr": [1e-3] * 2000, "tokens": range(2000)},
    schema=CURVE_SCHEMA,
)


def rows(*ids: str) -> pl.DataFrame:
    return pl.DataFrame({"sft_id": ids}, schema={"sft_id": pl.String})


@pytest.mark.parametrize("published", [STARCODER2_INSTRUCT, MAGICODER, WAVECODER])
@pytest.mark.parametrize("base", [{"kind": "tiny"}, {"kind": "named", "model": "bigcode/starcoder2-15b"}])
def test_published_trainings_can_be_written_down(published: dict[str, object], base: dict[str, object]):
    written = CheckpointSettings.model_validate({"base_model": base, "training": published})
    assert CheckpointSettings.model_validate_json(written.model_dump_json()) == written
    assert written.training.epochs == published["epochs"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"learning_rte": 1}, "Extra inputs are not permitted"),
        ({"warmup_steps": 3}, "not both"),
        ({"batch_size": 0}, "greater than 0"),
        ({"schedule": "step"}, "'linear', 'cosine' or 'constant'"),
        ({"micro_batch_size": 7}, "multiple of micro_batch_size"),
    ],
)
def test_wrong_settings_are_refused(change: dict[str, object], message: str):
    with pytest.raises(ValidationError, match=message):
        TrainingSettings.model_validate(STARCODER2_INSTRUCT | change)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"hidden_size": 100, "heads": 4}, "even multiple"),
        ({"context": 64, "pretraining_steps": 1}, "must not exceed context"),
    ],
)
def test_impossible_shapes_are_refused(change: dict[str, int], message: str):
    with pytest.raises(ValidationError, match=message):
        TinyModel(**change)  # type: ignore[arg-type]


def test_schedules_warm_up_and_decay():
    linear = TRAINING.model_copy(update={"learning_rate": 1.0, "warmup_ratio": 0.25})
    assert [learning_rate(linear, step, 8) for step in range(8)] == pytest.approx(
        [0.5, 1.0, 1.0, 5 / 6, 4 / 6, 3 / 6, 2 / 6, 1 / 6]
    )
    cosine = linear.model_copy(update={"schedule": "cosine"})
    assert learning_rate(cosine, 5, 8) == pytest.approx(0.5)
    constant = linear.model_copy(update={"schedule": "constant", "warmup_ratio": None, "warmup_steps": 2})
    assert [learning_rate(constant, step, 4) for step in range(4)] == [0.5, 1.0, 1.0, 1.0]
    assert warmup_length(TrainingSettings(**MAGICODER), 5) == 5


def test_number_of_steps_follows_epochs_and_their_limit():
    assert number_of_steps(TRAINING, 129) == 12
    assert number_of_steps(TRAINING.model_copy(update={"epochs": 0.5}), 128) == 1
    assert number_of_steps(TRAINING.model_copy(update={"max_steps": 5}), 10_000) == 5


@settings(max_examples=50, deadline=None)
@given(
    st.sets(st.text("0123456789abcdef", min_size=1, max_size=6), max_size=20),
    st.integers(0, 10),
    st.randoms(),
)
def test_training_order_depends_on_rows_and_seed_alone(ids: set[str], seed: int, shuffler):
    listed = sorted(ids)
    shuffler.shuffle(listed)
    ordered = training_order(rows(*listed), seed)
    assert ordered.equals(training_order(rows(*sorted(ids)), seed))
    assert set(ordered["sft_id"]) == ids


def test_training_order_shuffles_by_seed():
    ids = [f"{n:03}" for n in range(100)]
    orders = [training_order(rows(*ids), seed)["sft_id"].to_list() for seed in (0, 1)]
    assert orders[0] != orders[1] and orders[0] != ids


def test_checkpoint_id_changes_with_all_that_it_stands_for():
    known = checkpoint_id(rows("a", "b"), BASE, TRAINING)
    assert known == checkpoint_id(
        rows("a", "b").with_columns(other=1), dict(reversed(BASE.items())), TRAINING
    )
    others = [
        checkpoint_id(rows("b", "a"), BASE, TRAINING),
        checkpoint_id(rows("a"), BASE, TRAINING),
        checkpoint_id(rows("ab"), BASE, TRAINING),
        checkpoint_id(rows("a", "b"), BASE | {"revision": "abd"}, TRAINING),
        checkpoint_id(rows("a", "b"), BASE, TRAINING.model_copy(update={"seed": 1})),
    ]
    assert len({known, *others}) == 6
    assert checkpoint_id(rows("a", "b"), BASE, TRAINING, OwnLoop()) == known
    assert checkpoint_id(rows("a", "b"), BASE, TRAINING, Trl(kind="trl")) not in {known, *others}
    texts = pl.DataFrame({"text": ["x", "y"]})
    ids = {tiny_model_id(TinyModel(seed=seed), texts[:count]) for seed in (0, 1) for count in (1, 2)}
    assert len(ids) == 4


def test_corpus_sample_is_bounded_and_does_not_follow_the_row_order():
    files = pl.DataFrame({"file_id": ["c", "a", "b", "d"], "content": ["ccc", "aé", "bbbb", "d"]})
    for order in (files, files.reverse()):
        assert corpus_sample(order.lazy(), 7)["text"].to_list() == ["aé", "bbbb"]
    assert corpus_sample(files.lazy(), 1)["text"].to_list() == ["aé"]
    assert corpus_sample(files.lazy(), 1000)["text"].to_list() == ["aé", "bbbb", "ccc", "d"]
    assert corpus_sample(files[:0].lazy(), 10).schema == {"text": pl.String}


def test_loss_plot_is_a_small_png_even_for_long_curves():
    noisy = pl.concat([CURVE.with_columns(step=pl.col("step") + 2000 * n) for n in range(10)]).with_columns(
        loss=3 + (pl.col("step") * 7919 % 101) / 50
    )
    for curve in (noisy, CURVE[:1], CURVE[:0]):
        png = loss_plot(curve, 3.0, None if curve.is_empty() else 1.0, "training_rows")
        assert png.startswith(b"\x89PNG") and len(png) <= 60_000


def test_thinning_keeps_the_mean():
    drawn = thinned(CURVE.with_columns(loss=pl.col("step").cast(pl.Float64)))
    assert drawn.height == 400
    assert drawn["loss"].mean() == pytest.approx(1000.5)
    assert thinned(CURVE[:400]).equals(CURVE[:400])


def test_checkpoint_row_has_the_tables_columns():
    result = TrainingResult(
        model_id="id",
        folder=Path("/nowhere"),
        loss_before=3.0,
        loss_after=1.0,
        loss_on="training_rows",
        curve=CURVE[:2],
        steps=2,
        tokens=10,
        completion_tokens=5,
        truncated=0,
        parameters=100,
        seconds=1.5,
        hardware="a processor",
        versions={"torch": "2"},
        files={"model.safetensors": "0" * 64},
    )
    chosen = CheckpointSettings(base_model=NamedModel(model="m"), training=TRAINING)
    learnt = pl.DataFrame({"license": ["MIT", "MIT", None, "Apache-2.0", "MIT", "Apache-2.0", "MIT"]})
    row = checkpoint_row(
        result,
        chosen,
        BASE,
        recipe="demo",
        weights="s3://b/id",
        rows=learnt,
        rows_digest=rows_digest(rows("a")),
        base_license="mit",
        data={"demo/sft_dataset/language=python": "d1"},
    )
    [counted] = row["licenses"].to_list()
    assert [tuple(one.values()) for one in counted] == [("MIT", 4), ("Apache-2.0", 2), ("unknown", 1)]
    assert row["data"].to_list() == [[{"table": "demo/sft_dataset/language=python", "digest": "d1"}]]
    assert row.schema == TABLE.schema
    assert row["curve"].explode().struct.unnest().equals(CURVE[:2])
    assert TypeAdapter(CheckpointSettings).validate_json(row["settings"][0]) == chosen
    assert {"hardware", "seconds"} <= set(TABLE.volatile)


def staged(first: dict[str, object] | None = None) -> CheckpointSettings:
    return CheckpointSettings.model_validate(
        {"base_model": {"kind": "tiny"}, "training": MAGICODER, "first_stage": first}
    )


def evolved(**rounds: int) -> pl.LazyFrame:
    return ready(*([None] * len(rounds)), **rounds)


def ready(*categories: str | None, **rounds: int) -> pl.LazyFrame:
    """Instructions by their round of evolution, with their categories."""
    given = {"instruction_id": list(rounds), "round": list(rounds.values()), "category": list(categories)}
    return pl.LazyFrame(given, schema_overrides={"category": pl.String})


ROWS = pl.DataFrame({"sft_id": ["r1", "r2", "r3"], "instruction_id": ["a", "b", "c"]})


def test_without_a_first_stage_one_training_sees_all_rows():
    ((rows_, training),) = training_stages(ROWS, staged(), evolved(a=0, b=1, c=2))
    assert rows_.equals(training_order(ROWS, training.seed))
    assert training_stages(ROWS.clear(), staged()) == []


def test_a_first_stage_takes_what_did_not_evolve():
    settings = staged(STARCODER2_INSTRUCT)
    (first, one), (then, other) = training_stages(ROWS, settings, evolved(a=0, b=1, c=2))
    assert (first["sft_id"].to_list(), one) == (["r1"], settings.first_stage)
    assert (sorted(then["sft_id"]), other) == (["r2", "r3"], settings.training)
    (first, _), (then, _) = training_stages(ROWS, settings, ready(None, "ready row", "else", a=0, b=0, c=0))
    assert (sorted(first["sft_id"]), then["sft_id"].to_list()) == (["r1", "r3"], ["r2"])
    # a stage without a row is left out
    ((all_of_it, only),) = training_stages(ROWS, settings, evolved(a=0, b=0, c=0))
    assert all_of_it.height == 3 and only == settings.first_stage


def test_several_trainings_are_one_curve_and_the_last_ones_losses():
    def result(steps: int, tokens: int, loss: float) -> TrainingResult:
        curve = CURVE.head(steps).with_columns(tokens=pl.int_range(1, steps + 1, dtype=pl.Int64) * tokens)
        return TrainingResult(
            model_id=str(steps), folder=Path(str(steps)), loss_before=loss, loss_after=loss / 2,
            loss_on="training_rows", curve=curve.with_columns(step=pl.int_range(1, steps + 1, dtype=pl.Int64)),
            steps=steps, tokens=steps * tokens, completion_tokens=steps, truncated=1, parameters=9, seconds=2.0,
            hardware="cpu", versions={}, files={"w": str(steps)}, reused=steps == 2,
        )  # fmt: skip

    both = altogether([result(2, 10, 3.0), result(3, 5, 1.0)])
    assert both.curve["step"].to_list() == [1, 2, 3, 4, 5]
    assert both.curve["tokens"].to_list() == [10, 20, 25, 30, 35]
    assert (both.model_id, both.loss_before, both.loss_after, both.files) == ("3", 1.0, 0.5, {"w": "3"})
    assert (both.steps, both.tokens, both.completion_tokens, both.truncated, both.seconds) == (
        5,
        35,
        5,
        2,
        4.0,
    )
    assert not both.reused and both.curve.schema == CURVE_SCHEMA
    alone = result(2, 10, 3.0)
    assert altogether([alone]).curve.equals(alone.curve)


def test_the_chat_template_and_the_average_belong_to_the_identity():
    changed = [{"chat_template": "alpaca"}, {"chat_template": "chatml"}, {"loss_average": "row"}]
    made = [TrainingSettings.model_validate(TRAINING.model_dump() | change) for change in ({}, *changed)]
    assert len({checkpoint_id(rows("a"), BASE, training) for training in made}) == len(made)
