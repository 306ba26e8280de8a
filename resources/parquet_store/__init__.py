"""The Parquet store: `writer.py` makes a file, `store.py` places it. `io_manager.py`, by itself, is for Dagster."""

from resources.parquet_store.address import TableAddress
from resources.parquet_store.damage import DamagedTableError
from resources.parquet_store.snapshot import Snapshot, StoreWatch, TableFacts
from resources.parquet_store.store import MissingTableError, ParquetStore
from resources.parquet_store.writer import StagedTable, TableWriter

__all__ = [
    "DamagedTableError",
    "MissingTableError",
    "ParquetStore",
    "Snapshot",
    "StagedTable",
    "StoreWatch",
    "TableAddress",
    "TableFacts",
    "TableWriter",
]
