"""Taking rows out of exported folders that are still where they were written: their data files are written anew."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl

from assets.exports.removal import is_export, remove_rows
from pipeline_defs.taking_down.residue import holding
from pipeline_defs.taking_down.sweeping import Swept
from resources.parquet_store import ParquetStore

KEY = ("exports",)
ROWS = ("exports__rows",)


def sweep_exports(store: ParquetStore, files: pl.Series, found_by: Sequence[str]) -> Iterator[Swept]:
    """Take rows of `files` out of every recorded export whose folder is still there."""
    for address in store.partitions(ROWS):
        hit = store.scan(address).filter(pl.col("file_id").is_in(files.implode())).select("sft_id").collect()
        if hit.is_empty():
            continue
        record = next(one for one in store.partitions(KEY) if one.partition == address.partition)
        place = str(store.scan(record).select("place").head(1).collect().item())
        if Path(place).is_dir():
            yield _sweep(Path(place), hit["sft_id"], found_by)


def _sweep(folder: Path, ids: pl.Series, found_by: Sequence[str]) -> Swept:
    if is_export(folder):
        return Swept(f"export {folder}", *remove_rows(folder, ids, lambda rows: holding(rows, found_by)))
    rows = size = 0
    for path in sorted(folder.rglob("*")):
        if path.suffix == ".parquet":
            gone, written = _parquet(path, ids, found_by)
        elif path.suffix == ".jsonl":
            gone, written = _json_lines(path, ids, found_by)
        else:
            continue
        rows, size = rows + gone, size + written
    return Swept(f"export {folder}", rows, size)


def _parquet(path: Path, ids: pl.Series, found_by: Sequence[str]) -> tuple[int, int]:
    frame = pl.read_parquet(path)
    marked = holding(frame, found_by)
    if "sft_id" in frame.columns:
        marked |= frame["sft_id"].is_in(ids.implode())
    if not marked.any():
        return 0, 0
    frame.filter(~marked).write_parquet(path, compression="zstd")
    return int(marked.sum()), path.stat().st_size


def _json_lines(path: Path, ids: pl.Series, found_by: Sequence[str]) -> tuple[int, int]:
    wanted = [*(text.encode() for text in found_by), *(json.dumps(one).encode() for one in ids)]
    lines = path.read_bytes().splitlines(keepends=True)
    kept = [line for line in lines if not any(text in line for text in wanted)]
    if len(kept) == len(lines):
        return 0, 0
    path.write_bytes(b"".join(kept))
    return len(lines) - len(kept), path.stat().st_size
