"""Tables that the standalone commands read and write: a file or folder of Parquet or JSON lines.

Belongs here: finding the files, checking that the columns asked for are there, writing a Parquet file in one
step. What a command does with the rows is in its own file; assets read and write through the store.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import polars as pl
import typer
from polars.exceptions import PolarsError
from pyarrow import ArrowException
from pyarrow.parquet import ParquetWriter

from resources.whole_files import replacing

PARQUET = (".parquet", ".pq")
ROW_GROUP_ROWS = 10_000
"""Rows of a row group: several groups are held at once while they are written, so this bounds the memory."""
JSON_LINES = (".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz", ".jsonl.zst", ".ndjson.zst")


class TableError(typer.BadParameter):
    """A table cannot be read or written; the message names the file and what to do. Exit status 2."""


def read_table(path: Path, columns: Sequence[str]) -> pl.LazyFrame:
    """All columns of the table at `path`, which must have `columns`; nothing is read before it is collected.

    `path` is a Parquet or JSON lines file, or a folder searched through (sorted by name, so that the order of
    the rows is the same everywhere; names that start with a dot or an underscore are passed over;
    `name=value` folders become columns). JSON lines are scanned once whole to know their types.

    Raises `TableError` where there is no such file, both formats are mixed, a file cannot be read, or a
    column is missing (the message lists the columns that are there).
    """
    files = table_files(path)
    try:
        if _ends(files[0], PARQUET):
            frame = pl.scan_parquet(
                [str(file) for file in files],
                glob=False,
                hive_partitioning=path.is_dir(),
                missing_columns="insert",
                extra_columns="raise",
            )
        else:
            frame = pl.scan_ndjson(files, infer_schema_length=None)
        there = frame.collect_schema().names()
    except (PolarsError, OSError) as error:
        raise TableError(f"{path}: cannot be read as {_format(files[0])}: {_first_line(error)}") from error
    missing = [column for column in columns if column not in there]
    if missing:
        raise TableError(
            f"{path}: no column {', '.join(map(repr, missing))}; its columns are {', '.join(there) or 'none'}"
        )
    return frame


def table_files(path: Path) -> list[Path]:
    """The table files that `path` stands for: itself, or those below it, sorted; never empty.

    Raises `TableError` as `read_table` does.
    """
    known = ", ".join((*PARQUET, *JSON_LINES))
    if path.is_file():
        if not _ends(path, (*PARQUET, *JSON_LINES)):
            raise TableError(f"{path}: not a table; its name must end in one of {known}")
        return [path]
    if not path.is_dir():
        raise TableError(f"{path}: no such file or folder")
    files = sorted(
        file
        for file in path.rglob("*")
        if _ends(file, (*PARQUET, *JSON_LINES))
        and not any(part.startswith((".", "_")) for part in file.relative_to(path).parts)
        and file.is_file()
    )
    if not files:
        raise TableError(f"{path}: no file below it ends in one of {known}")
    formats = {_format(file) for file in files}
    if len(formats) > 1:
        raise TableError(f"{path}: holds Parquet and JSON lines files; name one of them, or part the folders")
    return files


def write_table(frame: pl.DataFrame | pl.LazyFrame, path: Path) -> None:
    """Write `frame` as one Parquet file (zstd); `path` holds the old table or the whole new one, never half.

    A lazy frame is streamed. Folders on the way are made. An input that is overwritten by its own output is
    safe: it is read to its end before the new file takes its name. Raises `TableError` where `path` is a
    folder, does not end in `.parquet`, or the frame cannot be computed or written.
    """
    with replacing_table(path) as unfinished:
        frame.lazy().sink_parquet(
            unfinished, compression="zstd", row_group_size=ROW_GROUP_ROWS, sync_on_close="all"
        )


def write_frames(frames: Iterable[pl.DataFrame], path: Path) -> None:
    """Write `frames`, one after another, as one Parquet file; as `write_table`, but only one frame is held.

    There must be one frame at least; all have the columns of the first. Raises `TableError` as `write_table`.
    """
    with replacing_table(path) as unfinished, ExitStack() as stack:
        writer: ParquetWriter | None = None
        for frame in frames:
            rows = frame.to_arrow(compat_level=pl.CompatLevel.oldest())
            writer = writer or stack.enter_context(ParquetWriter(unfinished, rows.schema, compression="zstd"))
            writer.write_table(rows, row_group_size=ROW_GROUP_ROWS)


@contextmanager
def replacing_table(path: Path) -> Iterator[Path]:
    """A new file that takes the name `path` once it is complete, and else is removed.

    Raises `TableError` where it cannot be written.
    """
    check_output(path)
    try:
        with replacing(path) as unfinished:
            yield unfinished
    except (PolarsError, ArrowException, OSError) as error:
        raise TableError(f"{path}: cannot be written: {_first_line(error)}") from error


def check_output(path: Path) -> None:
    """Raise `TableError` where `write_table` could not write `path`: to be asked before long work starts."""
    if path.is_dir():
        raise TableError(f"{path}: is a folder; name the Parquet file to write")
    if not _ends(path, PARQUET):
        raise TableError(f"{path}: the output is Parquet; its name must end in .parquet")


def _ends(path: Path, endings: Sequence[str]) -> bool:
    return path.name.lower().endswith(tuple(endings))


def _format(path: Path) -> str:
    return "Parquet" if _ends(path, PARQUET) else "JSON lines"


def _first_line(error: BaseException) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
