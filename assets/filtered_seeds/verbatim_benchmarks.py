"""The rule on benchmarks: a seed that holds a docstring or canonical solution of a problem is dropped.

StarCoder2-Instruct's, before anything grows from the seed. With other methods, seeds are held against benchmarks by the
detectors that training rows are held by: solutions under other names, questions in other words, tests.
"""

import polars as pl
from pydantic import Field

from assets.benchmarks.passages import Verbatim, chosen_problems, find_contamination, verbatim_patterns
from assets.contamination.hits import Detectors
from assets.contamination.settings import DetectorMethod, DetectorSettings
from assets.rows.outcome import Outcome, Rule, apply_rules
from assets.rows.reasons import Reason

STAGE = "verbatim_benchmarks"


class VerbatimBenchmarks(Verbatim):
    """Which benchmarks a seed must not hold anything of."""

    benchmarks: tuple[str, ...] | None = Field(
        default=None, description="names; null: every registered benchmark"
    )
    methods: tuple[DetectorMethod, ...] = Field(
        default=("verbatim",),
        min_length=1,
        description="how benchmarks are looked for; the others are those of the data set's decontamination",
    )


def without_benchmarks(
    seeds: pl.DataFrame, problems: pl.DataFrame, settings: VerbatimBenchmarks, *, workers: int | None = None
) -> Outcome:
    """`seeds` (`seed_id, seed, docstring, language`) that hold nothing of `problems` (columns of `benchmarks`).

    `workers` processes read code where a method does; null: one a core. The detail of a rejection names benchmark and
    problem. Raises `ValueError` for a benchmark that is not there.
    """
    chosen = chosen_problems(problems, settings.benchmarks, "verbatim_benchmarks.benchmarks")
    found = (
        _verbatim(seeds, chosen, settings)
        if settings.methods == ("verbatim",)
        else _by_detectors(seeds, chosen, settings, workers)
    )
    hits = found.unique("seed_id", keep="first", maintain_order=True)
    named = hits.select("seed_id", pl.format("{} {}", "benchmark", "problem_id").alias("problem"))
    judged = seeds.join(named, on="seed_id", how="left", maintain_order="left")
    rule = Rule(Reason.CONTAMINATED, pl.col("problem").is_not_null(), pl.col("problem"))
    outcome = apply_rules(judged, [rule], stage=STAGE, id_column="seed_id")
    return Outcome(outcome.kept.drop("problem"), outcome.rejected)


def _verbatim(seeds: pl.DataFrame, problems: pl.DataFrame, settings: VerbatimBenchmarks) -> pl.DataFrame:
    text = pl.concat_str("docstring", "seed", separator="\n", ignore_nulls=True)
    looked_for = verbatim_patterns(problems, settings)
    return find_contamination(seeds, looked_for, text, "seed_id", case_sensitive=settings.case_sensitive)


def _by_detectors(
    seeds: pl.DataFrame, problems: pl.DataFrame, settings: VerbatimBenchmarks, workers: int | None
) -> pl.DataFrame:
    """Finds in the code of the seeds and in what was said about it, each by itself."""
    verbatim = Verbatim(**{name: getattr(settings, name) for name in Verbatim.model_fields})
    detectors = Detectors(problems, DetectorSettings(methods=settings.methods, verbatim=verbatim))
    language = pl.col("language") if "language" in seeds.columns else None
    found = [
        detectors.hits(seeds.drop_nulls(name), pl.col(name), "seed_id", language=language, workers=workers)
        for name in ("seed", "docstring")
    ]
    return pl.concat(found).sort("seed_id", "benchmark", "problem_id")
