"""Going once through the texts of a table, a batch at a time, with a progress bar and ids for the rows.

Shared by the commands that keep something small for every row (a signature, an embedding) and decide once all
rows have been seen. Reading and writing tables is in `tables`.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import polars as pl
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from assets.rows.batches import row_batches
from pipeline_defs.commands.tables import PARQUET, TableError, table_files, write_frames
from pipeline_defs.commands.terminal import Console

ROW_DIGITS = 12
"""Digits of a row number that stands for a missing id: padded, so that ids sort as rows do."""


def progress_bars(console: Console) -> Progress:
    """Bars with counts and the time left."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
    )


def map_texts(
    rows: pl.LazyFrame,
    compute: Callable[[pl.DataFrame], pl.DataFrame],
    *,
    table: Path,
    column: str,
    id_column: str | None,
    others: Sequence[str] = (),
    batch: int,
    progress: Progress,
    description: str,
) -> pl.DataFrame:
    """What `compute` gives for frames of `id, text` and `others`, in the order of the rows; its columns, all rows.

    `id` is `id_column` as text, or the row's number padded with zeros. The texts are held a batch at a time.
    Raises `TableError` where `column` is not text, or an id is missing.
    """
    kind = rows.collect_schema()[column]
    if kind != pl.String:
        raise TableError(f"{table}: column {column!r} is {kind}, not text")
    wanted = [pl.col(column).alias("text"), *others, *([pl.col(id_column).alias("id")] if id_column else [])]
    total = rows.select(pl.len()).collect().item()
    bar = progress.add_task(description, total=total)
    parts: list[pl.DataFrame] = []
    start = 0
    for read in batches_of(rows.select(wanted), table, batch):
        part = read.with_row_index("id", offset=start) if id_column is None else read
        part = part.with_columns(pl.col("id").cast(pl.String).str.zfill(0 if id_column else ROW_DIGITS))
        if part["id"].null_count():
            raise TableError(
                f"{table}: column {id_column!r} has {part['id'].null_count()} rows without an id"
            )
        parts.append(compute(part))
        start += part.height
        progress.advance(bar, part.height)
    return pl.concat(parts)


def write_with_evidence(
    rows: pl.LazyFrame, evidence: pl.DataFrame, *, table: Path, out: Path, batch: int
) -> None:
    """Write `rows` to `out` with the columns of `evidence` (a row each, in order) in place of any of these names."""
    others = rows.drop(evidence.columns, strict=False)
    write_frames(_beside(batches_of(others, table, batch), evidence), out)


def _beside(parts: Iterator[pl.DataFrame], evidence: pl.DataFrame) -> Iterator[pl.DataFrame]:
    start = 0
    for part in parts:
        yield pl.concat([part, evidence[start : start + part.height]], how="horizontal")
        start += part.height


def batches_of(rows: pl.LazyFrame, table: Path, size: int) -> Iterator[pl.DataFrame]:
    """`rows` of the table at `table` in frames of about `size`; one empty frame for no rows.

    Parquet is read when it is asked for. JSON lines, which have no places to start from, are read ahead.
    """
    if table_files(table)[0].name.lower().endswith(PARQUET):
        yield from row_batches(rows, size)
        return
    nothing = True
    for part in rows.collect_batches(chunk_size=size, maintain_order=True):
        nothing = False
        yield part
    if nothing:
        yield rows.head(0).collect()


def readable_id(column: str, id_column: str | None) -> pl.Expr:
    """An id as people see it: a row number without its padding."""
    return pl.col(column) if id_column else pl.col(column).str.strip_chars_start("0").replace("", "0")
