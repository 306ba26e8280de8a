"""Paraphrases: who is asked about, what an answer means, and that an unanswered question is no acquittal."""

import polars as pl
import pytest

from assets.asking.asker import GENERATION
from assets.sft_dataset.paraphrases import nearest_pairs, paraphrase_hits
from assets.sft_dataset.settings import Paraphrases
from resources.embedder.base import EMBEDDING, EmbedderSpec

SETTINGS = Paraphrases(embedder=EmbedderSpec(), nearest=2)
PROBLEMS = pl.DataFrame(
    {
        "benchmark": ["b", "b", "c"],
        "problem_id": ["1", "2", "1"],
        "question": ["aaaa add", "bbbb bubble", None],
    }
)
ROWS = pl.DataFrame(
    {"response_id": ["r1", "r2", "r3"], "prompt": ["aa aa", "b b b", "ccc"], "other": [1, 2, 3]}
)


def letters(frame: pl.DataFrame, text: str) -> pl.DataFrame:
    vectors = [[float(said.count(letter)) for letter in "abc"] for said in frame[text].to_list()]
    return frame.with_columns(pl.Series("embedding", vectors, dtype=EMBEDDING))


def answering(texts: dict[str, tuple[str, str]], asked: list[str]):
    """An ask that answers by what stands in the prompt's second task."""

    def ask(requests: pl.DataFrame, sampling, stage: str) -> pl.DataFrame:
        found = []
        for prompt in requests["prompt"]:
            second = prompt.split("### Second task\n")[1].split("\n")[0]
            asked.append(second)
            found.append(texts[second])
        return requests.with_columns(
            pl.Series("text", [text for text, _ in found], dtype=pl.String),
            pl.Series("finish_reason", [reason for _, reason in found], dtype=pl.String),
            pl.lit(None, pl.String).alias("detail"),
            pl.lit(None, GENERATION).alias("generation"),
        )

    return ask


def test_each_problem_is_held_against_its_nearest_rows():
    pairs = nearest_pairs(ROWS, PROBLEMS, SETTINGS, letters, "response_id")
    assert pairs.select("problem_id", "response_id").rows() == [
        ("1", "r1"),
        ("1", "r2"),
        ("2", "r2"),
        ("2", "r1"),
    ]
    turned = nearest_pairs(ROWS.reverse(), PROBLEMS, SETTINGS, letters, "response_id")
    assert turned.equals(pairs)
    near = SETTINGS.model_copy(update={"similarity": 0.5})
    assert nearest_pairs(ROWS, PROBLEMS, near, letters, "response_id")["response_id"].to_list() == [
        "r1",
        "r2",
    ]


@pytest.mark.parametrize(
    ("answer", "matched"),
    [
        (("Yes", "stop"), "yes"),
        (("**yes**, it", "length"), "yes"),
        (("No.", "stop"), None),
        (("perhaps", "stop"), "not judged: perhaps"),
        ((None, "error"), "not judged: error"),
        ((None, "budget"), "not judged: budget"),
    ],
)
def test_only_a_no_acquits(answer, matched):
    asked: list[str] = []
    one = SETTINGS.model_copy(update={"nearest": 1})
    ask = answering({"aa aa": answer, "b b b": ("no", "stop")}, asked)
    hits = paraphrase_hits(ROWS, PROBLEMS, one, letters, ask, id_column="response_id")
    assert asked == ["aa aa", "b b b"]
    expected = [("r1", "paraphrase", "b", "1", matched)] if matched else []
    assert hits.rows() == expected


def test_without_rows_or_problems_nobody_is_asked():
    asked: list[str] = []
    ask = answering({}, asked)
    assert paraphrase_hits(ROWS.clear(), PROBLEMS, SETTINGS, letters, ask, id_column="response_id").is_empty()
    assert paraphrase_hits(ROWS, PROBLEMS.clear(), SETTINGS, letters, ask, id_column="response_id").is_empty()
    assert asked == []
