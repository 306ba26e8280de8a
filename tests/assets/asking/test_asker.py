"""Asking an engine through the row cache: order, records, what is paid for, what is never remembered."""

from collections.abc import Callable, Iterator

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assets.asking.asker import GENERATION, Asker, finished, generate, requests_frame, step_in_batches
from assets.asking.draws import draw_number
from assets.asking.prompts import PromptError, template
from assets.rows.outcome import Rule, apply_rules
from assets.rows.reasons import Reason
from assets.source_code.code_blocks import fenced
from resources.engines.base import COMPLETION_SCHEMA, Engine, Sampling
from resources.engines.offline import OfflineEngine
from resources.row_cache import RowCache
from resources.storage import Storage

SAMPLING = Sampling(max_tokens=16, temperature=0.5, top_p=0.9, stop=("\n##",))


class Scripted(Engine):
    """Answers by a function of the prompt, in reverse order and one frame a row; counts what it is asked."""

    def __init__(self, answer: Callable[[str], tuple[str, str]], revision: str = "1") -> None:
        self.answer, self.revision, self.asked = answer, revision, 0

    @property
    def name(self) -> str:
        return "scripted"

    def identity(self) -> dict[str, str]:
        return {"backend": "scripted", "model": "script", "revision": self.revision}

    def complete(self, requests: pl.DataFrame, sampling: Sampling) -> Iterator[pl.DataFrame]:
        for row in reversed(requests.rows(named=True)):
            self.asked += 1
            text, reason = self.answer(row["prompt"])
            yield pl.DataFrame(
                [[row["key"], text, reason, 7, len(text), None]], schema=COMPLETION_SCHEMA, orient="row"
            )


@pytest.fixture
def row_cache(tmp_path) -> RowCache:
    return RowCache(Storage(tmp_path))


def requests(prompts: list[str], **columns: list) -> pl.DataFrame:
    rows = [{"key": f"k{i}", "prompt": p, "task": "t", "sample": 0, "seed": 5} for i, p in enumerate(prompts)]
    for name, values in columns.items():
        for row, value in zip(rows, values, strict=True):
            row[name] = value
    return requests_frame(rows)


def test_answers_come_back_in_order_with_their_record(row_cache):
    engine = Scripted(lambda prompt: (prompt.upper(), "stop"))
    answered = generate(
        requests(["a", "b", "c"]).with_columns(more=pl.int_range(3)),
        engine,
        SAMPLING,
        stage="x",
        row_cache=row_cache,
    )
    assert answered["text"].to_list() == ["A", "B", "C"]
    assert answered["more"].to_list() == [0, 1, 2]
    assert answered.schema["generation"] == GENERATION
    assert answered["generation"][1] == {
        "engine": "scripted",
        "model": "script",
        "revision": "1",
        "temperature": 0.5,
        "top_p": 0.9,
        "max_tokens": 16,
        "stop": ["\n##"],
        "seed": 5,
        "prompt_tokens": 7,
        "completion_tokens": 1,
        "finish_reason": "stop",
    }


def test_an_answer_is_bought_once_and_more_samples_pay_for_the_difference(row_cache):
    engine = Scripted(lambda prompt: (prompt, "stop"))
    two = requests(["p", "p"], sample=[0, 1], seed=[1, 2])
    three = requests(["p", "p", "p"], sample=[0, 1, 2], seed=[1, 2, 3])
    generate(two, engine, SAMPLING, stage="x", row_cache=row_cache)
    generate(two, engine, SAMPLING, stage="x", row_cache=row_cache)
    assert engine.asked == 2
    asker = Asker(engine, row_cache)
    asker(three, SAMPLING, "x")
    assert engine.asked == 3
    assert [(call.rows, call.computed, call.reused) for call in asker.calls] == [(3, 1, 2)]


@pytest.mark.parametrize(
    "other",
    [
        Sampling(16, 0.6, 0.9, ("\n##",)),
        Sampling(17, 0.5, 0.9, ("\n##",)),
        Sampling(16, 0.5, 1.0, ("\n##",)),
        Sampling(16, 0.5, 0.9, ()),
    ],
)
def test_every_part_of_the_sampling_is_part_of_the_key(row_cache, other):
    engine = Scripted(lambda prompt: (prompt, "stop"))
    generate(requests(["p"]), engine, SAMPLING, stage="x", row_cache=row_cache)
    generate(requests(["p"]), engine, other, stage="x", row_cache=row_cache)
    assert engine.asked == 2


