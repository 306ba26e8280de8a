"""One function a step over seeds: from the means to the rule that decides, by way of the row cache.

Each gets the seeds and the means of the run and returns the seeds kept and those rejected. Their order is decided in
`chain.py`.
"""

from collections.abc import Iterator
from typing import TypeVar

import polars as pl

from assets.filtered_seeds.coreset.select import choose_coreset
from assets.filtered_seeds.docstring_judge.judge import judge_docstrings
from assets.filtered_seeds.filters import filter_seeds
from assets.filtered_seeds.filters.type_check import STAGE as TYPE_CHECK
from assets.filtered_seeds.filters.type_check import apply_verdicts
from assets.filtered_seeds.import_inference import standalone_source
from assets.filtered_seeds.means import Means
from assets.filtered_seeds.verbatim_benchmarks import without_benchmarks
from assets.raw_corpus.license_policy import license_verdicts
from assets.rows.outcome import Outcome
from assets.texts.embedding import with_embeddings
from assets.texts.near_duplicates.find import find_near_duplicates
from assets.texts.near_duplicates.signatures import signatures
from resources.row_cache import CacheStage, StageWork

TYPE_CHECK_VERSION = "3"
SIGNATURE_VERSION = "1"

CHECK_ROWS = 10_000
"""A checker's process costs seconds before it judges anything, so it is given many rows at once."""

Needed = TypeVar("Needed")


def filters(seeds: pl.DataFrame, means: Means) -> Outcome:
    """The recipe's filters on seeds."""
    return filter_seeds(seeds, means.settings.filters)


def type_check(seeds: pl.DataFrame, means: Means) -> Outcome:
    """Seeds that the type checker, or the grammar, finds no error in."""
    checker = _needed(means.type_checker, "check", "type checker")

    def compute(missing: pl.DataFrame) -> Iterator[pl.DataFrame]:
        verdicts = checker.check(missing.select(pl.col("cache_key").alias("key"), "source"))
        yield verdicts.rename({"key": "cache_key"}).with_columns(
            pl.col("n_errors").is_not_null().alias("cacheable")
        )

    identity: dict[str, object] = {**checker.identity()} if seeds.height else {}
    verdicts = means.mapped(
        CacheStage(
            TYPE_CHECK,
            TYPE_CHECK_VERSION,
            identity,
            # a grammar is in this process, and parses faster than a plan could estimate
            StageWork.TEXT if identity.get("checker") == "grammar" else StageWork.TYPE_CHECK,
        ),
        seeds.with_columns(standalone_source().alias("source")),
        compute,
        inputs=["source"],
        results={"ok": pl.Boolean(), "n_errors": pl.Int64(), "detail": pl.String()},
        batch_rows=CHECK_ROWS,
    )
    return apply_verdicts(seeds, verdicts.rename({"seed_id": "key"}))


def verbatim_benchmarks(seeds: pl.DataFrame, means: Means) -> Outcome:
    """Seeds that hold no docstring or solution of a benchmark."""
    settings = _needed(means.settings.verbatim_benchmarks, "verbatim_benchmarks", "settings")
    problems = _needed(means.problems, "verbatim_benchmarks", "benchmarks")
    return without_benchmarks(seeds, problems, settings, workers=means.workers)


def docstring_judge(seeds: pl.DataFrame, means: Means) -> Outcome:
    """Seeds whose documentation the recipe's model finds good enough."""
    settings = _needed(means.settings.docstring_judge, "docstring_judge", "settings")
    return judge_docstrings(seeds, settings, _needed(means.ask, "docstring_judge", "engine"))


def near_duplicates(seeds: pl.DataFrame, means: Means) -> Outcome:
    """Of seeds that are nearly the same text one: that of a permissive file, then that of the older dump."""
    settings = _needed(means.settings.near_duplicates, "near_duplicates", "settings")
    files = _needed(means.files, "near_duplicates", "files")
    signed = means.mapped(
        CacheStage("signature", SIGNATURE_VERSION, settings.signature_settings(), StageWork.TEXT),
        seeds,
        lambda missing: signatures(missing, settings, key="cache_key", text="seed"),
        inputs=["seed"],
        results={"signature": pl.Binary()},
    )
    ranked = signed.join(_preference(files), on="file_id", how="left", maintain_order="left")
    outcome = find_near_duplicates(ranked, settings, prefer=["not_permissive", "dump"])
    return Outcome(outcome.kept.select(seeds.columns), outcome.rejected)


def coreset(seeds: pl.DataFrame, means: Means) -> Outcome:
    """The seeds of the coreset; it and the embeddings stay in the means."""
    settings = _needed(means.settings.coreset, "coreset", "settings")
    embedder = _needed(means.embedder, "coreset", "embedder")
    embedded = with_embeddings(seeds, "seed", embedder, means.row_cache, progress=means.progress)
    means.counts.add("embedding", embedded.computed, embedded.reused)
    means.coreset = choose_coreset(embedded.rows, settings.select)
    means.embedded = embedded.rows
    return means.coreset.outcome


def _needed(value: Needed | None, setting: str, name: str) -> Needed:
    if value is None:
        raise ValueError(f"the recipe's seeds.{setting} needs a value for {name}, and the run has none")
    return value


def _preference(files: pl.LazyFrame) -> pl.DataFrame:
    """The order in which near-duplicates are preferred: `file_id, not_permissive, dump`."""
    origins = files.select("file_id", "license", "dump").collect()
    verdicts = license_verdicts(origins["license"].to_list(), "any")
    joined = origins.join(verdicts, on="license", how="left", nulls_equal=True)
    return joined.select("file_id", (~pl.col("permissive")).alias("not_permissive"), "dump")
