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

import numpy as np
import polars as pl
import polars.selectors as cs
import pyarrow as pa
import pyarrow.parquet as pq

ROW_GROUP_ROWS = 8192
"""Rows in a row group: small enough to skip by statistics and to bound memory, large enough to compress."""

ROW_GROUP_BYTES = 32 * 1024 * 1024
"""Bytes of text after which a row group is full with fewer rows: what is held, written and read at once is several
times that, however long the texts are."""

DIGEST_ROWS = 1024
"""Rows that are written out at once for the digest; the digest does not depend on it."""

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
        self._pending_rows = self._pending_bytes = 0
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
        frame = _alone(frame.select(self._schema.names()).cast(self._schema))
        self._pending.append(frame)
        self._pending_rows += frame.height
        self._pending_bytes += int(_text_bytes(frame).sum())
        if self._pending_rows >= ROW_GROUP_ROWS or self._pending_bytes >= ROW_GROUP_BYTES:
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
        self._pending, self._pending_rows, self._pending_bytes = [], 0, 0
        sizes = np.cumsum(_text_bytes(gathered))
        start = 0
        while start < gathered.height:
            before = sizes[start - 1] if start else 0
            end = start + ROW_GROUP_ROWS
            full = int(np.searchsorted(sizes, before + ROW_GROUP_BYTES)) + 1  # with the row that fills it
            end = min(end, full)
            if end > gathered.height and not everything:
                break
            self._write_group(gathered.slice(start, end - start))
            start = min(end, gathered.height)
        rest = gathered.slice(start)
        if rest.height:
            self._pending, self._pending_rows = [_alone(rest)], rest.height
            self._pending_bytes = int(_text_bytes(rest).sum())

    def _write_group(self, group: pl.DataFrame) -> None:
        if self._head.height < HEAD_ROWS:
            self._head = pl.concat([self._head, group.head(HEAD_ROWS - self._head.height)])
        for some in group.drop(self._volatile).iter_slices(DIGEST_ROWS):
            self._digest.update(json_lines(some))
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


def _text_bytes(frame: pl.DataFrame) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    """Bytes of text in each row, whatever frames the rows came in."""
    total = np.zeros(frame.height, dtype=np.int64)
    for column in frame.get_columns():
        if column.dtype in (pl.String, pl.Binary):
            total += column.cast(pl.Binary).bin.size().fill_null(0).cast(pl.Int64).to_numpy()
    return total


def _alone(frame: pl.DataFrame) -> pl.DataFrame:
    """The same rows in memory of their own: a few rows picked out of a batch keep all of its texts alive."""
    if not any(dtype == pl.String or dtype.is_nested() for dtype in frame.schema.values()):
        return frame
    table = frame.to_arrow(compat_level=pl.CompatLevel.oldest())
    return pl.DataFrame(table, schema=frame.schema)


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