def test_another_model_revision_is_asked_anew(row_cache):
    first, second = (Scripted(lambda prompt: (prompt, "stop"), revision) for revision in "12")
    for engine in (first, second, first):
        generate(requests(["p"]), engine, SAMPLING, stage="x", row_cache=row_cache)
    assert (first.asked, second.asked) == (1, 1)


def test_errors_are_returned_but_never_remembered(row_cache):
    broken = Scripted(lambda prompt: ("", "error"))
    generate(requests(["p"]), broken, SAMPLING, stage="x", row_cache=row_cache)
    sound = Scripted(lambda prompt: ("fine", "stop"))
    answered = generate(requests(["p"]), sound, SAMPLING, stage="x", row_cache=row_cache)
    assert (answered["text"].item(), sound.asked) == ("fine", 1)


def test_facts_count_for_the_offline_engine_only(row_cache):
    scripted = Scripted(lambda prompt: (prompt, "stop"))
    facts = ['{"language": "python", "seed": "sorted(x)"}', '{"language": "python", "seed": "x = {}"}']
    rows = [requests(["p"], task=["concepts"], facts=[text]) for text in facts]
    for request in rows:
        generate(request, scripted, SAMPLING, stage="x", row_cache=row_cache)
    assert scripted.asked == 1
    texts = [
        generate(request, OfflineEngine(), SAMPLING, stage="x", row_cache=row_cache)["text"].item()
        for request in rows
    ]
    assert texts[0] != texts[1]


def test_no_requests_make_an_empty_frame_with_all_columns(row_cache):
    answered = generate(
        requests([]), Scripted(lambda p: (p, "stop")), SAMPLING, stage="x", row_cache=row_cache
    )
    assert answered.height == 0
    assert {"text", "finish_reason", "detail", "generation"} <= set(answered.columns)


def test_only_a_stop_counts_as_finished():
    rows = pl.DataFrame(
        {
            "id": ["a", "b", "c", "d", "e"],
            "text": ["ok", "cut", None, None, None],
            "finish_reason": ["stop", "length", "prompt_too_long", "error", None],
            "detail": [None, None, "9000 tokens", "timed out", None],
        }
    )
    outcome = finished(rows, stage="s", id_column="id")
    assert outcome.kept["id"].to_list() == ["a"]
    assert outcome.rejected.select("id", "reason").rows() == [
        ("b", "unfinished"),
        ("c", "prompt_too_long"),
        ("d", "engine_error"),
        ("e", "engine_error"),
    ]
    assert outcome.rejected["detail"].to_list()[:3] == [
        "cut at max_tokens\n--- raw text\ncut",
        "9000 tokens",
        "timed out",
    ]


@given(st.integers(), st.text(), st.text(), st.integers(0, 100))
def test_drawn_numbers_depend_on_their_values_only(seed, purpose, row, sample):
    number = draw_number(seed, purpose, row, sample)
    assert number == draw_number(seed, purpose, row, sample)
    assert 0 <= number < 2**31


def test_samples_and_rows_get_different_seeds():
    drawn = {draw_number(3407, "p", row, sample) for row in ("a", "b") for sample in range(50)}
    assert len(drawn) == 100


@given(st.text(alphabet="`~ab\n", max_size=40))
def test_a_fence_is_longer_than_any_in_the_code(code):
    lines = fenced(code, "python").split("\n")
    assert lines[0].removesuffix("python") == lines[-1]
    assert lines[-1] not in code


def test_an_unknown_field_of_a_template_is_an_error():
    with pytest.raises(PromptError, match=r"concepts\.jinja.*'language' is undefined"):
        template("assets.instructions", "concepts.jinja").render(shots=[], seed="x")


@given(st.lists(st.integers(0, 9), max_size=12), st.integers(1, 5))
def test_batches_change_nothing(values, size):
    rows = pl.DataFrame(
        {"id": [f"r{v}" for v in values], "v": values}, schema={"id": pl.String, "v": pl.Int64}
    )

    def step(batch):
        assert batch.height <= max(size, 1)
        rule = Rule(Reason.TOO_SHORT, pl.col("v") < 5)
        return apply_rules(batch, [rule], stage="s", id_column="id")

    outcome = step_in_batches(rows, step, size)
    assert outcome.kept["v"].to_list() == [v for v in values if v >= 5]
    assert outcome.rejected["id"].to_list() == [f"r{v}" for v in values if v < 5]
