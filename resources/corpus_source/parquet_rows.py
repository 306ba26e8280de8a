"""Reading the rows of one Parquet file of a dump, a piece of a row group at a time.

Only the columns that a raw file needs are read. Which files and what becomes of the rows is for `dump`.
"""

from collections.abc import Iterator, Mapping

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
from fsspec import AbstractFileSystem

from resources.corpus_source.base import SourceError
from resources.corpus_source.dump_columns import map_columns
from resources.corpus_source.dump_file import DumpFile

PARQUET_SUFFIX = ".parquet"
LEAST_ROWS, MOST_ROWS = 16, 8192


def read_parquet_rows(
    filesystem: AbstractFileSystem, file: DumpFile, columns: Mapping[str, str], batch_bytes: int
) -> Iterator[pl.DataFrame]:
    """Frames with our columns as far as the file has them, and origin.

    Raises `SourceError` where the file is no readable Parquet or a column is missing.
    """
    row, name = 0, file.name
    try:
        with (
            filesystem.open(file.path, "rb") as handle,
            pq.ParquetFile(handle, page_checksum_verification=True) as parquet,
        ):
            mapped = map_columns(parquet.schema_arrow.names, columns, name)
            wanted = list(dict.fromkeys(mapped.values()))
            _refuse_other_contents(parquet.schema_arrow.field(mapped["content"]), name)
            source = f"column {mapped['license']}" if "license" in mapped else None
            rows = _rows_a_batch(parquet.metadata, batch_bytes)
            for batch in parquet.iter_batches(batch_size=rows, columns=wanted, use_threads=False):
                frame = pl.DataFrame(pa.Table.from_batches([batch]))
                yield frame.select(
                    *(pl.col(theirs).alias(ours) for ours, theirs in mapped.items()),
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


def _refuse_other_contents(field: pa.Field, name: str) -> None:
    kinds = (pa.types.is_string, pa.types.is_large_string, pa.types.is_binary, pa.types.is_large_binary)
    kinds += (pa.types.is_string_view, pa.types.is_binary_view, pa.types.is_dictionary)
    if not any(is_kind(field.type) for is_kind in kinds):
        raise SourceError(
            f"{name}: column {field.name} holds {field.type}, not text. Name the column with the files' contents in "
            "the setting `columns`, for example columns: {content: source_text}."
        )


def _rows_a_batch(metadata: pq.FileMetaData, batch_bytes: int) -> int:
    size = sum(metadata.row_group(group).total_byte_size for group in range(metadata.num_row_groups))
    a_row = max(1, size // max(1, metadata.num_rows))
    return max(LEAST_ROWS, min(MOST_ROWS, batch_bytes // (4 * a_row)))


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")
