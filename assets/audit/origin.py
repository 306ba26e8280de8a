"""The origin of one row: the chain of parents from any id to its file, and how much was derived from it."""

from dataclasses import asdict, dataclass

import polars as pl

from assets.audit.questions import tables
from resources.parquet_store import ParquetStore

CHAIN = (
    ("sft_dataset", "sft_id", "response_id"),
    ("verified_responses", "response_id", "response_id"),
    ("candidate_responses", "response_id", "instruction_id"),
    ("instructions", "instruction_id", "seed_id"),
    ("filtered_seeds", "seed_id", "file_id"),
    ("raw_corpus", "file_id", None),
)
"""Artifact, its key, and the column that names its parent."""

SHOWN = {
    "sft_dataset": ("language", "task", "engine", "proof"),
    "verified_responses": ("verdict", "proof", "isolation", "toolchain"),
    "candidate_responses": ("sample", "task"),
    "instructions": ("instruction", "difficulty"),
    "filtered_seeds": ("name", "kind", "start_line", "end_line"),
    "raw_corpus": ("repo", "commit", "path", "license", "license_source", "dump", "sha256"),
}
"""What a person wants to see of each link."""


class UnknownIdError(KeyError):
    """No artifact of the recipe has a row with that id."""

    def __str__(self) -> str:
        """The message without the quotes that KeyError puts around it."""
        return str(self.args[0])


@dataclass(frozen=True)
class Link:
    """One row of the chain."""

    artifact: str
    row_id: str
    facts: dict[str, object]


@dataclass(frozen=True)
class Origin:
    """The chain from a row to its file, and the ids that were derived from the row, by artifact."""

    chain: list[Link]
    derived: dict[str, list[str]]

    def as_dict(self) -> dict[str, object]:
        """As JSON-able values."""
        return {"chain": [asdict(link) for link in self.chain], "derived": self.derived}


def trace_id(row_id: str, store: ParquetStore, recipe: str) -> Origin:
    """Follow `row_id` (of any artifact) up to its file and down to training rows. Raises `UnknownIdError`."""
    frames = {name: _scan(store, recipe, name) for name, _, _ in CHAIN}
    for position, (artifact, key, _) in enumerate(CHAIN):
        found = frames[artifact].filter(pl.col(key) == row_id).head(1).collect()
        if found.height:
            return Origin(_upwards(row_id, frames, position), _downwards(row_id, frames, position))
    raise UnknownIdError(
        f"no row {row_id!r} in {', '.join(name for name, _, _ in CHAIN)} of recipe {recipe}; it may have been "
        "rejected (seedline show <artifact>__rejected --where \"id = '...'\")"
    )


def _upwards(row_id: str, frames: dict[str, pl.LazyFrame], position: int) -> list[Link]:
    chain: list[Link] = []
    wanted: str | None = row_id
    for artifact, key, parent in CHAIN[position:]:
        row = frames[artifact].filter(pl.col(key) == wanted).head(1).collect()
        if row.is_empty():
            break
        facts = row.row(0, named=True)
        chain.append(
            Link(artifact, str(wanted), {name: facts[name] for name in SHOWN[artifact] if name in facts})
        )
        wanted = facts[parent] if parent else None
    return chain


def _downwards(row_id: str, frames: dict[str, pl.LazyFrame], position: int) -> dict[str, list[str]]:
    derived: dict[str, list[str]] = {}
    parents = [row_id]
    for artifact, key, parent in reversed(CHAIN[:position]):
        children = (
            frames[artifact].filter(pl.col(parent or "").is_in(parents)).select(key).collect()[key].to_list()
        )
        derived[artifact] = sorted(children)
        parents = children
    return derived


def _scan(store: ParquetStore, recipe: str, name: str) -> pl.LazyFrame:
    key, schema = tables(recipe)[name]
    addresses = store.partitions(key)
    if not addresses:
        return pl.LazyFrame(schema=schema)
    return pl.concat([store.scan(address) for address in addresses])
