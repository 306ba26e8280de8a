"""Problems that stand in a text as they are: `verbatim`, `openai_substrings` and `ngram_overlap`, made ready once.

`verbatim`: a docstring or canonical solution (StarCoder2-Instruct, Magicoder). `openai_substrings` (GPT-4 technical
report, appendix C): three random substrings of 50 characters of the question, both sides reduced to letters and
digits; here to lower case too, which can only find more. Anchors say which rows can hold which; the methods judge.
"""

import random
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from os import sched_getaffinity

import numpy as np
import polars as pl

from assets.benchmarks.passages import (
    PATTERN_SCHEMA,
    as_patterns,
    find_contamination,
    normal_form,
    verbatim_patterns,
)
from assets.contamination.anchors import Anchors, Places, Search, anchored, folded_texts, foreign_texts
from assets.contamination.ngram_overlap import METHOD as NGRAM_OVERLAP
from assets.contamination.ngram_overlap import Runs
from assets.contamination.settings import DetectorSettings

ROWS_AT_ONCE = 10_000
COMPARED_ALONE = 64
"""Passages of a row that are looked for one by one; more are looked for together (Aho and Corasick 1975)."""


def patterns(problems: pl.DataFrame, settings: DetectorSettings, *, seed: int) -> pl.DataFrame:
    """What to look for (`PATTERN_SCHEMA`), `matched` being normalised as the method normalises rows.

    `problems` has `benchmark, problem_id, question, docstring, canonical_solution`; nulls are passed over.
    Substrings are drawn from `seed` and the problem's id alone.
    """
    found = [
        _PATTERNS[method](problems, settings, seed) for method in settings.methods if method in _PATTERNS
    ]
    return pl.concat([pl.DataFrame(schema=PATTERN_SCHEMA), *found]).unique(maintain_order=True)


