"""Finding damage: page checksums before a table is read, whole digests when somebody asks; and the notes of it.

A note says which version of a file was found damaged, so that plans and automation make the table again, and it
loses its meaning with the file. What a table's facts mean is not judged here.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from resources.parquet_store.address import TableAddress
from resources.parquet_store.writer import json_lines
from resources.storage import Storage

FOLDER = ".damage"
BATCH_ROWS = 1024


class DamagedTableError(RuntimeError):
    """A table's file is cut short or changed; the message names the file and what to do."""

    @classmethod
    def at(cls, uri: str, why: object) -> "DamagedTableError":
        """For the file at `uri`."""
        first = " ".join(str(why).split())[:200]
        return cls(f"{uri} is damaged: {first}; materialize its asset again")


@dataclass(frozen=True)
class DamageNote:
    """That the file of this version was found damaged, and how."""

    version: str
    why: str


class DamageNotes:
    """The notes of one store."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def path(self, address: TableAddress) -> str:
        """Where the note about `address` is."""
        return self._storage.path(FOLDER, f"{address}.json")

    def write(self, address: TableAddress, version: str, why: str) -> None:
        """Note that this version of the file of `address` is damaged."""
        note = json.dumps({"version": version, "why": why})
        self._storage.write_bytes(self.path(address), note.encode())


def parse_note(data: bytes) -> DamageNote | None:
    """A note from its bytes; None for bytes that are none."""
    try:
        return DamageNote(**json.loads(data))
    except (ValueError, TypeError):
        return None


def check_pages(storage: Storage, uri: str) -> None:
    """Read every page of the file against its checksum. Raises `DamagedTableError`."""
    for _ in _batches(storage, uri):
        pass


def content_digest(storage: Storage, uri: str, volatile: list[str], texts: list[str]) -> str:
    """The digest of the rows in the file, as its writer counted it. Raises `DamagedTableError`.

    `texts` are columns that are encoded as partition columns and stand for plain text.
    """
    digest = hashlib.sha256()
    for batch in _batches(storage, uri):
        frame = pl.from_arrow(batch)
        assert isinstance(frame, pl.DataFrame)
        frame = frame.with_columns(pl.col(name).cast(pl.String) for name in texts if name in frame.columns)
        digest.update(json_lines(frame.drop(volatile, strict=False)))
    return digest.hexdigest()


def _batches(storage: Storage, uri: str) -> Iterator[pa.RecordBatch]:
    try:
        with storage.fs.open(uri, "rb") as file:
            yield from pq.ParquetFile(file, page_checksum_verification=True).iter_batches(BATCH_ROWS)
    except FileNotFoundError:
        raise
    except (pa.ArrowException, OSError) as error:
        raise damage_or(error, uri) from error


def damage_or(error: Exception, uri: str) -> Exception:
    """What an error in reading `uri` means: damage, where the bytes are wrong; itself, where they were not to be had.

    pyarrow reports a wrong page as an OSError too, but without a number.
    """
    if isinstance(error, OSError) and error.errno is not None:
        return error
    return DamagedTableError.at(uri, error)
