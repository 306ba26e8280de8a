"""The way from files to seeds: one function a step, in the published order, each written into the ledger.

Files stream through the first steps in batches; only seeds are held. What a step decides stands in the
modules beside this one; here is how they follow each other and what goes through the row cache.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial

import polars as pl

from assets.asking.asker import Ask
from assets.filtered_seeds.coreset.select import STAGE as CORESET
from assets.filtered_seeds.coreset.select import Coreset, choose_coreset
from assets.filtered_seeds.docstring_judge.judge import STAGE as DOCSTRING_JUDGE
from assets.filtered_seeds.docstring_judge.judge import judge_docstrings
from assets.filtered_seeds.extraction import SEED_SCHEMA
from assets.filtered_seeds.extraction.parallel import extract_in_parallel, together
from assets.filtered_seeds.extraction.settings import STAGE as EXTRACTION
from assets.filtered_seeds.filters import filter_files, filter_seeds
from assets.filtered_seeds.filters.recipe import FILES_STAGE, SEEDS_STAGE
from assets.filtered_seeds.filters.type_check import STAGE as TYPE_CHECK
from assets.filtered_seeds.filters.type_check import apply_verdicts
from assets.filtered_seeds.import_inference import standalone_source
from assets.filtered_seeds.settings import Coreset as CoresetStep
from assets.filtered_seeds.settings import SeedSettings
from assets.filtered_seeds.standalone import standalone_seeds
from assets.filtered_seeds.verbatim_benchmarks import STAGE as VERBATIM_BENCHMARKS
from assets.filtered_seeds.verbatim_benchmarks import without_benchmarks
from assets.raw_corpus.license_policy import judge_licenses
from assets.rows.batches import FILES, in_batches
from assets.rows.ledger import Ledger
from assets.rows.outcome import Outcome, as_rejections, no_rejections
from assets.texts.embedding import with_embeddings
from assets.texts.near_duplicates.find import STAGE as NEAR_DUPLICATES
from assets.texts.near_duplicates.find import find_near_duplicates
from assets.texts.near_duplicates.settings import NearDuplicateSettings
from assets.texts.near_duplicates.signatures import signatures
from resources.embedder.base import Embedder
from resources.row_cache import CacheStage, RowCache
from resources.row_cache.cache import Progress
from resources.type_checker.base import TypeChecker

EXTRACTION_VERSION = "3"
"""Raised when the same file and settings would give other seeds: part of the cache key."""

BATCH_BYTES = 128 * 1024 * 1024
"""Content held while its seeds are taken; each batch is one look into the row cache."""

FEW_BYTES = 4 * 1024 * 1024
"""Below so much content, starting worker processes costs more than they save."""

CHECK_ROWS = 10_000
"""A checker's process costs seconds before it judges anything, so it is given many."""

_REJECTION = pl.Struct({"reason": pl.String, "detail": pl.String})
_SEEDS = pl.List(pl.Struct(SEED_SCHEMA))


@dataclass
class CacheCounts:
    """Rows computed and rows the cache had, by stage."""

    computed: dict[str, int] = field(default_factory=dict)
    reused: dict[str, int] = field(default_factory=dict)

    def add(self, stage: str, computed: int, reused: int) -> None:
        """Add one call's counts."""
        self.computed[stage] = self.computed.get(stage, 0) + computed
        self.reused[stage] = self.reused.get(stage, 0) + reused