class TextMethods:
    """The text methods of some settings over some problems."""

    def __init__(self, problems: pl.DataFrame, settings: DetectorSettings, *, seed: int) -> None:
        """`problems` has the columns that `patterns` and `Runs` ask for."""
        self._settings = settings
        self._patterns = patterns(problems, settings, seed=seed)
        self._runs = (
            Runs(problems, words=settings.ngram)
            if NGRAM_OVERLAP in settings.methods and problems.height
            else None
        )
        matched = self._patterns["matched"]
        letters, bounds = folded_texts(matched)
        foreign = np.zeros(len(matched), np.bool_)
        foreign[foreign_texts(matched)] = True
        anchors, without = anchored(letters, bounds[:-1], bounds[1:], np.arange(len(matched)))
        of_runs = () if self._runs is None else self._runs.anchors
        self._search = Search(anchors, *(_numbered_after(one, len(matched)) for one in of_runs))
        self._foreign = np.flatnonzero(without & foreign)  # looked for in every row that is not ASCII alone
        self._everywhere = np.flatnonzero(without & ~foreign)
        self._method = self._patterns["method"].to_numpy()

    def hits(self, rows: pl.DataFrame, text: pl.Expr, id_column: str) -> pl.DataFrame:
        """What `rows` hold: `id_column` and `PATTERN_SCHEMA`, sorted, one a row, method and problem."""
        empty = pl.DataFrame(schema={id_column: rows.schema[id_column], **PATTERN_SCHEMA})
        blocks = rows.select(pl.col(id_column), text.alias("text")).iter_slices(ROWS_AT_ONCE)
        with ThreadPoolExecutor(len(sched_getaffinity(0))) as threads:
            found = threads.map(lambda block: self._found_in(block, id_column), blocks)
            parts = [part for pair in found for part in pair]
        return pl.concat([empty, *parts]).sort(id_column, *list(PATTERN_SCHEMA)[:-1])

    def _found_in(self, block: pl.DataFrame, id_column: str) -> tuple[pl.DataFrame, pl.DataFrame]:
        rows, numbers = self._search.candidates(block["text"])
        of_runs = numbers >= self._patterns.height
        return (
            self._passages_in(block, id_column, rows[~of_runs], numbers[~of_runs]),
            self._runs_in(block, id_column, rows[of_runs], numbers[of_runs] - self._patterns.height),
        )

    def _passages_in(
        self, block: pl.DataFrame, id_column: str, rows: Places, numbers: Places
    ) -> pl.DataFrame:
        found: list[pl.DataFrame] = []
        asked: list[tuple[Places, Places]] = []
        for method in _PATTERNS:
            here = self._method[numbers] == method
            of_row = np.bincount(rows[here], minlength=block.height)[rows[here]]
            few = of_row <= COMPARED_ALONE
            found.append(self._pairs_in(block, id_column, method, rows[here][few], numbers[here][few]))
            asked.append((np.unique(rows[here][~few]), np.unique(numbers[here][~few])))
        if len(self._foreign):
            asked.append((foreign_texts(block["text"]), self._foreign))
        if len(self._everywhere):
            asked.append((np.arange(block.height), self._everywhere))
        found += [
            find_contamination(
                block[places],
                self._patterns[wanted],
                pl.col("text"),
                id_column,
                case_sensitive=self._settings.verbatim.case_sensitive,
            )
            for places, wanted in asked
            if len(places) and len(wanted)
        ]
        empty = pl.DataFrame(schema={id_column: block.schema[id_column], **PATTERN_SCHEMA})
        order = [id_column, *PATTERN_SCHEMA.names()]
        return pl.concat([empty, *found]).sort(order).unique(order[:-1], keep="first", maintain_order=True)

    def _pairs_in(
        self, block: pl.DataFrame, id_column: str, method: str, rows: Places, numbers: Places
    ) -> pl.DataFrame:
        """Which of these pairs of a row and a passage of `method` hold, each compared by itself."""
        once, places = np.unique(rows, return_inverse=True)
        normalize = normal_form(method, case_sensitive=self._settings.verbatim.case_sensitive)
        texts = block[once].select(normalize(pl.col("text")))["text"]
        pairs = self._patterns[numbers].with_columns(
            block[id_column].gather(rows).alias(id_column), texts.gather(places).alias("text")
        )
        held = pairs.filter(pl.col("text").str.contains(pl.col("matched"), literal=True))
        return held.select(id_column, *PATTERN_SCHEMA.names())

    def _runs_in(self, block: pl.DataFrame, id_column: str, rows: Places, groups: Places) -> pl.DataFrame:
        if self._runs is None:
            return pl.DataFrame(schema={id_column: block.schema[id_column], **PATTERN_SCHEMA})
        found = self._runs.found_in(block["text"], (rows, groups)).sort("text", "asked")
        keys = self._runs.asked[found["asked"]]
        return found.select(
            block[id_column].gather(found["text"]).alias(id_column),
            pl.lit(NGRAM_OVERLAP).alias("method"),
            keys["benchmark"],
            keys["problem_id"],
            "matched",
        ).unique([id_column, "benchmark", "problem_id"], keep="first", maintain_order=True)


def _numbered_after(anchors: Anchors, number: int) -> Anchors:
    return anchors._replace(passages=anchors.passages + number)


def _verbatim(problems: pl.DataFrame, settings: DetectorSettings, seed: int) -> pl.DataFrame:
    return verbatim_patterns(problems, settings.verbatim)


def _openai_substrings(problems: pl.DataFrame, settings: DetectorSettings, seed: int) -> pl.DataFrame:
    normal = as_patterns(problems, "openai_substrings", pl.col("question"))
    drawn = pl.struct("benchmark", "problem_id", "matched").map_elements(
        lambda row: _substrings(
            row["matched"],
            f"{seed}/{row['benchmark']}/{row['problem_id']}",
            settings.substrings,
            settings.substring_length,
        ),
        return_dtype=pl.List(pl.String),
    )
    return normal.with_columns(drawn.alias("matched")).explode("matched")


def _substrings(text: str, seed: str, count: int, length: int) -> Sequence[str]:
    """`count` substrings of `length` characters at places drawn from `seed`; the whole text if it is shorter."""
    if len(text) <= length:
        return [text]
    places = random.Random(seed)
    return [
        text[start : start + length]
        for start in (places.randrange(len(text) - length + 1) for _ in range(count))
    ]


_PATTERNS = {"verbatim": _verbatim, "openai_substrings": _openai_substrings}
