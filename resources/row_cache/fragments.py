"""The files of one cache space: immutable Parquet fragments, each named by time, rows and content hash.

A fragment whose bytes no longer match the hash in its name (half-written, truncated, flipped bits) is set
aside and its rows count as never computed. Where two fragments hold the same key the older one wins, always,
so that a second writer cannot change what a first one has published. What a key means is not known here.
"""

import io
import logging
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import cast

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import xxhash

from resources.storage import Storage

KEY = "cache_key"
"""Column that names a cached row: 32 hexadecimal digits."""

ROW = "cache_row"
"""Column of a looked-up row: its place among the wanted keys."""

ORIGIN = "cache_origin"
"""Column of a stored row: the id of what it was computed for, first; null where nobody said."""

COMPACT_ABOVE_FILES = 64
COMPACT_TO_BYTES = 128 * 1024 * 1024
"""Small fragments are merged when there are more than so many, into files of at most about this size."""

KEYS_AT_ONCE = 1 << 20
"""About so many keys of fragments are held and compared with the wanted ones together."""

logger = logging.getLogger(__name__)


def written_at(path: str) -> datetime:
    """When the fragment at `path` was written (the oldest of those it was merged from), by its name."""
    return datetime.fromtimestamp(int(PurePosixPath(path).name.split("-")[0]) / 1e9, UTC)


