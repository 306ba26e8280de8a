"""Real trainings of a tiny model: it learns, only on completions, reproducibly, and leaves whole folders."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from resources.model_folder import BrokenModelFolder, check_against_manifest, model_digest
from resources.trainer import loop
from resources.trainer.base import (
    CURVE_SCHEMA,
    OnProgress,
    Progress,
    TinyModel,
    TrainerUnavailable,
    TrainingFailed,
    TrainingResult,
    TrainingSettings,
)
from resources.trainer.local import LocalTrainer, read_result
from resources.trainer.local_process import run_job
from resources.trainer.schedule import learning_rate
from resources.trainer.tokens import Batch, TokenRow, collate

torch = pytest.importorskip("torch", reason="training needs the extra `train`")

TINY = TinyModel(vocabulary=320, hidden_size=32, intermediate_size=64, layers=2, heads=2, context=128)
TEXTS = pl.DataFrame({"text": [f"def add_{n}(x):\n    return x + {n}\n" for n in range(40)]})
EXAMPLES = pl.DataFrame(
    {
        "sft_id": [f"row{n:02}" for n in range(24)],
        "prompt": [f"Add {n} to x." for n in range(24)],
        "completion": [f"def f(x):\n    return x + {n}" for n in range(24)],
    }
)
SETTINGS = TrainingSettings(
    epochs=8,
    learning_rate=0.01,
    schedule="cosine",
    warmup_ratio=0.1,
    batch_size=8,
    sequence_length=96,
    optimizer="adafactor",
    seed=1,
)


class InThisProcess(LocalTrainer):
    """The same trainer without a process of its own, which costs five seconds a model to start."""

    def _run(self, job: dict[str, object], scratch: Path, on_progress: OnProgress) -> dict[str, Any]:
        facts = run_job(job, on_progress)
        return json.loads(json.dumps(facts))


@pytest.fixture(scope="module")
def trainer() -> Iterator[LocalTrainer]:
    yield InThisProcess(threads=1, device="cpu")
    torch.use_deterministic_algorithms(False)


@pytest.fixture(scope="module")
def child_trainer() -> LocalTrainer:
    return LocalTrainer(threads=1, device="cpu")


@pytest.fixture(scope="module")
def base(trainer: LocalTrainer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return trainer.make_base(TEXTS, TINY, tmp_path_factory.mktemp("base") / "tiny", model_id="base").folder


@pytest.fixture(scope="module")
def trained(
    child_trainer: LocalTrainer, base: Path, tmp_path_factory: pytest.TempPathFactory
) -> TrainingResult:
    output = tmp_path_factory.mktemp("trained") / "checkpoint"
    return child_trainer.train(EXAMPLES, SETTINGS, output, base=str(base), model_id="one")


@pytest.mark.slow(seconds=6)
def test_training_lowers_the_loss_and_records_how(trained: TrainingResult):
    assert trained.loss_before is not None and trained.loss_after is not None
    assert trained.loss_after < 0.6 * trained.loss_before
    assert trained.loss_on == "training_rows"
    assert trained.curve.schema == CURVE_SCHEMA
    assert trained.steps == trained.curve.height == 24
    assert trained.curve["step"].to_list() == list(range(1, 25))
    assert trained.curve["lr"].to_list() == [learning_rate(SETTINGS, step, 24) for step in range(24)]
    assert trained.curve["tokens"].is_sorted() and trained.curve["tokens"][-1] == trained.tokens
    assert 0 < trained.completion_tokens < trained.tokens
    assert (trained.truncated, trained.left_out.height, trained.reused) == (0, 0, False)
    assert trained.hardware and trained.seconds > 0 and trained.versions["torch"]


def test_folder_is_one_that_transformers_loads(trained: TrainingResult):
    from transformers import AutoModelForCausalLM, AutoTokenizer, GenerationConfig

    model = AutoModelForCausalLM.from_pretrained(trained.folder)
    tokenizer = AutoTokenizer.from_pretrained(trained.folder)
    assert sum(parameter.numel() for parameter in model.parameters()) == trained.parameters
    assert GenerationConfig.from_pretrained(trained.folder).eos_token_id == tokenizer.eos_token_id
    config = json.loads((trained.folder / "tokenizer_config.json").read_text())
    assert config["tokenizer_class"] == "PreTrainedTokenizerFast"
    text = "def f(x):\n\treturn 'é' + 1234  # naïve"
    assert tokenizer.decode(tokenizer(text)["input_ids"], skip_special_tokens=True) == text
    assert tokenizer.convert_ids_to_tokens(tokenizer("1234")["input_ids"])[1:] == list("1234")
    messages = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Add 3 to x."},
        {"role": "assistant", "content": "def f(x): ..."},
    ]
    whole = tokenizer.apply_chat_template(messages, tokenize=False)
    prompt = tokenizer.apply_chat_template(messages[:2], tokenize=False, add_generation_prompt=True)
    assert whole == prompt + "def f(x): ..." + tokenizer.eos_token
    assert prompt == "<s>Be brief.\n\n### Instruction\nAdd 3 to x.\n\n### Response\n"
    ids = torch.tensor([tokenizer(prompt, add_special_tokens=False)["input_ids"]])
    assert model(ids).logits.shape == (1, ids.shape[1], len(tokenizer))


def test_loss_is_that_of_the_completions_alone(trainer: LocalTrainer, base: Path, trained: TrainingResult):
    """The recorded loss before training, computed again row by row from the base model."""
    from transformers import AutoModelForCausalLM, AutoTokenizer

    model = AutoModelForCausalLM.from_pretrained(base).eval()
    tokenizer = AutoTokenizer.from_pretrained(base)
    total, count = 0.0, 0
    for _, prompt, completion in EXAMPLES.iter_rows():
        asked = [{"role": "user", "content": prompt}]
        start = tokenizer.apply_chat_template(asked, tokenize=False, add_generation_prompt=True)
        head = tokenizer(start, add_special_tokens=False)["input_ids"]
        tail = [*tokenizer(completion, add_special_tokens=False)["input_ids"], tokenizer.eos_token_id]
        with torch.no_grad():
            logits = model(torch.tensor([head + tail])).logits[0].log_softmax(-1)
        predicted = logits[len(head) - 1 : -1]
        total -= float(predicted[range(len(tail)), tail].sum())
        count += len(tail)
    assert trained.loss_before == pytest.approx(total / count, rel=1e-4)


def test_same_training_gives_the_same_bytes(
    trainer: LocalTrainer, base: Path, trained: TrainingResult, tmp_path: Path
):
    base_again = trainer.make_base(TEXTS, TINY, tmp_path / "base", model_id="base").folder
    assert model_digest(base_again) == model_digest(base)
    again = trainer.train(EXAMPLES, SETTINGS, tmp_path / "again", base=str(base_again), model_id="one")
    weights = "model.safetensors"
    assert (again.folder / weights).read_bytes() == (trained.folder / weights).read_bytes()
    assert again.files == trained.files
    assert again.curve.equals(trained.curve)
    other = SETTINGS.model_copy(update={"seed": 2})
    changed = trainer.train(EXAMPLES, other, tmp_path / "other", base=str(base_again), model_id="two")
    assert changed.files[weights] != trained.files[weights]


@pytest.mark.parametrize(
    "change",
    [{"packing": True}, {"micro_batch_size": 2}, {"gradient_checkpointing": True}],
    ids=["packed", "accumulated", "checkpointed"],
)
def test_how_rows_share_memory_changes_no_loss(
    trainer: LocalTrainer, base: Path, tmp_path: Path, change: dict[str, object]
):
    """One step over all rows: packed, accumulated or recomputed, it is the step of the padded batch."""
    one_step = {"batch_size": 24, "max_steps": 1, "warmup_ratio": None}
    plain = SETTINGS.model_copy(update=one_step)
    results = [
        trainer.train(EXAMPLES, settings, tmp_path / name, base=str(base), model_id=name)
        for name, settings in (("plain", plain), ("changed", plain.model_copy(update=change)))
    ]
    losses = np.array(
        [[result.loss_before, result.curve["loss"][0], result.loss_after] for result in results]
    )
    assert losses[1] == pytest.approx(losses[0], rel=2e-4)
    assert results[0].completion_tokens == results[1].completion_tokens


def test_rows_of_like_length_are_computed_together_and_change_no_step(
    trainer: LocalTrainer, base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    uneven = EXAMPLES.with_columns(completion=pl.lit("x").repeat_by(pl.int_range(24) * 3 + 1).list.join(" "))
    shapes: list[tuple[int, int]] = []

    def collated(sequences: Sequence[Sequence[TokenRow]], pad_token: int) -> Batch:
        batch = collate(sequences, pad_token)
        shapes.append(batch.tokens.shape)
        return batch

    monkeypatch.setattr(loop, "collate", collated)
    one_step = {"batch_size": 24, "max_steps": 1, "warmup_ratio": None, "sequence_length": 128}
    settings = SETTINGS.model_copy(update=one_step)
    grouped = trainer.train(uneven, settings, tmp_path / "grouped", base=str(base), model_id="grouped")
    computed = sum(rows * width for rows, width in shapes)
    monkeypatch.setattr(loop, "SIMILAR", 0.0)
    shapes.clear()
    padded = trainer.train(uneven, settings, tmp_path / "padded", base=str(base), model_id="padded")
    assert {rows for rows, _ in shapes} == {24}
    assert computed < 0.9 * sum(rows * width for rows, width in shapes)
    assert grouped.loss_before == pytest.approx(padded.loss_before, rel=1e-5)
    assert grouped.loss_after == pytest.approx(padded.loss_after, rel=1e-4)
    assert grouped.tokens == padded.tokens


def test_held_out_rows_are_measured_and_not_trained_on(trainer: LocalTrainer, base: Path, tmp_path: Path):
    settings = SETTINGS.model_copy(update={"held_out_rows": 8, "epochs": 1.0})
    result = trainer.train(EXAMPLES, settings, tmp_path / "a", base=str(base), model_id="a")
    assert result.loss_on == "held_out_rows"
    assert result.steps == 2
    swapped = pl.concat([EXAMPLES[:16], EXAMPLES[16:].with_columns(completion=pl.lit("pass"))])
    other = trainer.train(swapped, settings, tmp_path / "b", base=str(base), model_id="b")
    assert other.files == result.files
    assert other.loss_before != result.loss_before


def test_long_rows_are_cut_and_rows_without_room_are_named(trainer: LocalTrainer, base: Path, tmp_path: Path):
    long = pl.DataFrame(
        {
            "sft_id": ["long prompt", "long completion"],
            "prompt": ["x " * 200, "x"],
            "completion": ["y", "y = 1\n" * 100],
        }
    )
    settings = SETTINGS.model_copy(update={"epochs": 1.0})
    result = trainer.train(
        pl.concat([EXAMPLES, long]), settings, tmp_path / "a", base=str(base), model_id="a"
    )
    assert result.truncated == 1
    assert result.left_out["sft_id"].to_list() == ["long prompt"]
    assert result.left_out["prompt_tokens"][0] > 96


def test_messages_are_trained_on_like_prompt_and_completion(
    trainer: LocalTrainer, base: Path, trained: TrainingResult, tmp_path: Path
):
    messages = EXAMPLES.select(
        "sft_id",
        pl.concat_list(
            pl.struct(pl.lit("user").alias("role"), pl.col("prompt").alias("content")),
            pl.struct(pl.lit("assistant").alias("role"), pl.col("completion").alias("content")),
        ).alias("messages"),
    )
    result = trainer.train(messages, SETTINGS, tmp_path / "a", base=str(base), model_id="a")
    assert result.files == trained.files


def test_base_model_can_be_pretrained(trainer: LocalTrainer, tmp_path: Path):
    settings = TINY.model_copy(
        update={"pretraining_steps": 12, "pretraining_sequence_length": 32, "pretraining_batch_size": 4}
    )
    seen: list[Progress] = []
    result = trainer.make_base(TEXTS, settings, tmp_path / "base", model_id="b", on_progress=seen.append)
    assert result.steps == 12
    assert result.loss_on == "corpus"
    assert result.loss_after < result.loss_before  # type: ignore[operator]
    assert (seen[-1].phase, seen[-1].step, seen[-1].seconds_left) == ("pretraining", 12, 0.0)


def test_finished_training_is_found_and_broken_one_is_made_again(
    trainer: LocalTrainer, base: Path, trained: TrainingResult, tmp_path: Path
):
    output = tmp_path / "a"
    settings = SETTINGS.model_copy(update={"max_steps": 2})

    def train(model_id: str = "a") -> TrainingResult:
        return trainer.train(EXAMPLES, settings, output, base=str(base), model_id=model_id)

    first = train()
    found = train()
    assert found.reused and not first.reused
    assert (found.seconds, found.files, found.hardware) == (first.seconds, first.files, first.hardware)
    with pytest.raises(TrainingFailed, match="holds model a"):
        train("b")
    weights = output / "model.safetensors"
    whole = weights.read_bytes()
    weights.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    with pytest.raises(BrokenModelFolder, match=r"model\.safetensors"):
        read_result(output)
    mended = train()
    assert not mended.reused
    assert weights.read_bytes() == whole
    assert sorted(path.name for path in tmp_path.iterdir()) == [".a.lock", "a"]
    check_against_manifest(output)


@pytest.mark.slow(seconds=4)
def test_exploding_loss_stops_with_the_step_and_leaves_nothing(
    child_trainer: LocalTrainer, base: Path, tmp_path: Path
):
    settings = SETTINGS.model_copy(update={"learning_rate": 1e30, "warmup_ratio": None, "optimizer": "adamw"})
    with pytest.raises(TrainingFailed, match=r"at step \d+ of 24 with learning rate .*; lower learning_rate"):
        child_trainer.train(EXAMPLES, settings, tmp_path / "a", base=str(base), model_id="a")
    assert [path.name for path in tmp_path.iterdir()] == [".a.lock"]


@pytest.mark.parametrize(
    ("change", "message"),
    [({"sequence_length": 4096}, "sees 128 tokens at most"), ({"held_out_rows": 24}, "nothing to train on")],
)
def test_settings_that_do_not_fit_say_so(
    trainer: LocalTrainer, base: Path, tmp_path: Path, change: dict[str, int], message: str
):
    with pytest.raises(TrainingFailed, match=message):
        trainer.train(
            EXAMPLES, SETTINGS.model_copy(update=change), tmp_path / "a", base=str(base), model_id="a"
        )


def test_missing_base_model_is_named(trainer: LocalTrainer, tmp_path: Path):
    with pytest.raises(TrainerUnavailable, match=r"base_model .*nowhere.* cannot be loaded"):
        trainer.train(EXAMPLES, SETTINGS, tmp_path / "a", base=str(tmp_path / "nowhere"), model_id="a")


def test_without_torch_the_remedy_is_named(
    child_trainer: LocalTrainer, base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "torch.py").write_text("raise ImportError('no torch here')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(
        TrainerUnavailable, match=r"no torch here; training needs: pip install 'seedline\[train\]'"
    ):
        child_trainer.train(EXAMPLES, SETTINGS, tmp_path / "out" / "a", base=str(base), model_id="a")


@pytest.mark.slow(seconds=6)
def test_child_ends_when_its_parent_is_killed(trainer: LocalTrainer, base: Path, tmp_path: Path):
    """A killed run leaves no process and no folder that looks finished; the next run succeeds."""
    EXAMPLES.write_parquet(tmp_path / "examples.parquet")
    program = (
        "import sys, polars as pl\nfrom pathlib import Path\n"
        "from resources.trainer.base import TrainingSettings\nfrom resources.trainer.local import LocalTrainer\n"
        "settings = TrainingSettings.model_validate_json(sys.argv[2]).model_copy(update={'epochs': 100000.0})\n"
        "folder = Path(sys.argv[1])\n"
        "LocalTrainer(threads=1, device='cpu').train(pl.read_parquet(folder / 'examples.parquet'), settings,"
        " folder / 'a', base=sys.argv[3], model_id='a',"
        " on_progress=lambda p: print('going', flush=True))"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path), SETTINGS.model_dump_json(), str(base)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert parent.stdout is not None and parent.stdout.readline() == "going\n"
    [child] = Path(f"/proc/{parent.pid}/task/{parent.pid}/children").read_text().split()
    parent.kill()
    parent.wait()
    for _ in range(100):
        if not Path(f"/proc/{child}").exists():
            break
        time.sleep(0.1)
    assert not Path(f"/proc/{child}").exists()
    assert not (tmp_path / "a").exists()
    settings = SETTINGS.model_copy(update={"max_steps": 1})
    assert trainer.train(EXAMPLES, settings, tmp_path / "a", base=str(base), model_id="a").steps == 1
