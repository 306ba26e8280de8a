"""Extraction over worker processes: all cores, memory bounded by the batch, a crash costs one file.

A grammar is C code, and on some file it may crash or never come back. Then the worker is gone, the pool finds
the file, and it is rejected as a parse error with what happened; all others are extracted.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import partial

import polars as pl

from assets.filtered_seeds.extraction.extract import check_files, extract
from assets.filtered_seeds.extraction.settings import SEED_SCHEMA, STAGE, ExtractionSettings
from assets.rows.outcome import Outcome, no_rejections, reject
from assets.rows.reasons import Reason
from resources.workers.frames import map_frames

BATCH_BYTES = 4_000_000
"""Source text in one batch: a second of work, so that neither start nor transfer is felt."""

HANG_S = 120.0
"""Wall time over the parsing limit after which a batch counts as hanging, in seconds: a batch is a second of work,
a call that never comes back is rare, and a busy machine must not look like one."""


def extract_in_parallel(
    files: pl.DataFrame | Iterable[pl.DataFrame],
    settings: ExtractionSettings,
    *,
    workers: int | None = None,
    function: Callable[..., Outcome] = extract,
) -> Iterator[Outcome]:
    """What `extract` gives, batch by batch, in the order of the files; `together` makes one of them.

    `files` is a frame, or frames as they are read (for corpora beyond memory). `workers` processes; null: one
    for each core. `function` is called as `extract` is, for steps that follow it file by file (it must be
    picklable). Raises `ValueError` as `extract`; ids are compared within each frame that is given.
    """
    frames = [files] if isinstance(files, pl.DataFrame) else files
    return map_frames(
        partial(function, settings=settings),
        (batch for frame in frames for batch in _batches(frame)),
        workers=workers,
        on_loss=_reject_lost,
        timeout_s=settings.parse_timeout_s + HANG_S,
    )


def together(outcomes: Iterable[Outcome]) -> Outcome:
    """One outcome of many."""
    parts = list(outcomes)
    return Outcome(
        pl.concat([SEED_SCHEMA.to_frame(), *(part.kept for part in parts)]),
        pl.concat([no_rejections(), *(part.rejected for part in parts)]),
    )


def _batches(files: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """`files` cut into frames of about `BATCH_BYTES` of content, in their order."""
    check_files(files)
    narrow = files.select(pl.col("file_id", "content", "language").cast(pl.String))
    sizes = narrow["content"].str.len_bytes().fill_null(0).cum_sum() // BATCH_BYTES
    for batch in narrow.group_by(sizes.alias("__batch"), maintain_order=True):
        yield batch[1]


def _reject_lost(file: pl.DataFrame, detail: str) -> Outcome:
    rejected = reject(file, Reason.PARSE_ERROR, stage=STAGE, id_column="file_id", detail=pl.lit(detail))
    return Outcome(SEED_SCHEMA.to_frame(), rejected)
