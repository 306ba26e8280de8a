"""The interface of every corpus source: raw files in bounded batches, with where they came from.

A source reads and says what it read; it judges nothing. Languages, sizes and encodings are judged by
`assets/corpus_dump`, licenses by `assets/raw_corpus`. What cannot be read comes out as a row with a fault,
so that nothing vanishes. Backends are in files of their own beside this one.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from typing import TypedDict

import polars as pl

RAW_SCHEMA = pl.Schema(
    {
        "content": pl.Binary,  # the file's bytes; null where `fault` says why
        "repo": pl.String,  # repository or package, as the source names it
        "path": pl.String,  # path within the repository, with forward slashes
        "commit": pl.String,  # commit or version; null where the source does not know
        "license": pl.String,  # SPDX expression in normal form; null: not known
        "license_source": pl.String,  # where it is declared, and which statement or text that is; null: nowhere
        "language": pl.String,  # as the source states it, in its own spelling; null: not stated
        "size": pl.Int64,  # bytes of the file, also where the content was not read
        "fault": pl.String,  # null, or one of FAULTS
        "origin": pl.String,  # place within the source, the same on every machine: path, or dump file and line
        "detail": pl.String,  # what went wrong, where there is a fault
    }
)
"""Columns of every batch that a source yields."""

FAULTS = ("unreadable", "too_large", "missing_content")
"""Why a row has no content: the values of `fault`, named as the rejections that they become."""

READ_LIMIT = 16 * 1024 * 1024
"""Bytes above which no source reads a file: it comes out with the fault `too_large` and no content."""

BATCH_BYTES = 16 * 1024 * 1024
"""Content a batch holds before it is handed on, where the caller does not say."""


class SourceError(RuntimeError):
    """A source cannot be read as a whole; the message names the file or setting and what to do."""


class FileError(SourceError):
    """One file of a source is of no use, and its others may be read; the message is as that of `SourceError`."""


class RawFile(TypedDict):
    """One row of `RAW_SCHEMA`."""

    content: bytes | None
    repo: str | None
    path: str | None
    commit: str | None
    license: str | None
    license_source: str | None
    language: str | None
    size: int | None
    fault: str | None
    origin: str
    detail: str | None


class CorpusSource(ABC):
    """Files of source code to take in. The same input gives the same rows in the same order."""

    @abstractmethod
    def read(self, batch_bytes: int = BATCH_BYTES) -> Iterator[pl.DataFrame]:
        """Yield every file as frames of `RAW_SCHEMA`, each of about `batch_bytes` of content at most.

        Raises `SourceError` when the source as a whole cannot be read (missing folder, missing columns,
        truncated file); a single unreadable file is a row with a fault.
        """

    @abstractmethod
    def describe(self) -> dict[str, object]:
        """What this source is, as JSON-able values for a person: kind, place, repositories, versions."""

    @abstractmethod
    def fingerprint(self) -> str:
        """A cheap identity of the input: equal while nothing that `read` yields can have changed."""


def file_batches(files: Iterable[RawFile], batch_bytes: int) -> Iterator[pl.DataFrame]:
    """Frames of `RAW_SCHEMA` from single files, each closed once it holds `batch_bytes` of content."""
    batch: list[RawFile] = []
    held = 0
    for file in files:
        batch.append(file)
        held += len(file["content"] or b"") + ROW_BYTES
        if held >= batch_bytes:
            yield pl.DataFrame(batch, schema=RAW_SCHEMA, orient="row")
            batch, held = [], 0
    if batch:
        yield pl.DataFrame(batch, schema=RAW_SCHEMA, orient="row")


ROW_BYTES = 512
"""What a row costs beside its content, so that millions of empty files fill batches too."""
