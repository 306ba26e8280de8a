"""The Parquet store: `writer.py` makes a file, `store.py` places it, `io_manager.py` is Dagster's face."""

from resources.parquet_store.io_manager import ParquetIOManager, StagedArtifact
from resources.parquet_store.store import MissingTableError, ParquetStore, TableAddress
from resources.parquet_store.writer import StagedTable, TableWriter

__all__ = [
    "MissingTableError",
    "ParquetIOManager",
    "ParquetStore",
    "StagedArtifact",
    "StagedTable",
    "TableAddress",
    "TableWriter",
]
