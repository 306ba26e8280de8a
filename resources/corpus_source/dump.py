"""Dumps in The Stack's form: a file or a folder of Parquet or JSON lines files, on local disk or S3.

Finds the files, maps columns, and turns what the readers (`parquet_rows`, `json_lines`) give into raw rows.
A file that ends too early or is no Parquet stops the source: it may be half copied. A file of no use (no such columns,
a pipe, a bomb) is a row with a fault, unless there is no other, and so is a single bad line.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar, cast

import polars as pl
from fsspec import AbstractFileSystem

from resources.corpus_source.base import (
    BATCH_BYTES,
    RAW_SCHEMA,
    READ_LIMIT,
    CorpusSource,
    FileError,
    RawFile,
    SourceError,
)
from resources.corpus_source.declared_licenses import quoted
from resources.corpus_source.dump_file import DumpFile
from resources.corpus_source.json_lines import JSON_LINES_SUFFIXES, read_json_lines
from resources.corpus_source.local_files import local_fault
from resources.corpus_source.parquet_rows import PARQUET_SUFFIX, read_parquet_rows
from resources.corpus_source.settings import Dump
from resources.corpus_source.spdx import all_of
from resources.storage import S3Options, Storage

SEPARATOR = "\x1f"
"""Between the licenses of a list, while they are one string."""


class DumpSource(CorpusSource):
    """A dump. See `Dump` for the settings; `s3` says where the S3 server is."""

    suffixes: ClassVar[tuple[str, ...]] = (PARQUET_SUFFIX, *JSON_LINES_SUFFIXES)
    """Ends of the names of files that are read."""

    def __init__(self, settings: Dump, s3: S3Options | None = None) -> None:
        self.settings = settings
        storage = Storage(settings.path, s3)
        self.filesystem, self.root = storage.fs, storage.root.removeprefix("s3://")

    def read(self, batch_bytes: int = BATCH_BYTES) -> Iterator[pl.DataFrame]:
        """Yield the dump's rows, file by file in the order of their paths."""
        held: list[pl.DataFrame] = []
        size = 0
        for raw in self._all_rows(batch_bytes):
            held.append(raw)
            size += int(raw["content"].bin.size().sum() or 0)
            if size >= batch_bytes:
                yield pl.concat(held)
                held, size = [], 0
        if held:
            yield pl.concat(held)

    def _all_rows(self, batch_bytes: int) -> Iterator[pl.DataFrame]:
        """Raw rows, file by file; a file of no use is one row, unless there is no other."""
        refused: list[SourceError] = []
        files = self.files()
        for file in files:
            try:
                if file.fault is not None:
                    raise FileError(f"{file.name}: {file.fault}.")
                for rows in self._rows(file, batch_bytes):
                    yield _raw_rows(rows)
            except FileError as error:
                refused.append(error)
                if len(refused) == len(files):
                    raise refused[0] from error
                yield _refused(file, error)

    def describe(self) -> dict[str, object]:
        """Path, number of files, bytes, and the columns of the first file."""
        files = self.files()
        return {
            "kind": self.settings.kind,
            "path": self.settings.path,
            "files": len(files),
            "bytes": sum(file.size for file in files),
            "columns": dict(self.settings.columns),
        }

    def fingerprint(self) -> str:
        """Changes when a file is added, removed or replaced (by size and ETag or time), or a setting changes."""
        digest = hashlib.sha256(self.settings.model_dump_json().encode())
        for file in self.files():
            digest.update(f"{file.path}\0{file.size}\0{file.version}\n".encode())
        return digest.hexdigest()

    def files(self) -> list[DumpFile]:
        """The dump's files by path; `SourceError` where there is nothing, or nothing of a known form."""
        with _refusals(self.settings.path):
            found = _found(self.filesystem, self.root)
        if not found:
            raise SourceError(f"{self.settings.path}: no such file or folder, or it is empty.")
        files = [
            self._file(path, info)
            for path, info in sorted(found.items())
            if path.lower().endswith(self.suffixes)
        ]
        if not files:
            raise SourceError(
                f"{self.settings.path}: holds {len(found)} file(s), none of them a dump. Dumps end in "
                f"{', '.join(self.suffixes)}."
            )
        return files

    def _file(self, path: str, info: dict[str, object]) -> DumpFile:
        return DumpFile(
            path=path,
            name=f"s3://{path}" if self.settings.path.startswith("s3://") else path,
            short_name=path.removeprefix(self.root).lstrip("/") or path.rsplit("/", 1)[-1],
            size=int(str(info.get("size") or 0)),
            version=str(info.get("ETag") or info.get("mtime") or ""),
            fault=None
            if self.settings.path.startswith("s3://")
            else local_fault(Path(path), Path(self.root)),
        )

    def _rows(self, file: DumpFile, batch_bytes: int) -> Iterator[pl.DataFrame]:
        read = read_parquet_rows if file.path.lower().endswith(PARQUET_SUFFIX) else read_json_lines
        return read(self.filesystem, file, {**self.settings.columns}, batch_bytes)


