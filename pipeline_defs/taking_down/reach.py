"""Rows of every stored table that come from given files: found by their file's id, or by an id that leads to it.

Nothing is computed anew: what is in the tables is followed, table by table.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from resources.parquet_store import (
    DamagedTableError,
    MissingTableError,
    ParquetStore,
    StoreWatch,
    TableAddress,
)

IDS = ("seed_id", "instruction_id", "response_id", "sft_id", "parent_id", "key", "id")
"""Columns by which a row without a file's id leads to one."""

NO_ROWS_OF_FILES = ("funnel",)
"""Tables beside an artifact that hold counts alone."""


@dataclass(frozen=True)
class Reached:
    """A table with rows that come from the files: the columns to find them by, how many, of how many."""

    address: TableAddress
    column: str
    rows: int
    of: int
    by_file: pl.DataFrame
    """file_id and rows, where the table has the files' ids."""


@dataclass(frozen=True)
class Reach:
    """All tables reached, and the ids of the rows in them."""

    files: pl.Series
    ids: pl.Series
    tables: tuple[Reached, ...]


def reach(store: ParquetStore, files: pl.Series) -> Reach:
    """What comes from the files with these ids. Tables of pilots and receipts are looked through elsewhere."""
    wanted = files.implode()
    ids, tables = [files], list[Reached]()
    later: list[tuple[TableAddress, pl.LazyFrame, list[str]]] = []
    for address, frame in readable_tables(store):
        names = frame.collect_schema().names()
        there = [name for name in IDS if name in names]
        if "file_id" not in names:
            if there:
                later.append((address, frame, there))
            continue
        hit = frame.filter(pl.col("file_id").is_in(wanted))
        found = hit.select("file_id", *(pl.col(name).cast(pl.String) for name in there)).collect(
            engine="streaming"
        )
        if found.height:
            ids += [found[name].drop_nulls() for name in there]
            by_file = found.group_by("file_id").len("rows")
            of = int(frame.select(pl.len()).collect().item())
            tables.append(Reached(address, "file_id", found.height, of, by_file))
    known = pl.concat([one.rename("id") for one in ids]).unique()
    for address, frame, there in later:
        for column in there:
            of, hit = (
                frame.select(pl.len(), in_ids(column, known).sum().alias("hit"))
                .collect(engine="streaming")
                .row(0)
            )
            if hit:
                tables.append(Reached(address, column, int(hit), int(of), pl.DataFrame()))
                break
    return Reach(files, known, tuple(tables))


def in_ids(column: str, ids: pl.Series) -> pl.Expr:
    """Whether the id in `column`, up to its first slash, is one of `ids`."""
    return pl.col(column).cast(pl.String).str.split("/").list.first().is_in(ids.implode())


def readable_tables(store: ParquetStore) -> Iterator[tuple[TableAddress, pl.LazyFrame]]:
    """Every table of the store but pilots', receipts and counts; a damaged one has no row that anybody could read."""
    for address in StoreWatch(store).look().tables():
        if address.key[0] in ("pilot", "audit", "benchmarks"):
            continue
        if address.key[-1].partition("__")[2] in NO_ROWS_OF_FILES:
            continue
        try:
            yield address, store.scan(address)
        except (MissingTableError, DamagedTableError):
            continue
