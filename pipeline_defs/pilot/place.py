"""The place of pilots: a folder of the store with the tables' usual layout, and the sample that is put there."""

from dataclasses import dataclass
from typing import Literal

import polars as pl

from assets.corpus_dump.table import TABLE as FILES
from assets.filtered_seeds.table import TABLE as SEEDS
from assets.rows.table import Table
from pipeline_defs.configuration.settings import Settings
from pipeline_defs.pilot.measures import Sampled
from pipeline_defs.pilot.sample import spread_sample
from resources.parquet_store import ParquetStore, TableAddress
from resources.storage import Storage

FOLDER = "pilot"

Unit = Literal["files", "seeds"]


@dataclass(frozen=True)
class Wanted:
    """What a pilot takes of one language."""

    recipe: str
    language: str
    unit: Unit
    size: int


def settings_of_pilot(settings: Settings, recipe: str) -> Settings:
    """The deployment's settings with tables and models in a place of the pilot's own."""
    return settings.model_copy(
        update={
            "store": f"{settings.store_root.rstrip('/')}/{FOLDER}/{recipe}",
            "models": f"{settings.models_root.rstrip('/')}/{FOLDER}",
            "cache": settings.cache_root,
        }
    )


def remove_pilots(settings: Settings) -> None:
    """Take the tables of all pilots away: they are copies of rows that may have been taken down."""
    store = Storage(settings.store_root, settings.s3)
    store.remove(store.path(FOLDER))


def put_sample(real: ParquetStore, store: ParquetStore, wanted: Wanted) -> Sampled | None:
    """Put the sample of one language into the pilot's `store`; None where there is nothing to take."""
    corpus = TableAddress.of(("raw_corpus",), wanted.language)
    made = TableAddress.of((wanted.recipe, "filtered_seeds"), wanted.language)
    read = [corpus] if wanted.unit == "files" else [corpus, made]
    if not all(real.storage.exists(real.uri(one)) for one in read):
        return None
    files = real.scan(corpus)
    rows, id_column = files.select("file_id", "repo"), "file_id"
    if wanted.unit == "seeds":
        rows = real.scan(made).select("seed_id", "file_id").join(rows, on="file_id", how="left")
        id_column = "seed_id"
    every = rows.collect()
    if every.is_empty():
        return None
    chosen = spread_sample(every, wanted.size, id_column=id_column)
    _put(store, corpus, files.filter(pl.col("file_id").is_in(chosen["file_id"].unique().implode())), FILES)
    if wanted.unit == "seeds":
        taken = real.scan(made).filter(pl.col("seed_id").is_in(chosen["seed_id"].implode()))
        _put(store, made, taken, SEEDS)
    return Sampled(wanted.language, id_column, chosen[id_column], every.height)


def _put(store: ParquetStore, address: TableAddress, rows: pl.LazyFrame, table: Table) -> None:
    store.commit(address, store.stage(address, rows, table.schema, volatile=table.volatile))