@dataclass
class Chain:
    """The steps over one language's files; `ledger` and `counts` fill as they go."""

    settings: SeedSettings
    language: str
    row_cache: RowCache
    type_checker: TypeChecker | None = None
    ledger: Ledger = field(default_factory=Ledger)
    counts: CacheCounts = field(default_factory=CacheCounts)
    embedder: Embedder | None = None
    ask: Ask | None = None
    problems: pl.DataFrame | None = None
    coreset: Coreset | None = None
    embedded: pl.DataFrame | None = None
    progress: Progress | None = None
    workers: int | None = None

    def run(self, files: pl.LazyFrame) -> pl.DataFrame:
        """Seeds (columns of extraction, `imports` completed) from `files` (columns of `raw_corpus`)."""
        seeds = self.seeds_of(files)
        seeds = self._filter(seeds)
        if self.settings.check is not None:
            seeds = self._check(seeds)
        if self.settings.verbatim_benchmarks is not None:
            seeds = self._without_benchmarks(seeds)
        if self.settings.docstring_judge is not None:
            seeds = self._judge(seeds)
        if self.settings.near_duplicates is not None:
            seeds = self._near_duplicates(seeds, files, self.settings.near_duplicates)
        if self.settings.coreset is not None:
            seeds = self._coreset(seeds, self.settings.coreset)
        return seeds.sort("seed_id")

    def seeds_of(self, files: pl.LazyFrame) -> pl.DataFrame:
        """The first three steps, file by file: filters on files, extraction, import inference."""
        dropped, unextracted = [no_rejections()], [no_rejections()]
        seeds = [pl.DataFrame(schema=SEED_SCHEMA)]
        read = kept = 0
        for batch in _batches(files.select("file_id", "content", "language", "path")):
            outcome = filter_files(batch, self.settings.filters)
            found, rejected = self._extract(outcome.kept)
            read, kept = read + batch.height, kept + outcome.kept.height
            dropped.append(outcome.rejected)
            unextracted.append(rejected)
            seeds.append(found)
            if self.progress is not None:
                self.progress(read, read)
        found = pl.concat(seeds)
        self.ledger.record(FILES_STAGE, "files", read, pl.concat(dropped), rows_out=kept)
        self.ledger.record(
            EXTRACTION,
            "files",
            kept,
            pl.concat(unextracted),
            rows_out=found.height,
            kept=found["file_id"].n_unique(),
        )
        return found

    def _extract(self, files: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Seeds of a batch of files, and the files without: each file's result goes through the row cache."""
        imports = self.settings.imports if self.language == "python" else None

        def compute(missing: pl.DataFrame) -> pl.DataFrame:
            function = partial(standalone_seeds, imports=imports)
            if int(missing["content"].str.len_bytes().sum()) < FEW_BYTES:
                outcome = function(missing, self.settings.extraction)
            else:
                outcome = together(
                    extract_in_parallel(
                        missing, self.settings.extraction, workers=self.workers, function=function
                    )
                )
            found = outcome.kept
            packed = found.group_by("file_id").agg(pl.struct(*SEED_SCHEMA.names()).alias("seeds"))
            reasons = outcome.rejected.select(
                pl.col("id").alias("file_id"), pl.struct("reason", "detail").alias("rejection")
            )
            return (
                missing.select("cache_key", "file_id")
                .join(packed, on="file_id", how="left")
                .join(reasons, on="file_id", how="left")
                .drop("file_id")
            )

        key_settings: dict[str, object] = {
            "extraction": self.settings.extraction.model_dump(mode="json"),
            "imports": imports.model_dump(mode="json") if imports else None,
        }
        stage = CacheStage("extraction", EXTRACTION_VERSION, key_settings)
        results = {"seeds": _SEEDS, "rejection": _REJECTION}
        mapped = self.row_cache.map(stage, files, compute, inputs=["file_id"], results=results)
        self.counts.add("extraction", mapped.computed, mapped.reused)
        seeds = (
            mapped.rows.select(pl.col("seeds").list.drop_nulls())
            .filter(pl.col("seeds").list.len() > 0)
            .explode("seeds")
            .unnest("seeds")
        )
        rejected = mapped.rows.filter(pl.col("rejection").struct.field("reason").is_not_null()).select(
            pl.col("file_id").alias("id"),
            pl.lit(EXTRACTION).alias("stage"),
            pl.col("rejection").struct.field("reason"),
            pl.col("rejection").struct.field("detail"),
            "file_id",
            "path",
        )
        return (
            seeds if seeds.width == len(SEED_SCHEMA) else pl.DataFrame(schema=SEED_SCHEMA)
        ), as_rejections(rejected)

    def _filter(self, seeds: pl.DataFrame) -> pl.DataFrame:
        return self._recorded(SEEDS_STAGE, seeds, filter_seeds(seeds, self.settings.filters))

    def _check(self, seeds: pl.DataFrame) -> pl.DataFrame:
        if self.type_checker is None:
            raise ValueError("the recipe asks for a check, but no checker was given")
        checker = self.type_checker

        def compute(missing: pl.DataFrame) -> Iterator[pl.DataFrame]:
            verdicts = checker.check(missing.select(pl.col("cache_key").alias("key"), "source"))
            yield verdicts.rename({"key": "cache_key"}).with_columns(
                pl.col("n_errors").is_not_null().alias("cacheable")
            )

        sources = seeds.with_columns(standalone_source().alias("source"))
        stage = CacheStage(TYPE_CHECK, "2", dict(checker.identity()) if seeds.height else {})
        results = {"ok": pl.Boolean(), "n_errors": pl.Int64(), "detail": pl.String()}
        mapped = self.row_cache.map(
            stage,
            sources,
            compute,
            inputs=["source"],
            results=results,
            batch_rows=CHECK_ROWS,
            progress=self.progress,
        )
        self.counts.add(TYPE_CHECK, mapped.computed, mapped.reused)
        outcome = apply_verdicts(seeds, mapped.rows.rename({"seed_id": "key"}))
        return self._recorded(TYPE_CHECK, seeds, outcome)

    def _without_benchmarks(self, seeds: pl.DataFrame) -> pl.DataFrame:
        if self.settings.verbatim_benchmarks is None or self.problems is None:
            raise ValueError("the recipe asks for seeds clean of benchmarks, but no benchmarks were given")
        outcome = without_benchmarks(seeds, self.problems, self.settings.verbatim_benchmarks)
        return self._recorded(VERBATIM_BENCHMARKS, seeds, outcome)

    def _judge(self, seeds: pl.DataFrame) -> pl.DataFrame:
        if self.settings.docstring_judge is None or self.ask is None:
            raise ValueError("the recipe asks for a docstring judge, but no engine was given")
        outcome = judge_docstrings(seeds, self.settings.docstring_judge, self.ask)
        return self._recorded(DOCSTRING_JUDGE, seeds, outcome)

    def _near_duplicates(
        self, seeds: pl.DataFrame, files: pl.LazyFrame, settings: NearDuplicateSettings
    ) -> pl.DataFrame:
        def compute(missing: pl.DataFrame) -> pl.DataFrame:
            return signatures(missing, settings, key="cache_key", text="seed")

        stage = CacheStage("signature", "1", settings.signature_settings())
        signed = self.row_cache.map(
            stage, seeds, compute, inputs=["seed"], results={"signature": pl.Binary()}, progress=self.progress
        )
        self.counts.add("signature", signed.computed, signed.reused)
        ranked = signed.rows.join(_preference(files), on="file_id", how="left", maintain_order="left")
        outcome = find_near_duplicates(ranked, settings, prefer=["not_permissive", "dump"])
        return self._recorded(
            NEAR_DUPLICATES, seeds, Outcome(outcome.kept.select(seeds.columns), outcome.rejected)
        )

    def _coreset(self, seeds: pl.DataFrame, settings: CoresetStep) -> pl.DataFrame:
        if self.embedder is None:
            raise ValueError("the recipe asks for a coreset, but no embedder was given")
        embedded = with_embeddings(seeds, "seed", self.embedder, self.row_cache, progress=self.progress)
        self.counts.add("embedding", embedded.computed, embedded.reused)
        self.coreset = choose_coreset(embedded.rows, settings.select)
        self.embedded = embedded.rows
        return self._recorded(CORESET, seeds, self.coreset.outcome)

    def _recorded(self, step: str, before: pl.DataFrame, outcome: Outcome) -> pl.DataFrame:
        self.ledger.record(step, "seeds", before.height, outcome.rejected, rows_out=outcome.kept.height)
        return outcome.kept


def _batches(files: pl.LazyFrame) -> Iterator[pl.DataFrame]:
    """`files` in their order, in frames of about `BATCH_BYTES` of content."""
    held: list[pl.DataFrame] = []
    size = 0
    for part in in_batches(files, FILES):
        held.append(part)
        size += int(part["content"].str.len_bytes().sum())
        if size >= BATCH_BYTES:
            yield pl.concat(held)
            held, size = [], 0
    if held:
        yield pl.concat(held)


def _preference(files: pl.LazyFrame) -> pl.DataFrame:
    """What decides between near-duplicates: `file_id, not_permissive, dump`."""
    origins = files.select("file_id", "license", "dump").collect()
    verdicts = judge_licenses(origins["license"].to_list(), "any")
    joined = origins.join(verdicts, on="license", how="left", nulls_equal=True)
    return joined.select("file_id", (~pl.col("permissive")).alias("not_permissive"), "dump")
