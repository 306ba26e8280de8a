"""The Parquet store as Dagster's IO manager: artifacts out, LazyFrames in.

An asset stages its tables (their digest is the data version, so it must be known before Dagster is told) and
returns them; `handle_output` moves them into place, the artifact itself last. dagster-polars is not used: it
does not run on polars 2 and writes in place.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import dagster as dg
import polars as pl

from resources.parquet_store.store import ParquetStore, TableAddress
from resources.parquet_store.writer import StagedTable
from resources.storage import S3Options, Storage


@dataclass(frozen=True)
class StagedArtifact:
    """What an asset hands to the IO manager: its table, and the tables that stand beside it by suffix."""

    address: TableAddress
    table: StagedTable
    beside: Mapping[str, StagedTable] = field(default_factory=dict)


class ParquetIOManager(dg.ConfigurableIOManager):
    """Keeps every artifact as Parquet under `root` (a folder or `s3://bucket/prefix`)."""

    root: str
    endpoint_url: str | None = None
    region: str | None = None

    def store(self) -> ParquetStore:
        """The store itself, for assets that stage and for tools that read."""
        return ParquetStore(Storage(self.root, S3Options(endpoint_url=self.endpoint_url, region=self.region)))

    def handle_output(self, context: dg.OutputContext, obj: StagedArtifact) -> None:
        """Move the staged tables into place, those beside the artifact first."""
        store = self.store()
        for suffix, staged in obj.beside.items():
            store.commit(obj.address.sibling(suffix), staged)
        store.commit(obj.address, obj.table)
        context.log.info(f"{obj.address}: {obj.table.rows} rows, {obj.table.size_bytes / 1e6:.1f} MB")

    def load_input(self, context: dg.InputContext) -> pl.LazyFrame:
        """The upstream table, lazily; over several partitions in the order of their keys."""
        key = tuple(context.asset_key.path)
        if not context.has_asset_partitions:
            return self.store().scan(TableAddress.of(key))
        partitions = sorted(context.asset_partition_keys)
        frames = [self.store().scan(TableAddress.of(key, partition)) for partition in partitions]
        if not frames:
            raise dg.Failure(f"{'/'.join(key)} has no partition yet; materialize it first")
        return pl.concat(frames)
