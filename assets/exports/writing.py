"""A folder in Hugging Face's layout, the same bytes whenever the same rows are written.

`data/train-00000-of-00002.parquet` and so on, `SHA256SUMS` over every file, and nothing of the machine: neither time
nor path. A folder that holds an earlier export is brought up to date file by file; what else is in it stays.
"""

import hashlib
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from assets.exports.settings import ExportError

SUMS = "SHA256SUMS"
"""Names and digests of all other files, as sha256sum writes and checks them."""

GROUP_ROWS = 5_000
"""Rows of a Parquet row group: the data viewer reads one at a time."""


def shards(
    rows: pl.DataFrame, split: str, most: int, *, folder: str = "data", lines: bool = False
) -> dict[str, bytes]:
    """Path to bytes of the files that hold `rows`, `most` rows each; Parquet, or JSON lines where `lines`."""
    count = max(1, -(-rows.height // most))
    ending = "jsonl" if lines else "parquet"
    return {
        f"{folder}/{split}-{number:05d}-of-{count:05d}.{ending}": (
            rows[number * most : (number + 1) * most].write_ndjson().encode()
            if lines
            else parquet(rows[number * most : (number + 1) * most])
        )
        for number in range(count)
    }


def parquet(rows: pl.DataFrame) -> bytes:
    """`rows` as a Parquet file with the plain types that every reader of the format has."""
    table = rows.to_arrow(compat_level=pl.CompatLevel.oldest())
    schema = pa.schema([pa.field(one.name, _plain(one.type)) for one in table.schema])
    sink = pa.BufferOutputStream()
    pq.write_table(table.cast(schema), sink, compression="zstd", row_group_size=GROUP_ROWS)
    return sink.getvalue().to_pybytes()


def _plain(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_large_string(kind):
        return pa.string()
    if pa.types.is_large_list(kind) or pa.types.is_list(kind):
        return pa.list_(_plain(kind.value_type))
    if pa.types.is_struct(kind):
        return pa.struct([pa.field(one.name, _plain(one.type)) for one in kind])
    return kind


def sums(files: Mapping[str, bytes]) -> str:
    """The text of `SUMS`."""
    return "".join(f"{hashlib.sha256(files[path]).hexdigest()}  {path}\n" for path in sorted(files))


def refuse_foreign_folder(folder: Path) -> None:
    """Raise `ExportError` where `folder` holds anything that is no export: it would be overwritten."""
    if folder.exists() and not folder.is_dir():
        raise ExportError(f"{folder} is a file: name a folder")
    if folder.is_dir() and not (folder / SUMS).is_file():
        others = sorted(one.name for one in folder.iterdir() if one.name not in (".git", ".gitattributes"))
        if others:
            raise ExportError(f"{folder} holds other things ({', '.join(others[:3])}): name a new folder")


def write_folder(folder: Path, files: Mapping[str, bytes], executable: frozenset[str] = frozenset()) -> None:
    """Make `folder` hold `files` and `SUMS`; what an earlier export wrote and this one does not have goes."""
    refuse_foreign_folder(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    whole = {**files, SUMS: sums(files).encode()}
    former = written_paths(folder)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}.") as scratch:
        for path, data in whole.items():
            target = Path(scratch) / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
            target.chmod(0o755 if path in executable else 0o644)
        (folder / SUMS).unlink(missing_ok=True)  # what is half replaced is no export; the next one says so
        for path in sorted(former - set(whole)):
            (folder / path).unlink(missing_ok=True)
        for path in [*sorted(files), SUMS]:
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(Path(scratch) / path, target)
    folders = {parent for one in former for parent in (folder / one).parents if folder in parent.parents}
    for path in sorted(folders, reverse=True):  # inner ones first
        if path.is_dir() and not any(path.iterdir()):
            path.rmdir()


def written_paths(folder: Path) -> set[str]:
    """Paths that an earlier export wrote into `folder`."""
    file = folder / SUMS
    if not file.is_file():
        return set()
    lines = file.read_text(encoding="utf-8").splitlines()
    return {path for line in lines if (path := line.partition("  ")[2]) and _inside(path)}


def _inside(path: str) -> bool:
    """Whether a path that a file names leads nowhere else."""
    return not Path(path).is_absolute() and ".." not in Path(path).parts
