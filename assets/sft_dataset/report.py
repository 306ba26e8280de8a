"""The report of contamination of one data set: its tables in Markdown for the metadata, and the page."""

from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from assets.benchmarks.passages import chosen_problems
from assets.benchmarks.well_known import which
from assets.contamination.code_normalised import METHOD as CODE
from assets.contamination.hits import untold
from assets.contamination.reworded import similarities
from assets.publishing.markdown import markdown_table
from assets.sft_dataset.decontamination import Decontaminated
from assets.sft_dataset.report_page import render
from assets.sft_dataset.report_tables import (
    by_benchmark,
    by_method,
    by_source,
    finds_in_seeds,
    pairs,
    waiting,
)
from assets.sft_dataset.settings import Decontamination
from resources.row_cache import CacheStage, RowCache

PAIRS = 20
ROWS_COMPARED = 5_000
"""Rows whose similarity to their nearest problem is drawn."""
NEAREST_TO = "humaneval"
TOLD_BY = ("language", "prompt", "canonical_solution", "entry_point")

PAGE = pl.Schema({"html": pl.String})
"""The table beside the data set that holds the page."""


class Report(NamedTuple):
    """`markdown` for the metadata, `page` as HTML, and how many finds wait for a person."""

    markdown: str
    page: str
    waiting: int


def contamination_report(
    title: str,
    found: Decontaminated,
    problems: pl.DataFrame,
    seeds: pl.LazyFrame,
    sources: pl.DataFrame,
    settings: Decontamination,
    row_cache: RowCache | None,
    *,
    seed: int,
    workers: int | None = None,
) -> Report:
    """The report of what was `found`.

    `seeds` (`seed_id, seed, language`) are ordinary code of the corpus at hand; `sources` (`response_id, repo`) say
    which repository each row is from.
    """
    looked_for = chosen_problems(problems, settings.benchmarks, leave_out=settings.leave_out)
    sample, sampled = finds_in_seeds(seeds, looked_for, settings, row_cache, seed=seed, workers=workers)
    benchmarks = by_benchmark(looked_for, found.hits)
    methods = by_method(settings, found.hits, sample, sampled)
    origins = by_source(found.texts, found.hits, sources)
    cut = untold_problems(looked_for, row_cache) if CODE in settings.methods else looked_for.head(0)
    waits = waiting(found.hits)
    page = render(
        title=title,
        by_benchmark=benchmarks,
        by_method=methods,
        by_source=origins,
        untold=cut.select("benchmark", "problem_id"),
        pairs=pairs(found.hits, found.texts, looked_for, PAIRS),
        similarities=nearest(found.texts, looked_for),
        waiting=waits.height,
    )
    # how much of it was new is this run's matter: the page is a part of the data set, and the same for the same rows
    again = ", ".join(f"{one.computed} texts × {one.problems} problems" for one in found.compared)
    known = sum(one.reused for one in found.compared)
    markdown = "\n\n".join(
        [
            markdown_table(benchmarks),
            markdown_table(methods),
            markdown_table(origins),
            f"{cut.height} of {looked_for.height} problems cannot be told by the shape of their solution.",
            f"Compared now: {again or 'nothing'}; known from before: {known}. {waits.height} finds wait for a person.",
        ]
    )
    return Report(markdown, page, waits.height)


def nearest(texts: pl.DataFrame, problems: pl.DataFrame) -> tuple[str, NDArray[np.float32]]:
    """A benchmark, HumanEval if it is there, and the likeness of each row's instruction to its nearest problem."""
    counts = problems.group_by("benchmark").len().sort("len", "benchmark", descending=[True, False])
    names = counts["benchmark"].to_list()
    meant = [name for name in names if (known := which(name)) is not None and known.name == NEAREST_TO]
    if not names or "instruction" not in texts.columns:
        return "", np.zeros(0, np.float32)
    chosen = (meant or names)[0]
    told = problems.filter(benchmark=chosen)
    asked = texts["instruction"].drop_nulls().head(ROWS_COMPARED).to_list()
    return chosen, similarities(asked, told["docstring"].fill_null(told["question"]))


def untold_problems(problems: pl.DataFrame, row_cache: RowCache | None) -> pl.DataFrame:
    """`benchmark, problem_id` of the problems whose solution's shape says nothing; each is looked at once."""
    if row_cache is None:
        return untold(problems)

    def compute(missing: pl.DataFrame) -> pl.DataFrame:
        named = missing.with_columns(pl.lit("").alias("benchmark"), pl.col("cache_key").alias("problem_id"))
        return missing.select(
            "cache_key", pl.col("cache_key").is_in(untold(named)["problem_id"].implode()).alias("untold")
        )

    stage = CacheStage("contamination_untold", "1")
    mapped = row_cache.map(stage, problems, compute, inputs=TOLD_BY, results={"untold": pl.Boolean})
    return mapped.rows.filter("untold").select("benchmark", "problem_id")
