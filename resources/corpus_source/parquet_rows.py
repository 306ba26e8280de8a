"""Reading the rows of one Parquet file of a dump, a piece of a row group at a time.

Only the columns that a raw file needs are read. Which files and what becomes of the rows is for `dump`.

A few bytes of a file may stand for very many: pages that unpack to a multiple, and values of a dictionary that every
row repeats. Row groups that unpack to more than `resources/unpacking.py` allows are left out as a row with a fault;
repeated values are unpacked only as far as a batch may hold.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from fsspec import AbstractFileSystem

from resources.corpus_source.base import FileError, SourceError
from resources.corpus_source.dump_columns import map_columns
from resources.corpus_source.dump_file import DumpFile
from resources.unpacking import UnpackingError, refuse_ratio

PARQUET_SUFFIX = ".parquet"
LEAST_ROWS, MOST_ROWS = 16, 8192

_TEXTS = (
    *(pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view),
    *(pa.types.is_binary, pa.types.is_large_binary, pa.types.is_binary_view),
)


def read_parquet_rows(
    filesystem: AbstractFileSystem, file: DumpFile, columns: Mapping[str, str], batch_bytes: int
) -> Iterator[pl.DataFrame]:
    """Frames with our columns as far as the file has them, and origin.

    Raises `SourceError` where the file is no readable Parquet, `FileError` where a column is missing or of no use.
    """
    row, name = 0, file.name
    try:
        with filesystem.open(file.path, "rb") as handle, _opened(handle) as parquet:
            schema = parquet.schema_arrow
            mapped = map_columns(schema.names, columns, name)
            for ours, theirs in mapped.items():
                _refuse_other_contents(schema, ours, theirs, name)
            wanted = list(dict.fromkeys(mapped.values()))
            source = f"column {mapped['license']}" if "license" in mapped else None
            repeated = _opened(handle, _flat_texts(schema, wanted))
            for group in range(parquet.num_row_groups):
                about = parquet.metadata.row_group(group)
                try:
                    _refuse_bomb(about, wanted)
                except UnpackingError as error:
                    yield _left_out(file, group, row, about.num_rows, error)
                    row += about.num_rows
                    continue
                rows = _rows_a_batch(about, batch_bytes)
                for batch in repeated.iter_batches(
                    batch_size=rows, row_groups=[group], columns=wanted, use_threads=False
                ):
                    for piece in _pieces(batch, batch_bytes):
                        frame = pl.DataFrame(
                            {ours: _column(piece, ours, theirs) for ours, theirs in mapped.items()}
                        )
                        yield frame.with_columns(
                            license_source=pl.lit(source, pl.String),
                            origin=pl.concat_str(
                                pl.lit(f"{file.short_name} row "), pl.int_range(row + 1, row + 1 + pl.len())
                            ),
                        )
                        row += frame.height
    except (pa.ArrowException, OSError) as error:
        raise SourceError(
            f"{name}: cannot be read as Parquet after row {row}: {_first_line(error)}. Nothing of the dump is kept; "
            "copy the file again, or take it out of the folder."
        ) from error


def _opened(handle: Any, dictionaries: Sequence[str] = ()) -> pq.ParquetFile:
    return pq.ParquetFile(handle, page_checksum_verification=True, read_dictionary=list(dictionaries))


def _refuse_other_contents(schema: pa.Schema, ours: str, theirs: str, name: str) -> None:
    if schema.names.count(theirs) > 1:
        raise FileError(f"{name}: several columns are called {theirs}. Write the file again with one.")
    found = schema.field(theirs).type
    value = found.value_type if pa.types.is_dictionary(found) else found
    is_text = any(is_kind(value) for is_kind in _TEXTS)
    if ours == "content" and not is_text and not pa.types.is_null(value):
        raise FileError(
            f"{name}: column {theirs} holds {found}, not text. Name the column with the files' contents in "
            "the setting `columns`, for example columns: {content: source_text}."
        )
    if ours in ("repo", "path") and pa.types.is_nested(value):
        raise FileError(
            f"{name}: column {theirs} holds {found}, not text. Name the column with each file's {ours} in the setting "
            f"`columns`, for example columns: {{{ours}: file_{ours}}}."
        )


def _flat_texts(schema: pa.Schema, wanted: Sequence[str]) -> list[str]:
    """The columns that are read as they are packed: every value once, and which row has which."""
    return [name for name in wanted if any(is_kind(schema.field(name).type) for is_kind in _TEXTS)]


def _refuse_bomb(about: pq.RowGroupMetaData, wanted: Sequence[str]) -> None:
    chunks = [about.column(number) for number in range(about.num_columns)]
    read = [chunk for chunk in chunks if chunk.path_in_schema.partition(".")[0] in wanted]
    refuse_ratio(
        sum(chunk.total_compressed_size for chunk in read),
        sum(chunk.total_uncompressed_size for chunk in read),
    )


def _left_out(file: DumpFile, group: int, row: int, rows: int, error: UnpackingError) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "content": pl.Series([None], dtype=pl.Binary),
            "fault": "unreadable",
            "detail": f"row group {group + 1} of {file.short_name} {error}; its {rows} rows are left out",
            "origin": f"{file.short_name} rows {row + 1} to {row + rows}",
        }
    )


def _rows_a_batch(about: pq.RowGroupMetaData, batch_bytes: int) -> int:
    a_row = max(1, about.total_byte_size // max(1, about.num_rows))
    return max(LEAST_ROWS, min(MOST_ROWS, batch_bytes // (4 * a_row)))


def _pieces(batch: pa.RecordBatch, most: int) -> Iterator[pa.RecordBatch]:
    """The rows of `batch`, cut so that the values that its dictionaries stand for have about `most` bytes a piece."""
    sizes = np.zeros(batch.num_rows, dtype=np.int64)
    for column in batch.columns:
        if pa.types.is_dictionary(column.type) and any(kind(column.type.value_type) for kind in _TEXTS):
            lengths = pc.call_function("binary_length", [column.dictionary]).take(column.indices)
            sizes += pc.fill_null(lengths, 0).to_numpy(zero_copy_only=False)
    start, held = 0, np.cumsum(sizes)
    while start < batch.num_rows:
        before = held[start - 1] if start else 0
        end = max(start + 1, int(np.searchsorted(held, before + most, side="right")))
        yield batch.slice(start, end - start)
        start = end


def _column(batch: pa.RecordBatch, ours: str, theirs: str) -> pl.Series:
    column = batch.column(theirs)
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_null(column.type):
        return pl.Series(ours, [None] * len(column), dtype=pl.Binary if ours == "content" else pl.String)
    if any(is_kind(column.type) for is_kind in _TEXTS):
        # the bytes, whatever the file calls them: its text need not be UTF-8
        content = pl.Series(ours, column.cast(pa.large_binary()))
        return content if ours == "content" else _text(content)
    if pa.types.is_nested(column.type):
        return pl.Series(
            ours, _lists(column) if ours == "license" else [None] * len(column), dtype=_LISTS[ours]
        )
    return pl.Series(ours, column)


_LISTS = {"license": pl.List(pl.String), "commit": pl.String, "language": pl.String}


def _lists(column: pa.Array) -> list[list[str] | None]:
    """Lists of texts; of anything else that is nested, nothing."""
    inner = getattr(column.type, "value_type", None)
    if inner is None or pa.types.is_map(column.type) or pa.types.is_nested(inner):
        return [None] * len(column)
    if any(is_kind(inner) for is_kind in _TEXTS):
        column = column.cast(pa.large_list(pa.large_binary()))
    return [None if value is None else [_word(one) for one in value] for value in column.to_pylist()]


def _word(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    return "" if value is None else str(value)


def _text(content: pl.Series) -> pl.Series:
    """Bytes as text; what is not UTF-8 is replaced."""
    try:
        return content.cast(pl.String)
    except pl.exceptions.ComputeError:
        decoded = [None if value is None else value.decode(errors="replace") for value in content]
        return pl.Series(content.name, decoded, dtype=pl.String)


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")
