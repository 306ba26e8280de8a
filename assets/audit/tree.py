"""Everything that is known of one row: from its file down to it, and all that was made of it, kept or rejected.

A row that was taken down, or that a later rebuild replaced, is found by the records of data-set versions, which keep
ids without their text.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import polars as pl

from assets.audit.origin import CHAIN, UnknownIdError
from assets.publishing.versions import IDS, versions
from resources.parquet_store import ParquetStore

DOWN = tuple(reversed(CHAIN))
"""Artifact, key and parent column, from the file to the training row."""

LEFT_OUT = frozenset(
    {"messages", "seed_id", "file_id", "instruction_id", "response_id", "sft_id", "docstring", "language"}
)
"""Columns that say nothing beside what the tree shows anyhow."""

ONCE = frozenset(
    {
        "instruction",
        "repo",
        "path",
        "commit",
        "license",
        "seed",
        "task",
        "imports",
        "response",
        "code",
        "tests",
    }
)
"""Columns that later artifacts take over: shown where they come first."""

KEPT, REJECTED, TAKEN_DOWN, REPLACED = "kept", "rejected", "taken_down", "replaced"


@dataclass
class Node:
    """One row: its state, what its table says of it, why it left, and the rows that were made of it."""

    artifact: str
    row_id: str
    state: str = KEPT
    facts: dict[str, Any] = field(default_factory=dict)
    rejections: list[dict[str, Any]] = field(default_factory=list)
    beside: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """Rows about it in tables beside artifacts: verdicts, detectors' finds."""
    asked: bool = False
    children: list["Node"] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """As JSON-able values."""
        return {
            "artifact": self.artifact,
            "id": self.row_id,
            "state": self.state,
            "asked": self.asked,
            "facts": self.facts,
            "rejections": self.rejections,
            "beside": self.beside,
            "children": [child.as_dict() for child in self.children],
        }

    def walk(self) -> Iterator["Node"]:
        """This node and all below it."""
        yield self
        for child in self.children:
            yield from child.walk()


def row_tree(store: ParquetStore, recipe: str, row_id: str) -> Node:
    """The tree of one id, from its file (or as far up as is known). Raises `UnknownIdError`."""
    tables = _Tables(store, recipe)
    chain = tables.up(row_id)
    if not chain:
        raise UnknownIdError(
            f"no row {row_id!r} in any table of recipe {recipe}, kept or rejected, nor in the records of its versions"
        )
    chain[-1].asked = True
    tables.down(chain[-1])
    for node, child in pairwise(chain):
        node.children = [child]
    tables.explain(list(chain[0].walk()))
    return chain[0]


def file_trees(store: ParquetStore, recipe: str, files: Sequence[str]) -> list[Node]:
    """The trees of files, by id: all that grew from them."""
    tables, found = _Tables(store, recipe), []
    for file_id in files:
        chain = tables.up(file_id)
        if chain:
            chain[-1].asked = True
            tables.down(chain[-1])
            found.append(chain[0])
    tables.explain([node for tree in found for node in tree.walk()])
    return found


