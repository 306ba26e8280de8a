"""Writing one table to one Parquet file, deterministically: same rows in, same bytes out.

The file is built aside and nobody sees it until the store moves it into place. The digest is that of the rows
themselves (SHA-256 over JSON lines), so another Parquet writer or compression level does not make a new data
version. Which file belongs where is `store.py`'s matter.
"""

import contextlib
import hashlib
import io
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import polars as pl
import polars.selectors as cs
import pyarrow as pa
import pyarrow.parquet as pq

ROW_GROUP_ROWS = 8192
"""Rows in a row group: small enough to skip by statistics and to bound memory, large enough to compress."""

HEAD_ROWS = 5
"""First rows kept in memory, for previews."""


@dataclass(frozen=True)
class StagedTable:
    """A finished Parquet file that is not yet in place."""

    path: Path
    rows: int
    digest: str
    schema: pl.Schema
    size_bytes: int
    head: pl.DataFrame


class TableWriter:
    """Writes frames of one schema, one after the other, into a staged Parquet file."""

    def __init__(
        self,
        folder: Path,
        schema: pl.Schema,
        *,
        partition_columns: Sequence[str] = (),
        volatile: Sequence[str] = (),
        metadata: Mapping[str, str] | None = None,
    ) -> None:
        """`volatile` columns (timings) are written but left out of the digest.

        `partition_columns` are written dictionary-encoded: pandas and pyarrow then accept them beside the
        same name in the folder (`language=python`), and every reader keeps the column.
        """
        self._schema = schema
        self._volatile = list(volatile)
        self._metadata = dict(metadata or {})
        self._path = folder / f"{uuid.uuid4().hex}.parquet"
        self._arrow_schema = _arrow_schema(schema, partition_columns)
        self._file = pq.ParquetWriter(
            self._path,
            self._arrow_schema,
            compression="zstd",
            compression_level=3,
            write_page_checksum=True,
        )
        self._pending: list[pl.DataFrame] = []
        self._pending_rows = 0
        self._digest = hashlib.sha256()
        self._rows = 0
        self._head = pl.DataFrame(schema=schema)
        self._closed = False

    def write(self, frame: pl.DataFrame) -> None:
        """Append `frame`, which must have exactly the schema's columns (any order, castable types)."""
        missing = [name for name in self._schema if name not in frame.columns]
        extra = [name for name in frame.columns if name not in self._schema]
        if missing or extra:
            raise ValueError(f"table lacks the columns {missing} and has the unknown columns {extra}")
        frame = frame.select(self._schema.names()).cast(self._schema)
        self._pending.append(frame)
        self._pending_rows += frame.height
        if self._pending_rows >= ROW_GROUP_ROWS:
            self._flush(everything=False)

    def close(self, concluded: Callable[[int], Mapping[str, str]] | None = None) -> StagedTable:
        """Finish the file; `concluded` gives more facts from the number of rows."""
        self._flush(everything=True)
        digest = self._digest.hexdigest()
        facts = {**self._metadata, **(concluded(self._rows) if concluded else {}), "digest": digest}
        self._file.add_key_value_metadata({f"seedline.{name}": value for name, value in facts.items()})
        with self._no_room_explained():
            self._file.close()
        self._closed = True
        size = self._path.stat().st_size
        return StagedTable(self._path, self._rows, digest, self._schema, size, self._head)

    def abandon(self) -> None:
        """Throw the unfinished file away."""
        if self._closed:
            return
        self._closed = True
        with contextlib.suppress(OSError):  # closing writes the footer, for which a full disk has no room
            self._file.close()
        self._path.unlink(missing_ok=True)

    def __enter__(self) -> "TableWriter":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Throw the file away unless it was closed."""
        self.abandon()

    def _flush(self, *, everything: bool) -> None:
        if not self._pending:
            return
        gathered = pl.concat(self._pending)
        whole = gathered.height if everything else gathered.height - gathered.height % ROW_GROUP_ROWS
        rest = gathered.slice(whole)
        self._pending, self._pending_rows = ([rest] if rest.height else []), rest.height
        for group in gathered.head(whole).iter_slices(ROW_GROUP_ROWS):
            self._write_group(group)

    def _write_group(self, group: pl.DataFrame) -> None:
        if self._head.height < HEAD_ROWS:
            self._head = pl.concat([self._head, group.head(HEAD_ROWS - self._head.height)])
        self._digest.update(json_lines(group.drop(self._volatile)))
        table = group.to_arrow().cast(self._arrow_schema)
        with self._no_room_explained():
            self._file.write_table(table, row_group_size=ROW_GROUP_ROWS)
        self._rows += group.height

    @contextlib.contextmanager
    def _no_room_explained(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise OSError(
                error.errno,
                f"cannot write below {self._path.parent}: {error.strerror or error}; free space there or move "
                "the store (setting store); the table that was there is untouched",
            ) from error


def json_lines(frame: pl.DataFrame) -> bytes:
    """The rows as the digest counts them."""
    lines = io.BytesIO()
    frame.with_columns(cs.binary().bin.encode("hex")).write_ndjson(lines)
    return lines.getvalue()


def _arrow_schema(schema: pl.Schema, partition_columns: Sequence[str]) -> pa.Schema:
    arrow = pl.DataFrame(schema=schema).to_arrow().schema
    for name in partition_columns:
        place = arrow.get_field_index(name)
        arrow = arrow.set(place, pa.field(name, pa.dictionary(pa.int32(), pa.string())))
    return arrow
