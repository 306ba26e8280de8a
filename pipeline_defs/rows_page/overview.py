"""What is in the store and what does not: every artifact and partition with its rows, its state and why."""

import threading
from dataclasses import dataclass
from functools import cached_property

import pyarrow.parquet as pq

from pipeline_defs.deployment import Deployment
from pipeline_defs.graph.staleness import Judge
from pipeline_defs.graph.waiting import Standing, standings
from pipeline_defs.running.runs import source_fingerprints
from resources.languages import LANGUAGES
from resources.parquet_store import ParquetStore, Snapshot, StoreWatch, TableAddress


@dataclass(frozen=True)
class Entry:
    """One partition of an artifact: its table's key, its standing, its rows, and the tables beside it (suffixes)."""

    key: tuple[str, ...]
    standing: Standing
    rows: int | None
    rejected: int | None
    beside: list[str]


class Overview:
    """Looks at one deployment again and again; only what was written since is opened."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        self._watch = StoreWatch(deployment.store())
        self._heights = Heights(self._watch.store)
        self._one_at_a_time = threading.Lock()

    def groups(self) -> dict[str, list[Entry]]:
        """Entries in the order in which they are made, by recipe (empty: what all recipes share)."""
        found: dict[str, list[Entry]] = {}
        with self._one_at_a_time:
            snapshot = self._watch.look()
            beside = _beside(snapshot)
            for one in standings(Judge(self._graph, snapshot, self._source), LANGUAGES):
                address = TableAddress.of(tuple(one.key.path), one.partition)
                entry = Entry(
                    address.key,
                    one,
                    self._heights.rows(address, snapshot),
                    self._heights.rows(address.sibling("rejected"), snapshot),
                    sorted(beside.get(address.key, ())),
                )
                found.setdefault(address.key[0] if len(address.key) > 1 else "", []).append(entry)
        return found

    @cached_property
    def _graph(self):
        return self._deployment.definitions().resolve_asset_graph()

    @cached_property
    def _source(self):
        return source_fingerprints(self._deployment.sources(), self._deployment.settings)


def _beside(snapshot: Snapshot) -> dict[tuple[str, ...], set[str]]:
    found: dict[tuple[str, ...], set[str]] = {}
    for address in snapshot.tables():
        name, _, suffix = address.key[-1].partition("__")
        if suffix:
            found.setdefault((*address.key[:-1], name), set()).add(suffix)
    return found


class Heights:
    """Rows of tables by their footers, read once a version of a file."""

    def __init__(self, store: ParquetStore) -> None:
        self._store = store
        self._known: dict[tuple[str, str], int] = {}

    def rows(self, address: TableAddress, snapshot: Snapshot) -> int | None:
        """Rows of the table as it stood in `snapshot`; None where it is missing or cannot be read."""
        uri = self._store.uri(address)
        version = snapshot.files.get(uri)
        if version is None:
            return None
        if (uri, version) not in self._known:
            try:
                with self._store.storage.fs.open(uri, "rb") as file:
                    self._known[(uri, version)] = pq.ParquetFile(file).metadata.num_rows
            except (OSError, ValueError):  # arrow's errors are of these kinds; the state says what is wrong
                return None
        return self._known[(uri, version)]
