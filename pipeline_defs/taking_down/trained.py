"""Checkpoints that learnt rows of given files, by the records of the data-set versions that they were trained on."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import polars as pl

from assets.publishing.versions import FOLDER, RECORDED, Version, record_stored, versions
from resources.parquet_store import DamagedTableError, ParquetStore, StoreWatch

Hit = Callable[[pl.DataFrame], pl.Series]
"""Which rows of a frame of ids (`versions.IDS`) are meant."""


@dataclass(frozen=True)
class Trained:
    """A version of a checkpoint that was trained on `rows` of the rows that are meant, of `of` in all."""

    rule: str | None
    recipe: str
    checkpoint_id: str
    made: str
    digest: str
    rows: int
    of: int

    @property
    def share(self) -> float:
        """Of all rows that it was trained on."""
        return self.rows / self.of if self.of else 0.0

    def as_dict(self) -> dict[str, object]:
        """For a table."""
        return {
            "recipe": self.recipe,
            "checkpoint_id": self.checkpoint_id,
            "rows": self.rows,
            "share": round(self.share, 6),
        }


def record_everything(store: ParquetStore) -> None:
    """Write down the versions that are in the store and have no record."""
    for address in StoreWatch(store).look().tables():
        if address.key[-1] in RECORDED and address.key[0] != "pilot":
            try:
                record_stored(store, address)
            except DamagedTableError:
                continue


def recipes_recorded(store: ParquetStore) -> list[str]:
    """Names of the recipes that have records."""
    base = store.storage.path(FOLDER)
    if not store.storage.exists(base):
        return []
    found = store.storage.fs.ls(base, detail=False)
    return sorted(str(path).rstrip("/").rpartition("/")[2] for path in found)


def data_of(store: ParquetStore, recipe: str) -> dict[tuple[str, str], Version]:
    """Every recorded version of a recipe's data set, by table and digest."""
    return {(one.table, one.digest): one for one in versions(store, (recipe, "sft_dataset"))}


def trained_on(store: ParquetStore, recipe: str, hit: Hit, rule: str | None = None) -> Iterator[Trained]:
    """Every recorded version of a recipe's checkpoint that learnt rows that are meant."""
    data = data_of(store, recipe)
    counted: dict[tuple[str, str], tuple[int, int]] = {}
    for checkpoint in versions(store, (recipe, "checkpoint")):
        rows = of = 0
        for used in checkpoint.inputs.items():
            if used not in data:
                continue
            if used not in counted:
                ids = data[used].ids(store)
                counted[used] = (0, data[used].rows) if ids is None else (int(hit(ids).sum()), ids.height)
            rows, of = rows + counted[used][0], of + counted[used][1]
        if rows:
            made = checkpoint.made
            yield Trained(rule, recipe, checkpoint.first_id, made, checkpoint.digest, rows, of)
