"""Training rows that share a run of words with a benchmark problem: n-gram overlap, as GPT-3's report counts it.

Brown et al. 2020, appendix C: 13 words in a row. Words are those of every script, case aside; a problem with fewer
is looked for whole, if it has at least `FEWEST_WORDS`. Where most words are single characters (Chinese, Japanese,
Thai), two of them count as one word. Edits inside every run of n words hide a problem.
"""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from assets.benchmarks.passages import PATTERN_SCHEMA
from assets.texts.near_duplicates.shingles import shingles_of
from assets.texts.near_duplicates.signatures import text_blocks
from assets.texts.words import Words, split_words

METHOD = "ngram_overlap"
FEWEST_WORDS = 5
"""A problem shorter than this ("Sort a list.") is found in everything."""
CHARACTERS_A_WORD = 2
"""Of a script without spaces between words: words of Chinese and Japanese have one to three characters, most two."""


_HASHES = pl.Schema({"row": pl.UInt32, "hash": pl.UInt64})


def ngram_hits(
    rows: pl.DataFrame, problems: pl.DataFrame, text: pl.Expr, id_column: str, *, words: int
) -> pl.DataFrame:
    """Rows that hold `words` words in a row of a problem's question: `id_column` and `PATTERN_SCHEMA`.

    `problems` has `benchmark, problem_id, question`. One row for each row and problem; `matched` is the first run
    of the problem, in its own order, that the row holds.
    """
    question = problems["question"].fill_null("").str.to_lowercase()
    lengths, least, most = _lengths(split_words(question, "words"), words)
    asked = problems.select("benchmark", "problem_id").with_columns(
        question, pl.Series("run", np.minimum(lengths, most)).set(pl.Series(lengths < least), 0)
    )
    lowered = rows.select(pl.col(id_column), text.fill_null("").str.to_lowercase().alias("text"))
    found = [
        _hits(lowered, group, id_column, run)
        for (run,), group in asked.filter(pl.col("run") > 0).group_by("run", maintain_order=True)
    ]
    return pl.concat([pl.DataFrame(schema={id_column: pl.String, **PATTERN_SCHEMA}), *found])


def _hits(rows: pl.DataFrame, asked: pl.DataFrame, id_column: str, words: int) -> pl.DataFrame:
    """As `ngram_hits`, for problems of at least `words` words."""
    # a question has many runs: the one that stands first is the evidence
    split = split_words(asked["question"], "words")
    wanted = _hashes(split, words).select(
        pl.col("row").alias("problem"), "hash", pl.int_range(pl.len()).over("row").alias("place")
    )
    found = (
        _hashes_of(rows["text"], words)
        .join(wanted, on="hash")
        .sort("row", "problem", "place")
        .unique(["row", "problem"], keep="first", maintain_order=True)
    )
    runs = [
        " ".join(split.of(problem)[place : place + words])
        for problem, place in found.select("problem", "place").iter_rows()
    ]
    return found.select(
        rows[id_column].gather(found["row"]).alias(id_column),
        pl.lit(METHOD).alias("method"),
        asked["benchmark"].gather(found["problem"]).alias("benchmark"),
        asked["problem_id"].gather(found["problem"]).alias("problem_id"),
        pl.Series("matched", runs, dtype=pl.String),
    )


def _lengths(split: Words, words: int) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """For each question its number of words, the fewest that are looked for, and the most that make a run."""
    counts = np.where(split.wordless, 0, np.diff(split.offsets))
    each = np.where(2 * split.lone_characters() > counts, CHARACTERS_A_WORD, 1)
    return counts, FEWEST_WORDS * each, words * each


def _hashes_of(texts: pl.Series, words: int) -> pl.DataFrame:
    """As `_hashes`, of all texts and each run of a text once."""
    found, first = [pl.DataFrame(schema=_HASHES)], 0
    for block in text_blocks(texts):
        hashes = _hashes(split_words(block, "words"), words).unique()
        found.append(hashes.with_columns(pl.col("row") + first))
        first += len(block)
    return pl.concat(found)


def _hashes(split: Words, words: int) -> pl.DataFrame:
    """Columns `row` (place in the block) and `hash` of each run of words, in order."""
    shingles = shingles_of(split, words)
    rows = np.repeat(np.arange(len(split.wordless), dtype=np.uint32), np.diff(shingles.offsets))
    return pl.DataFrame({"row": rows, "hash": shingles.hashes}, schema=_HASHES)
