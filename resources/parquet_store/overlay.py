"""A store over another: what is written goes into the upper one, what is not there is read from the lower one."""

from collections.abc import Sequence

from resources.parquet_store.address import TableAddress
from resources.parquet_store.io_manager import ParquetIOManager
from resources.parquet_store.store import ParquetStore
from resources.parquet_store.writer import StagedTable
from resources.storage import S3Options, Storage


class OverlayStore(ParquetStore):
    """`storage` has what is written; `lower` stays as it is. Both are local, or in one place on S3."""

    def __init__(self, storage: Storage, lower: ParquetStore) -> None:
        super().__init__(storage)
        self._lower = lower

    def uri(self, address: TableAddress) -> str:
        """Where the table is read from."""
        own = super().uri(address)
        below = self._lower.uri(address)
        return below if not self.storage.exists(own) and self._lower.storage.exists(below) else own

    def commit(self, address: TableAddress, staged: StagedTable) -> None:
        """Put a staged file into the upper store."""
        self.storage.move_into_place(staged.path, ParquetStore.uri(self, address))

    def remove(self, address: TableAddress) -> None:
        """Take a table out of the upper store."""
        self.storage.remove(self.storage.path(str(address)))

    def partitions(self, key: Sequence[str]) -> list[TableAddress]:
        """Every address of both stores."""
        return sorted({*super().partitions(key), *self._lower.partitions(key)}, key=str)

    def tables(self, folder: Sequence[str] = ()) -> list[str]:
        """Names of the tables of both stores."""
        return sorted({*super().tables(folder), *self._lower.tables(folder)})


class OverlayIOManager(ParquetIOManager):
    """The IO manager over such a store: `root` is the upper one's, `lower` the other's."""

    lower: str

    def store(self) -> ParquetStore:
        """The store."""
        s3 = S3Options(endpoint_url=self.endpoint_url, region=self.region)
        return OverlayStore(Storage(self.root, s3), ParquetStore(Storage(self.lower, s3)))