class FragmentFolder:
    """Fragments in one folder of `storage`."""

    def __init__(self, storage: Storage, folder: str) -> None:
        self._storage = storage
        self._folder = folder
        self._own: set[str] = set()
        self._seen: set[str] | None = None

    def names(self) -> list[str]:
        """Paths of all fragments, the oldest first."""
        names = [
            path
            for path in self._storage.list_files(self._folder)
            if path.endswith(".parquet") and not PurePosixPath(path).name.startswith(".")
        ]
        if self._seen is None:
            self._seen = set(names)
        return names

    def written_by_others(self) -> bool:
        """Whether fragments appeared since the first look at this folder that this object did not write."""
        return bool(set(self.names()) - (self._seen or set()) - self._own)

    def write(self, rows: pl.DataFrame, *, written_ns: int | None = None) -> str:
        """Write `rows` (with the column `cache_key`) as one new fragment; returns its path.

        `written_ns` is the age the fragment gets; compaction passes the age of the oldest one it merges.
        """
        sink = io.BytesIO()
        pq.write_table(rows.to_arrow(), sink, compression="zstd", compression_level=3)
        data = sink.getvalue()
        stamp = time.time_ns() if written_ns is None else written_ns
        name = f"{stamp:020d}-{rows.height}-{xxhash.xxh3_128_hexdigest(data)}-{uuid.uuid4().hex[:8]}.parquet"
        path = f"{self._folder}/{name}"
        try:
            self._storage.write_bytes(path, data)
        except OSError as error:
            raise OSError(
                error.errno,
                f"row cache cannot write {path}: {error.strerror or error}; free space or set another cache",
            ) from error
        self._own.add(path)
        return path

    def look_up(self, wanted: pl.Series) -> list[pl.DataFrame]:
        """Rows whose key is in `wanted` (no key twice), with their place there as `cache_row` and without the key:
        each once, from the oldest fragment that has it; none where that one turns out to be corrupt.

        Keys are looked at first, many fragments together; only fragments with a row that counts are read whole.
        Raises FileNotFoundError when one is gone: merged into another one, or set aside, by another run.
        """
        paths = self.names()
        found: list[pl.DataFrame] = []
        open_rows = pl.DataFrame({KEY: wanted}).with_row_index(ROW)
        while paths and open_rows.height:
            keys, looked_at = self._keys_of_some(paths)
            rows = keys.join(open_rows, on=KEY, how="inner", maintain_order="left").drop(KEY)
            rows = rows.filter(pl.col(ROW).is_first_distinct())
            for (fragment,), places in rows.group_by("fragment", maintain_order=True):
                whole = self._whole(paths[cast(int, fragment)], with_key=False)
                if whole is not None:
                    found.append(whole[places["place"]].with_columns(places[ROW]))
            paths = paths[looked_at:]
            if paths:
                open_rows = open_rows.join(rows, on=ROW, how="anti")
        return found

    def _keys_of_some(self, paths: list[str]) -> tuple[pl.DataFrame, int]:
        """Key, fragment (its number in `paths`) and place of the rows of the first of `paths`; how many those are."""
        frames, rows = [pl.DataFrame(schema={KEY: pl.String, "fragment": pl.UInt32, "place": pl.UInt32})], 0
        for number, path in enumerate(paths):
            if rows >= KEYS_AT_ONCE:
                return pl.concat(frames), number
            keys = self._keys(path)
            if keys is None:
                whole = self._whole(path)
                if whole is None:
                    continue
                keys = whole[KEY]
            places = pl.int_range(keys.len(), dtype=pl.UInt32, eager=True).alias("place")
            fragment = pl.lit(number, pl.UInt32).alias("fragment")
            frames.append(pl.DataFrame({KEY: keys, "place": places}).select(KEY, fragment, "place"))
            rows += keys.len()
        return pl.concat(frames), len(paths)

    def _whole(self, path: str, *, with_key: bool = True) -> pl.DataFrame | None:
        """All rows of a fragment; None when it was found corrupt, and set aside."""
        data = self._storage.read_bytes(path)
        if xxhash.xxh3_128_hexdigest(data) != PurePosixPath(path).name.split("-")[2]:
            self._set_aside(path)
            return None
        # safe with the bytes that were written, see `_keys`; half the memory that Arrow takes for it
        columns = [name for name in pl.read_parquet_schema(data) if with_key or name not in (KEY, ORIGIN)]
        return pl.read_parquet(data, columns=columns)

    def without(self, condemned: Callable[[pl.DataFrame], pl.Series]) -> tuple[int, int]:
        """Take the rows that `condemned` marks out of every fragment: how many, and bytes written anew.

        A fragment keeps its age, and goes only when what stays of it is in place. What was set aside as corrupt goes
        whole: nobody can say what is in it.
        """
        rows, size = 0, 0
        for path in self._storage.list_files(self._folder):
            if path.endswith(".corrupt"):
                self._storage.remove(path)
        for path in self.names():
            whole = self._whole(path)
            if whole is None:
                self._storage.remove(f"{path}.corrupt")
                continue
            marked = condemned(whole)
            if not marked.any():
                continue
            kept = whole.filter(~marked)
            if kept.height:
                age = int(PurePosixPath(path).name.split("-")[0])
                size += int(self._storage.fs.size(self.write(kept, written_ns=age)) or 0)
            self._storage.remove(path)
            rows += int(marked.sum())
        return rows, size

    def compact(self) -> None:
        """Merge small fragments, oldest first; the originals go only after the merged one is in place."""
        paths = self.names()
        if len(paths) <= COMPACT_ABOVE_FILES:
            return
        try:
            self._merge_neighbours(paths)
        except FileNotFoundError:
            logger.info("row cache: another run is compacting %s", self._folder)

    def _merge_neighbours(self, paths: list[str]) -> None:
        sizes = {path: int(self._storage.fs.size(path) or 0) for path in paths}
        run: list[str] = []
        runs: list[list[str]] = []
        size = 0
        for path in paths:  # neighbours in age only: age decides who wins
            if run and size + sizes[path] > COMPACT_TO_BYTES:
                runs.append(run)
                run, size = [], 0
            run.append(path)
            size += sizes[path]
        runs.append(run)
        for run in runs:
            if len(run) > 1:
                self._merge(run)

    def size(self) -> tuple[int, int, int]:
        """Files, rows and bytes held."""
        paths = self.names()
        rows = sum(int(PurePosixPath(path).name.split("-")[1]) for path in paths)
        return len(paths), rows, sum(int(self._storage.fs.size(path) or 0) for path in paths)

    def _keys(self, path: str) -> pl.Series | None:
        """Only the key column, not held against the hash: enough to skip a fragment without reading all of it."""
        try:
            with self._storage.fs.open(path, "rb") as file:
                table = pq.read_table(file, columns=[KEY])
            keys = table[KEY].cast(pa.large_string())
            keys.validate(full=True)
        except FileNotFoundError:
            raise
        except (pa.ArrowException, OSError, KeyError, ValueError):
            return None
        return pl.Series(KEY, keys)  # not as a table: polars panics on damaged metadata, and on damaged text

    def _merge(self, paths: list[str]) -> None:
        frames: list[pl.DataFrame] = []
        for path in paths:
            whole = self._whole(path)
            if whole is not None:
                frames.append(whole)
        if not frames:
            return
        merged = pl.concat(frames, how="diagonal").unique(KEY, keep="first", maintain_order=True)
        self.write(merged, written_ns=int(PurePosixPath(paths[0]).name.split("-")[0]))
        for path in paths:
            self._storage.remove(path)

    def _set_aside(self, path: str) -> None:
        logger.warning("row cache: %s is corrupt; set aside, its rows are computed again", path)
        try:
            self._storage.fs.mv(path, f"{path}.corrupt")
        except FileNotFoundError:
            return