@contextmanager
def _refusals(place: str) -> Iterator[None]:
    """Turns what a file system says of a place that cannot be listed into a `SourceError`."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except FileNotFoundError as error:
        raise SourceError(f"{place}: no such file or folder, or it is empty.") from error
    except (OSError, BotoCoreError, ClientError) as error:
        advice = (
            "Credentials come from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, a profile or the machine's role; "
            "another server than AWS is named in the setting s3.endpoint_url."
        )
        what_to_do = (
            advice if place.startswith("s3://") else "Make it readable, or correct the setting `path`."
        )
        raise SourceError(f"{place}: cannot be listed: {error}. {what_to_do}") from error


def _found(filesystem: AbstractFileSystem, root: str) -> dict[str, dict[str, object]]:
    if filesystem.exists(root) and not filesystem.isdir(root):
        return {root: filesystem.info(root)}
    found = cast(dict[str, dict[str, object]], filesystem.find(root, detail=True))
    # Names that start with a dot or an underscore are a writer's own: markers, unfinished files.
    return {
        path: info
        for path, info in found.items()
        if not any(part.startswith((".", "_")) for part in path.removeprefix(root).split("/"))
    }


def _refused(file: DumpFile, error: FileError) -> pl.DataFrame:
    row: RawFile = {
        **dict.fromkeys(RAW_SCHEMA),  # pyright: ignore[reportAssignmentType] - the others are null
        "size": file.size,
        "fault": "unreadable",
        "origin": file.short_name,
        "detail": str(error).removeprefix(f"{file.name}: "),
    }
    return pl.DataFrame([row], schema=RAW_SCHEMA)


def _raw_rows(rows: pl.DataFrame) -> pl.DataFrame:
    """Raw rows from a reader's rows, which have any of our columns, origin, and fault with detail."""
    missing = [pl.lit(None).alias(name) for name in RAW_SCHEMA if name not in rows.columns]
    frame = rows.with_columns(missing)
    if isinstance(frame.schema["license"], pl.List):
        listed = pl.col("license").list.eval(pl.element().cast(pl.String).fill_null("")).list.join(SEPARATOR)
        frame = frame.with_columns(license=listed)
    stated = frame["license"].cast(pl.String).unique().drop_nulls().to_list()
    expressions = {text: all_of(text.split(SEPARATOR)) for text in stated}
    told = {text: quoted(", ".join(text.split(SEPARATOR))) for text in stated}
    size = pl.col("content").cast(pl.Binary).bin.size().cast(pl.Int64)
    return frame.with_columns(
        pl.col("license").cast(pl.String).replace_strict(expressions, default=None, return_dtype=pl.String),
        # where a row has neither, the format is null
        license_source=pl.format(
            "{}: {}",
            "license_source",
            pl.col("license").cast(pl.String).replace_strict(told, default=None, return_dtype=pl.String),
        ),
        size=pl.coalesce(pl.col("size").cast(pl.Int64), size),
        content=pl.when(size <= READ_LIMIT).then(pl.col("content").cast(pl.Binary)),
        fault=pl.coalesce(
            pl.col("fault").cast(pl.String),
            pl.when(pl.col("content").is_null()).then(pl.lit("missing_content")),
            pl.when(size > READ_LIMIT).then(pl.lit("too_large")),
        ),
    ).select(pl.col(name).cast(dtype) for name, dtype in RAW_SCHEMA.items())
