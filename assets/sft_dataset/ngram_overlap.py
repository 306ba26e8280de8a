"""Training rows that share a run of words with a benchmark problem: n-gram overlap, as GPT-3's report counts it.

Brown et al. 2020, appendix C: 13 words in a row. Words are `[A-Za-z_0-9]+`, case aside; a problem with fewer is
looked for whole, if it has at least `FEWEST_WORDS`. Edits inside every run of n words hide a problem.
"""

import re

import numpy as np
import polars as pl

from assets.benchmarks.passages import PATTERN_SCHEMA
from assets.texts.near_duplicates.shingles import shingle

METHOD = "ngram_overlap"
FEWEST_WORDS = 5
"""A problem shorter than this ("Sort a list.") is found in everything."""

_WORD = re.compile(r"[a-z_0-9]+")


def ngram_hits(
    rows: pl.DataFrame, problems: pl.DataFrame, text: pl.Expr, id_column: str, *, words: int
) -> pl.DataFrame:
    """Rows that hold `words` words in a row of a problem's question: `id_column` and `PATTERN_SCHEMA`.

    `problems` has `benchmark, problem_id, question`. One row for each row and problem; `matched` is the first run
    of the problem, in its own order, that the row holds.
    """
    question = pl.col("question").fill_null("").str.to_lowercase()
    length = question.str.count_matches(_WORD.pattern)
    asked = problems.select(
        "benchmark", "problem_id", question, pl.min_horizontal(length, words).alias("run")
    )
    lowered = rows.select(pl.col(id_column), text.fill_null("").str.to_lowercase().alias("text"))
    found = [
        _hits(lowered, group, id_column, run)
        for (run,), group in asked.filter(pl.col("run") >= FEWEST_WORDS).group_by("run", maintain_order=True)
    ]
    return pl.concat([pl.DataFrame(schema={id_column: pl.String, **PATTERN_SCHEMA}), *found])


def _hits(rows: pl.DataFrame, asked: pl.DataFrame, id_column: str, words: int) -> pl.DataFrame:
    """As `ngram_hits`, for problems of at least `words` words."""
    # a question has many runs: the one that stands first is the evidence
    wanted = _hashes(asked["question"], words).select(
        pl.col("row").alias("problem"), "hash", pl.int_range(pl.len()).over("row").alias("place")
    )
    found = (
        _hashes(rows["text"], words)
        .unique()
        .join(wanted, on="hash")
        .sort("row", "problem", "place")
        .unique(["row", "problem"], keep="first", maintain_order=True)
    )
    runs = [
        " ".join(_WORD.findall(asked["question"][problem])[place : place + words])
        for problem, place in found.select("problem", "place").iter_rows()
    ]
    return found.select(
        rows[id_column].gather(found["row"]).alias(id_column),
        pl.lit(METHOD).alias("method"),
        asked["benchmark"].gather(found["problem"]).alias("benchmark"),
        asked["problem_id"].gather(found["problem"]).alias("problem_id"),
        pl.Series("matched", runs, dtype=pl.String),
    )


def _hashes(texts: pl.Series, words: int) -> pl.DataFrame:
    """Columns `row` (place in `texts`) and `hash` of each run of words, in order."""
    shingles = shingle(texts, words)
    rows = np.repeat(np.arange(len(texts), dtype=np.uint32), np.diff(shingles.offsets))
    return pl.DataFrame({"row": rows, "hash": shingles.hashes})
