"""A table that is looked at: its partitions with their lengths and columns, and single rows of them."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from resources.parquet_store import ParquetStore, TableAddress


class AskedError(ValueError):
    """What was asked for cannot be found; the message says what there is."""


@dataclass(frozen=True)
class Spot:
    """A row's place: the partition's position among the addresses, and its number in the file from 0."""

    part: int
    number: int


@dataclass(frozen=True)
class Tables:
    """The partitions of one table, in order, with their lengths and columns; nothing else of them is held."""

    store: ParquetStore
    addresses: tuple[TableAddress, ...]
    versions: tuple[str, ...]
    heights: tuple[int, ...]
    schema: pl.Schema

    @classmethod
    def open(cls, store: ParquetStore, addresses: Sequence[TableAddress]) -> "Tables":
        """The tables at `addresses`. Raises `MissingTableError`, `DamagedTableError`."""
        heights, schema = [], pl.Schema()
        for address in addresses:
            scan = store.scan(address)
            schema.update({name: kind for name, kind in scan.collect_schema().items() if name not in schema})
            heights.append(scan.select(pl.len()).collect().item())
        versions = [store.storage.version(store.uri(address)) or "" for address in addresses]
        return cls(store, tuple(addresses), tuple(versions), tuple(heights), schema)

    def scan(self, part: int) -> pl.LazyFrame:
        """One partition with all columns that any of them has, and `__row`, the number of the row."""
        scan = self.store.scan(self.addresses[part]).with_row_index("__row")
        there = scan.collect_schema().names()
        absent = [pl.lit(None, kind).alias(name) for name, kind in self.schema.items() if name not in there]
        return scan.with_columns(absent)

    def row(self, spot: Spot) -> dict[str, object]:
        """One whole row. Raises `AskedError`."""
        found = (
            self.scan(spot.part).slice(spot.number, 1).collect() if spot.part < len(self.addresses) else None
        )
        if found is None or found.is_empty():
            raise AskedError(f"there is no row {spot.number + 1} there (any more)")
        return found.select(self.schema.names()).row(0, named=True)

    def spot_of(self, column: str, value: str) -> Spot | None:
        """Where the first row is that has `value` in `column`."""
        for part in range(len(self.addresses)):
            found = self.scan(part).filter(pl.col(column) == value).select("__row").head(1).collect()
            if found.height:
                return Spot(part, found.item())
        return None
