"""What is left of removed text outside the tables: the row cache, logs, records, files in the making."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pipeline_defs.taking_down.reach import in_ids
from pipeline_defs.taking_down.residue import holding
from resources.row_cache.fragments import ORIGIN, FragmentFolder
from resources.row_cache.spaces import list_spaces
from resources.storage import STAGING, Storage

REPORTS = ("audit", "report")
"""Where the pages of the asset of that key are kept."""
LARGEST_LOG = 256 * 1024 * 1024
LEFT_BEHIND_S = 900
"""Files in the making that nobody wrote to for so long are nobody's."""
NOT_TEXT = frozenset(
    {".parquet", ".db", ".db-wal", ".db-shm", ".safetensors", ".bin", ".lock", ".png", ".gz", ".whl"}
)


@dataclass(frozen=True)
class Swept:
    """What was taken out of one place outside the tables."""

    place: str
    rows: int
    size: int


def sweep_cache(storage: Storage, ids: pl.Series, found_by: Sequence[str]) -> list[Swept]:
    """Take the results out of the row cache that were computed for one of `ids`, or hold a removed line."""

    def condemned(rows: pl.DataFrame) -> pl.Series:
        marked = holding(rows, found_by)
        if ORIGIN in rows.columns:
            marked |= rows.select(in_ids(ORIGIN, ids).fill_null(False)).to_series()
        return marked

    swept = []
    for space in list_spaces(storage):
        rows, size = FragmentFolder(storage, storage.path(space)).without(condemned)
        if rows:
            swept.append(Swept(f"row_cache/{space}", rows, size))
    return swept


def sweep_text_files(folder: Path, found_by: Sequence[str], *, leave: Sequence[Path] = ()) -> list[Swept]:
    """Lines with removed text go out of every text file below `folder`: logs of steps, of servers, records."""
    swept: list[Swept] = []
    wanted = [text.encode() for text in found_by]
    for path in sorted(folder.rglob("*")) if wanted else ():
        if not path.is_file() or path.suffix in NOT_TEXT or any(path.is_relative_to(one) for one in leave):
            continue
        try:
            if path.stat().st_size > LARGEST_LOG:
                continue
            data = path.read_bytes()
        except OSError:
            continue
        if not any(text in data for text in wanted):
            continue
        lines = data.splitlines(keepends=True)
        kept = [line for line in lines if not any(text in line for text in wanted)]
        path.write_bytes(b"".join(kept))
        swept.append(Swept(str(path.relative_to(folder)), len(lines) - len(kept), sum(map(len, kept))))
    return swept


def sweep_reports(storage: Storage) -> list[Swept]:
    """Remove the pages of reports: escaped, and in the data of charts, text is not found in them line by line."""
    folder = storage.path(*REPORTS)
    if not storage.exists(folder):
        return []
    pages = len(storage.list_files(folder))
    storage.remove(folder)
    return [Swept(f"pages of reports ({'/'.join(REPORTS)})", pages, 0)]


def sweep_half_made(storage: Storage) -> int:
    """Remove files in the making that nobody writes to any more: how many."""
    if storage.is_s3 or not (Path(storage.root) / STAGING).is_dir():
        return 0
    removed = 0
    for path in (Path(storage.root) / STAGING).rglob("*"):
        try:
            if (
                path.is_file()
                and path.suffix != ".lock"
                and time.time() - path.stat().st_mtime > LEFT_BEHIND_S
            ):
                path.unlink()
                removed += 1
        except FileNotFoundError:
            continue
    return removed
