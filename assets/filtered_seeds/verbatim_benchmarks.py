"""The rule on benchmarks: a seed that holds a docstring or canonical solution of a problem is dropped.

StarCoder2-Instruct's, before anything grows from the seed; the decontamination of training rows looks for more. The
search itself is beside the benchmarks.
"""

import polars as pl
from pydantic import Field

from assets.benchmarks.passages import Verbatim, chosen_problems, find_contamination, verbatim_patterns
from assets.rows.outcome import Outcome, Rule, apply_rules
from assets.rows.reasons import Reason

STAGE = "verbatim_benchmarks"


class VerbatimBenchmarks(Verbatim):
    """Which benchmarks a seed must not hold anything of."""

    benchmarks: tuple[str, ...] | None = Field(
        default=None, description="names; null: every registered benchmark"
    )


def without_benchmarks(seeds: pl.DataFrame, problems: pl.DataFrame, settings: VerbatimBenchmarks) -> Outcome:
    """`seeds` (`seed_id, seed, docstring`) that hold nothing of `problems` (columns of the benchmarks' table).

    The detail of a rejection names benchmark and problem. Raises `ValueError` for a benchmark that is not there.
    """
    looked_for = verbatim_patterns(
        chosen_problems(problems, settings.benchmarks, "verbatim_benchmarks.benchmarks"), settings
    )
    text = pl.concat_str("docstring", "seed", separator="\n", ignore_nulls=True)
    hits = find_contamination(
        seeds, looked_for, text, "seed_id", case_sensitive=settings.case_sensitive
    ).unique("seed_id", keep="first", maintain_order=True)
    named = hits.select("seed_id", pl.format("{} {}", "benchmark", "problem_id").alias("problem"))
    judged = seeds.join(named, on="seed_id", how="left", maintain_order="left")
    rule = Rule(Reason.CONTAMINATED, pl.col("problem").is_not_null(), pl.col("problem"))
    outcome = apply_rules(judged, [rule], stage=STAGE, id_column="seed_id")
    return Outcome(outcome.kept.drop("problem"), outcome.rejected)