class _Tables:
    """The tables of a recipe, scanned once."""

    def __init__(self, store: ParquetStore, recipe: str) -> None:
        self._store, self._recipe = store, recipe
        self._keys = {artifact: key for artifact, key, _ in DOWN}

    def up(self, row_id: str) -> list[Node]:
        """The chain of nodes from the file to the row; empty where nothing knows the id."""
        for place in range(len(DOWN) - 1, -1, -1):
            found = self._chain(place, row_id)
            if found:
                return found
        return self._rejected(row_id) or self._replaced(row_id)

    def _chain(self, place: int, row_id: str) -> list[Node]:
        chain: list[Node] = []
        for artifact, key, parent in reversed(DOWN[: place + 1]):
            row = self._rows(artifact, key, [row_id])
            if row.is_empty():
                if chain:  # the file is gone from the corpus, or was rejected there
                    chain = (
                        [*reversed(self._rejected(row_id) or []), *chain]
                        if artifact == "raw_corpus"
                        else chain
                    )
                return list(reversed(chain)) if chain else []
            facts = row.row(0, named=True)
            chain.append(Node(artifact, row_id, KEPT, _facts(artifact, facts)))
            row_id = facts[parent] if parent else ""
        return list(reversed(chain))

    def _rejected(self, row_id: str) -> list[Node]:
        """A row that no table kept: its rejection, below its file where that is known."""
        for artifact, _, _ in DOWN:
            found = self._scan(f"{artifact}__rejected")
            if found is None:
                continue
            rows = found.filter(pl.col("id") == row_id).collect()
            if rows.is_empty():
                continue
            first = rows.row(0, named=True)
            state = TAKEN_DOWN if "taken_down" in rows["reason"].to_list() else REJECTED
            node = Node(artifact, row_id, state, {name: first[name] for name in ("repo", "path")})
            file_id = first["file_id"]
            above = self._chain(0, file_id) if file_id and file_id != row_id else []
            if not above and file_id and file_id != row_id:
                above = self._rejected(file_id)
            return [*above, node]
        return []

    def _replaced(self, row_id: str) -> list[Node]:
        """A row that is in no table any more: its ids, from the records of versions."""
        for version in reversed(versions(self._store, (self._recipe, "sft_dataset"))):
            ids = version.ids(self._store)
            if ids is None:
                continue
            hit = ids.filter(pl.any_horizontal(pl.col(name) == row_id for name in IDS))
            if hit.is_empty():
                continue
            row = hit.row(0, named=True)
            depth = next(place for place, (_, key, _) in enumerate(DOWN) if row[key] == row_id)
            above = self._rejected(row["file_id"])
            state = above[-1].state if above else REPLACED
            said = {"in_version": version.digest[:12], "of": version.table, "made": version.made}
            chain = above or self._chain(0, row["file_id"]) or [Node("raw_corpus", row["file_id"], state)]
            return [
                *chain,
                *(Node(artifact, row[key], state, said) for artifact, key, _ in DOWN[1 : depth + 1]),
            ]
        return []

    def down(self, node: Node) -> None:
        """Hang everything below `node` that was made of it."""
        place = next(place for place, (artifact, _, _) in enumerate(DOWN) if artifact == node.artifact)
        parents = {node.row_id: node}
        for artifact, key, parent in DOWN[place + 1 :]:
            if not parents:
                return
            rows = self._rows(artifact, parent or "", list(parents))
            below: dict[str, Node] = {}
            for facts in rows.sort(key).iter_rows(named=True) if rows.height else ():
                child = Node(artifact, facts[key], KEPT, _facts(artifact, facts))
                parents[facts[parent or ""]].children.append(child)
                below[facts[key]] = child
            parents = below

    def explain(self, nodes: Sequence[Node]) -> None:
        """Give the nodes what other tables say of them: rejections, verdicts, detectors' finds."""
        ids = pl.Series([node.row_id for node in nodes]).unique().implode()
        for name in ("corpus_dump", *self._keys):
            found = self._scan(f"{name}__rejected")
            if found is None:
                continue
            rows = found.filter(pl.col("id").is_in(ids)).collect()
            for row in rows.iter_rows(named=True):
                said = {"artifact": name, **{one: row[one] for one in ("stage", "reason", "detail")}}
                for node in _last_with(nodes, row["id"]):
                    node.rejections.append(said)
        for name in ("verified_responses__verdicts", "sft_dataset__contamination"):
            found = self._scan(name)
            if found is None or "response_id" not in found.collect_schema():
                continue
            rows = found.filter(pl.col("response_id").is_in(ids)).collect()
            for row in rows.iter_rows(named=True):
                for node in nodes:
                    if node.artifact == "candidate_responses" and node.row_id == row["response_id"]:
                        said = {
                            key: value for key, value in row.items() if key not in ONCE and value is not None
                        }
                        node.beside.setdefault(name, []).append(said)

    def _rows(self, artifact: str, column: str, wanted: list[str]) -> pl.DataFrame:
        found = self._scan(artifact)
        if found is None:
            return pl.DataFrame()
        return found.filter(pl.col(column).is_in(wanted)).collect()

    def _scan(self, name: str) -> pl.LazyFrame | None:
        shared = name.split("__")[0] in ("raw_corpus", "corpus_dump")
        addresses = self._store.partitions((name,) if shared else (self._recipe, name))
        if not addresses:
            return None
        return pl.concat([self._store.scan(address) for address in addresses], how="diagonal_relaxed")


def _last_with(nodes: Sequence[Node], row_id: str) -> list[Node]:
    """The furthest node of an id: a response has one in several artifacts, and its rejection belongs to the last."""
    found = [node for node in nodes if node.row_id == row_id]
    return found[-1:]


def _facts(artifact: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """What a person wants to see of a row: everything but ids, and what stands further up already."""
    first = {
        "raw_corpus": ONCE,
        "filtered_seeds": {"seed", "imports"},
        "instructions": {"instruction", "task"},
    }
    first["candidate_responses"] = {"response", "code", "tests"}
    shown = first.get(artifact, frozenset())
    left_out = LEFT_OUT | (ONCE - set(shown))
    if artifact == "raw_corpus":
        left_out = left_out | {"content"}
    return {
        name: _plain(value) for name, value in row.items() if name not in left_out and value not in (None, [])
    }


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.hex()
    return value.to_list() if isinstance(value, pl.Series) else value
