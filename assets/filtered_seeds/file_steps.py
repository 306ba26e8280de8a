"""The steps that go file by file: filters on files, extraction of seeds, and the imports that make a seed stand alone.

Files stream through in batches, so that only seeds are held; each file's seeds go through the row cache.
"""

from collections.abc import Iterator
from functools import partial

import polars as pl

from assets.filtered_seeds.extraction import SEED_SCHEMA
from assets.filtered_seeds.extraction.parallel import extract_in_parallel, together
from assets.filtered_seeds.extraction.settings import READY_ROW, ExtractionSettings
from assets.filtered_seeds.extraction.settings import STAGE as EXTRACTION
from assets.filtered_seeds.filters.recipe import FILES_STAGE
from assets.filtered_seeds.import_inference import ImportSettings
from assets.filtered_seeds.means import Means
from assets.filtered_seeds.ready_rows import files_and_rows
from assets.filtered_seeds.standalone import standalone_seeds
from assets.rows.batches import FILES, row_batches
from assets.rows.outcome import Outcome, as_rejections, no_rejections
from resources.row_cache import CacheStage, StageWork

VERSION = "3"
"""Raised when the same file and settings would give other seeds: part of the cache key."""

BATCH_BYTES = 128 * 1024 * 1024
"""Content held while its seeds are taken; each batch is one look into the row cache."""

FEW_BYTES = 4 * 1024 * 1024
"""Below so much content, starting worker processes costs more than they save."""

RESULTS = {
    "seeds": pl.List(pl.Struct(SEED_SCHEMA)),
    "rejection": pl.Struct({"reason": pl.String, "detail": pl.String}),
}
"""What the row cache keeps of a file: its seeds, or why it has none."""


def seeds_of(files: pl.LazyFrame, means: Means) -> pl.DataFrame:
    """Seeds (`SEED_SCHEMA`) of `files` (`file_id, content, language, path`); both steps are written into the ledger."""
    dropped, unextracted = [no_rejections()], [no_rejections()]
    seeds = [pl.DataFrame(schema=SEED_SCHEMA)]
    read = kept = 0
    of_repositories = ["repo"] if means.settings.filters.repositories else []
    for batch in _batches(files.select("file_id", "content", "language", "path", *of_repositories)):
        extraction = means.settings.extraction
        ready, filtered = files_and_rows(batch, extraction, means.settings.filters)
        read, kept = read + batch.height, kept + filtered.kept.height + ready.height
        dropped.append(filtered.rejected)
        as_rows = extraction.model_copy(update={"kind": READY_ROW})
        for part, settings in ((filtered.kept, extraction), (ready, as_rows)):
            if part.height or settings is extraction:
                extracted = _extract(part, means, settings)
                unextracted.append(extracted.rejected)
                seeds.append(extracted.kept)
        if means.progress is not None:
            means.progress(read, read)
    whole = pl.concat(seeds)
    means.ledger.record(FILES_STAGE, "files", read, pl.concat(dropped), rows_out=kept)
    means.ledger.record(
        EXTRACTION,
        "files",
        kept,
        pl.concat(unextracted),
        rows_out=whole.height,
        kept=whole["file_id"].n_unique(),
    )
    return whole


def _extract(files: pl.DataFrame, means: Means, extraction: ExtractionSettings) -> Outcome:
    """Seeds of a batch of files, and the files without; each file's result goes through the row cache."""
    is_code = extraction.kind != READY_ROW
    imports = means.settings.imports if means.language == "python" and is_code else None
    key_settings: dict[str, object] = {
        "extraction": extraction.model_dump(mode="json"),
        "imports": imports.model_dump(mode="json") if imports else None,
    }
    rows = means.mapped(
        CacheStage("extraction", VERSION, key_settings, StageWork.TEXT),
        files,
        lambda missing: _by_file(missing, means, extraction, imports),
        inputs=["file_id"],
        results=RESULTS,
        show_progress=False,
    )
    seeds = (
        rows.select(pl.col("seeds").list.drop_nulls())
        .filter(pl.col("seeds").list.len() > 0)
        .explode("seeds")
        .unnest("seeds")
    )
    rejection = pl.col("rejection").struct
    rejected = rows.filter(rejection.field("reason").is_not_null()).select(
        pl.col("file_id").alias("id"),
        pl.lit(EXTRACTION).alias("stage"),
        rejection.field("reason"),
        rejection.field("detail"),
        "file_id",
        "path",
    )
    whole = seeds.width == len(SEED_SCHEMA)  # unnesting no row at all gives no column
    return Outcome(seeds if whole else pl.DataFrame(schema=SEED_SCHEMA), as_rejections(rejected))


def _by_file(
    files: pl.DataFrame, means: Means, settings: ExtractionSettings, imports: ImportSettings | None
) -> pl.DataFrame:
    """`RESULTS` of each of `files`, in worker processes where it is worth starting them."""
    function = partial(standalone_seeds, imports=imports)
    if int(files["content"].str.len_bytes().sum()) < FEW_BYTES:
        outcome = function(files, settings)
    else:
        outcome = together(extract_in_parallel(files, settings, workers=means.workers, function=function))
    seeds = outcome.kept.group_by("file_id").agg(pl.struct(*SEED_SCHEMA.names()).alias("seeds"))
    reasons = outcome.rejected.select(
        pl.col("id").alias("file_id"), pl.struct("reason", "detail").alias("rejection")
    )
    return (
        files.select("cache_key", "file_id")
        .join(seeds, on="file_id", how="left")
        .join(reasons, on="file_id", how="left")
        .drop("file_id")
    )


def _batches(files: pl.LazyFrame) -> Iterator[pl.DataFrame]:
    """`files` in their order, in frames of about `BATCH_BYTES` of content."""
    held: list[pl.DataFrame] = []
    size = 0
    for part in row_batches(files, FILES):
        held.append(part)
        size += int(part["content"].str.len_bytes().sum())
        if size >= BATCH_BYTES:
            yield pl.concat(held)
            held, size = [], 0
    if held:
        yield pl.concat(held)
