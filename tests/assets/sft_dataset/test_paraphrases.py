"""Paraphrases: who is asked about, what an answer means, and that an unanswered question is no acquittal."""

import polars as pl
import pytest

from assets.asking.asker import GENERATION
from assets.sft_dataset.paraphrases import nearest_pairs, paraphrase_hits
from assets.sft_dataset.settings import Decontamination, Paraphrases, action_of
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


def test_each_row_is_held_against_its_nearest_problems():
    every = SETTINGS.model_copy(update={"similarity": 0.0})
    pairs = nearest_pairs(ROWS, PROBLEMS, every, letters, "response_id")
    assert pairs.select("response_id", "problem_id").rows() == [
        ("r1", "1"), ("r1", "2"), ("r2", "2"), ("r2", "1"), ("r3", "1"), ("r3", "2"),
    ]  # fmt: skip
    assert nearest_pairs(ROWS.reverse(), PROBLEMS, every, letters, "response_id").equals(pairs)
    near = nearest_pairs(ROWS, PROBLEMS, SETTINGS, letters, "response_id")
    assert near.select("response_id", "problem_id").rows() == [("r1", "1"), ("r2", "2")]
    # five rows that tell one problem are all asked about, and one question in two benchmarks is asked about once
    same = pl.concat([PROBLEMS, PROBLEMS.with_columns(pl.lit("z").alias("benchmark"))])
    rows = pl.DataFrame({"response_id": list("abcde"), "prompt": ["aaa a"] * 5})
    assert nearest_pairs(rows, same, SETTINGS, letters, "response_id").select(
        "benchmark"
    ).unique().rows() == [("b",)]
    assert nearest_pairs(rows, same, SETTINGS, letters, "response_id").height == 5


def test_without_a_model_to_ask_embeddings_say_it_and_a_person_decides():
    hits = paraphrase_hits(ROWS, PROBLEMS, SETTINGS, letters, None, id_column="response_id")
    assert hits.rows() == [
        ("r1", "embedding", "b", "1", "cosine 1.0"),
        ("r2", "embedding", "b", "2", "cosine 1.0"),
    ]
    both = pl.concat([PROBLEMS, PROBLEMS.with_columns(pl.lit("z").alias("benchmark"))])
    found = paraphrase_hits(ROWS, both, SETTINGS, letters, None, id_column="response_id")
    assert found["benchmark"].to_list() == ["b", "z", "b", "z"]
    assert action_of(Decontamination(), "embedding") == "review"
    assert action_of(Decontamination(), "paraphrase") == "drop"


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
