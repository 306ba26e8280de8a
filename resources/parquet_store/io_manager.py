"""The Parquet store as Dagster's IO manager: artifacts out, LazyFrames in.

An asset stages its tables (their digest is the data version, so it must be known before Dagster is told) and
returns them; `handle_output` moves them into place, the artifact itself last. dagster-polars is not used: it
does not run on polars 2 and writes in place.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import dagster as dg
import polars as pl

from resources.parquet_store.address import DUMPS, TableAddress
from resources.parquet_store.locks import TableLock
from resources.parquet_store.snapshot import TableFacts
from resources.parquet_store.store import ParquetStore
from resources.parquet_store.writer import StagedTable
from resources.storage import S3Options, Storage


@dataclass(frozen=True)
class StagedArtifact:
    """What an asset hands to the IO manager: its table, and the tables that are beside it by suffix."""

    address: TableAddress
    table: StagedTable
    beside: Mapping[str, StagedTable] = field(default_factory=dict)
    lock: TableLock | None = None
    """Held by the step that staged the tables; let go when they are in place."""


@dataclass(frozen=True)
class KeptArtifact:
    """What a step hands over that found its table up to date: nothing is written."""

    address: TableAddress


class ParquetIOManager(dg.ConfigurableIOManager):
    """Keeps every artifact as Parquet under `root` (a folder or `s3://bucket/prefix`)."""

    root: str
    endpoint_url: str | None = None
    region: str | None = None

    def store(self) -> ParquetStore:
        """The store itself, for assets that stage and for tools that read."""
        return ParquetStore(Storage(self.root, S3Options(endpoint_url=self.endpoint_url, region=self.region)))

    def handle_output(self, context: dg.OutputContext, obj: StagedArtifact | KeptArtifact) -> None:
        """Move the staged tables into place, those beside the artifact first."""
        if isinstance(obj, KeptArtifact):
            context.log.info(f"{obj.address}: up to date, left as it is")
            return
        store = self.store()
        for suffix, staged in obj.beside.items():
            store.commit(obj.address.sibling(suffix), staged)
        store.commit(obj.address, obj.table)
        store.attempts.clear(obj.address)
        if obj.lock is not None:
            obj.lock.release()
        context.log.info(f"{obj.address}: {obj.table.rows} rows, {obj.table.size_bytes / 1e6:.1f} MB")

    def load_input(self, context: dg.InputContext) -> pl.LazyFrame:
        """The upstream table, lazily; over several partitions in the order of their keys.

        Of several partitions those are read that are stored: a dump that could not be read, or a language that
        no dump has, holds nobody up. Raises `dg.Failure` where a blocking check of the table failed.
        """
        store, key = self.store(), tuple(context.asset_key.path)
        addresses = stored_inputs(store, key, self._wanted(context))
        if not addresses:
            raise dg.Failure(f"{'/'.join(key)} has no partition yet; materialize it first")
        for address in addresses:
            refuse_unchecked(store, address)
        return pl.concat([store.scan(address) for address in addresses])

    def _wanted(self, context: dg.InputContext) -> list[str] | None:
        return sorted(context.asset_partition_keys) if context.has_asset_partitions else None


def stored_inputs(store: ParquetStore, key: tuple[str, ...], wanted: list[str] | None) -> list[TableAddress]:
    """Which tables of `key` a step reads, that wants these partitions (None: `key` has none).

    Dumps are read as they are stored, whether or not this Dagster instance knows them; of other partitions, one
    alone must be there, and of several those count that are.
    """
    if wanted is None:
        return [TableAddress.of(key)]
    stored = [address for address in store.partitions(key) if address.partition]
    if key == DUMPS:
        return stored
    asked = [TableAddress.of(key, partition) for partition in wanted]
    return asked if len(asked) == 1 else [address for address in asked if address in set(stored)]


def refuse_unchecked(store: ParquetStore, address: TableAddress) -> None:
    """Raises `dg.Failure` for a table with a failed blocking check: its rows go nowhere."""
    failed = TableFacts.read(store.facts(address)).held_back_by
    if failed:
        raise dg.Failure(
            f"{address} is not read: its check {', '.join(failed)} failed; mend what the check names and "
            f"materialize {'/'.join(address.key)} again"
        )
