"""The Parquet store: which table stands where, read lazily, replaced in one step.

Layout, readable as it is by Polars, DuckDB, pandas and `datasets`:
`<root>/<recipe>/<artifact>/language=python/data.parquet`, with the tables that explain an artifact beside it
(`<artifact>__rejected`, `<artifact>__funnel`). One file a partition: it is either the old one or the new one.
"""

import json
import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from resources.former_names import COLUMNS, warn_of_former_name
from resources.parquet_store.address import TableAddress
from resources.parquet_store.attempts import Attempts
from resources.parquet_store.damage import (
    DamagedTableError,
    DamageNotes,
    check_pages,
    content_digest,
    damage_or,
)
from resources.parquet_store.writer import StagedTable, TableWriter
from resources.storage import Storage

FILE = "data.parquet"
FACTS_PREFIX = b"seedline."
STALE_STAGING_S = 24 * 3600
"""Staged files older than this were left by a process that died."""

logger = logging.getLogger(__name__)


class MissingTableError(FileNotFoundError):
    """A table that was asked for has never been written."""


STREAMED_ROWS = 1024
"""Rows of a lazy table that are handed on at once."""


class ParquetStore:
    """Tables under one storage root."""

    def __init__(self, storage: Storage) -> None:
        self.storage = storage
        self.attempts = Attempts(storage)
        self.damage = DamageNotes(storage)
        self._whole: dict[str, str] = {}

    def uri(self, address: TableAddress) -> str:
        """Where the table's file is."""
        return self.storage.path(str(address), FILE)

    def writer(
        self,
        address: TableAddress,
        schema: pl.Schema,
        *,
        volatile: Sequence[str] = (),
        metadata: Mapping[str, str] | None = None,
    ) -> TableWriter:
        """A writer whose staged file can be put at `address` with `commit`."""
        self._clear_stale_staging()
        columns = [column for column, _ in address.partition if column in schema]
        return TableWriter(
            self.storage.staging_folder(),
            schema,
            partition_columns=columns,
            volatile=volatile,
            metadata={"table": str(address), "volatile": json.dumps(list(volatile)), **(metadata or {})},
        )

    def stage(
        self,
        address: TableAddress,
        frame: pl.DataFrame | pl.LazyFrame | Iterator[pl.DataFrame],
        schema: pl.Schema,
        *,
        volatile: Sequence[str] = (),
        metadata: Mapping[str, str] | None = None,
        concluded: Callable[[int], Mapping[str, str]] | None = None,
    ) -> StagedTable:
        """Write `frame` aside, in its own row order, streaming when it is lazy or comes in batches.

        `concluded` gives facts that hold once the number of rows is known, such as the outcome of checks.

        Raises OSError, with the folder and a remedy, when there is no room; what is at `address` stays.
        """
        with self.writer(address, schema, volatile=volatile, metadata=metadata) as writer:
            if isinstance(frame, pl.LazyFrame):
                _stream(frame, writer)
            else:
                for batch in [frame] if isinstance(frame, pl.DataFrame) else frame:
                    writer.write(batch)
            return writer.close(concluded)

    def commit(self, address: TableAddress, staged: StagedTable) -> None:
        """Put a staged file in place: readers see the old table until this moment and the new one after."""
        self.storage.move_into_place(staged.path, self.uri(address))

    def remove(self, address: TableAddress) -> None:
        """Take the table away; nothing happens when it is not there."""
        self.storage.remove(self.storage.path(str(address)))

    def scan(self, address: TableAddress) -> pl.LazyFrame:
        """The table, lazily, once its pages were found to be what was written.

        Raises `MissingTableError` when it was never written, `DamagedTableError` when a page is another.
        """
        uri = self.uri(address)
        self.check(address)
        frame = pl.scan_parquet(uri, storage_options=self.storage.polars_options(), hive_partitioning=False)
        casts = [pl.col(column).cast(pl.String) for column, _ in address.partition]
        names = frame.collect_schema().names()
        former = {old: new for old, new in COLUMNS.items() if old in names and new not in names}
        for old, new in former.items():
            warn_of_former_name(old, new, f"column of {uri}")
        frame, names = frame.rename(former), [former.get(name, name) for name in names]
        return frame.with_columns([cast for cast in casts if cast.meta.output_name() in names])

    def check(self, address: TableAddress) -> None:
        """Hold the file's pages against their checksums, once for each version of the file; damage is noted.

        Raises `MissingTableError` and `DamagedTableError`.
        """
        uri = self.uri(address)
        version = self.storage.version(uri)
        if version is None:
            raise self._missing(address)
        if self._whole.get(uri) == version:
            return
        try:
            check_pages(self.storage, uri)
        except DamagedTableError as error:
            self.damage.write(address, version, str(error))
            raise
        self._whole[uri] = version

    def check_rows(self, address: TableAddress) -> None:
        """Count the digest of all rows again; damage and rows that were edited are noted.

        Raises `MissingTableError` and `DamagedTableError`.
        """
        uri = self.uri(address)
        version = self.storage.version(uri)
        if version is None:
            raise self._missing(address)
        try:
            facts = self.facts(address)
            columns = [column for column, _ in address.partition]
            found = content_digest(self.storage, uri, json.loads(facts.get("volatile", "[]")), columns)
            if found != facts.get("digest"):
                raise DamagedTableError.at(uri, "its rows are not those that were written")
        except DamagedTableError as error:
            self.damage.write(address, version, str(error))
            raise

    def partitions(self, key: Sequence[str]) -> list[TableAddress]:
        """Every address that holds a table of `key`, sorted; also a table without partitions."""
        base = self.storage.path(*key)
        pattern = f"{base}/**/{FILE}"
        found = self.storage.fs.glob(pattern) if self.storage.exists(base) else []
        addresses = []
        for path in sorted(str(path) for path in found):
            middle = path.removesuffix(f"/{FILE}").split(base.removeprefix("s3://"), 1)[1].strip("/")
            pairs = [part.partition("=") for part in middle.split("/") if part]
            addresses.append(TableAddress(tuple(key), tuple((column, value) for column, _, value in pairs)))
        return addresses

    def tables(self, folder: Sequence[str] = ()) -> list[str]:
        """Names of the tables directly below `folder` (a recipe's name; none: those that recipes share)."""
        base = self.storage.path(*folder)
        if not self.storage.exists(base):
            return []
        names = [str(path).rstrip("/").rpartition("/")[2] for path in self.storage.fs.ls(base, detail=False)]
        return sorted(name for name in names if self._holds_a_table((*folder, name)))

    def _holds_a_table(self, key: tuple[str, ...]) -> bool:
        base = self.storage.path(*key)
        return any(self.storage.fs.glob(pattern) for pattern in (f"{base}/{FILE}", f"{base}/*=*/{FILE}"))

    def digest(self, address: TableAddress) -> str:
        """The content digest that the table's file carries. Raises `MissingTableError`."""
        return self.facts(address).get("digest", "")

    def facts(self, address: TableAddress) -> dict[str, str]:
        """What was written into the table's file beside its rows: `table`, `digest`, and what the asset added.

        Raises `MissingTableError` when it was never written, `DamagedTableError` when it cannot be read.
        """
        try:
            with self.storage.fs.open(self.uri(address), "rb") as file:
                raw = pq.ParquetFile(file).metadata.metadata or {}
        except FileNotFoundError as error:
            raise self._missing(address) from error
        except (pa.ArrowException, OSError) as error:
            raise damage_or(error, self.uri(address)) from error
        return {
            name.removeprefix(FACTS_PREFIX).decode(): value.decode()
            for name, value in raw.items()
            if name.startswith(FACTS_PREFIX)
        }

    def _missing(self, address: TableAddress) -> MissingTableError:
        key = "/".join(address.key)
        return MissingTableError(f"{address} is not there ({self.uri(address)}); materialize {key} first")

    def _clear_stale_staging(self) -> None:
        for path in self.storage.staging_folder().glob("*.parquet"):
            try:
                if time.time() - path.stat().st_mtime > STALE_STAGING_S:
                    path.unlink()
                    logger.info("removed %s, left by a process that died", path)
            except FileNotFoundError:
                continue


def _stream(frame: pl.LazyFrame, writer: TableWriter) -> None:
    """Write `frame` as it is computed; it waits for the writer, so that what is read ahead stays bounded."""
    failed: list[BaseException] = []

    def write(batch: pl.DataFrame) -> bool:
        try:
            writer.write(batch)
        except BaseException as error:  # else it comes out as another of Polars' own
            failed.append(error)
        return bool(failed)

    frame.sink_batches(write, chunk_size=STREAMED_ROWS, maintain_order=True)
    if failed:
        raise failed[0]
