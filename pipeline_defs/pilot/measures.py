"""What a pilot's tables say: rows, model calls, tokens and money of every artifact, and what the whole comes to.

How a sample's measure becomes an estimate is in `estimate.py`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from pipeline_defs.pilot.estimate import Estimate, added, fixed, scaled
from pipeline_defs.recipes.model import Recipe
from resources.engines.deployment import Prices
from resources.parquet_store import ParquetStore, TableAddress

BY_LANGUAGE = (
    "filtered_seeds",
    "instructions",
    "candidate_responses",
    "verified_responses",
    "sft_dataset",
)
WHOLE = ("checkpoint", "eval_scores")
TOGETHER = "together"

ESTIMATE = pl.Schema(
    {
        "language": pl.String,
        "artifact": pl.String,
        "measure": pl.String,
        "pilot": pl.Float64,
        "factor": pl.Float64,
        "whole": pl.Float64,
        "low": pl.Float64,
        "high": pl.Float64,
    }
)
"""Columns of a pilot's result: a measure of the pilot, what it is multiplied by, and the whole with its 95 % interval.

`language` is null for all languages together; an artifact `together` adds up what all of them ask of models."""


@dataclass(frozen=True)
class Sampled:
    """The units of one language that were taken: their ids, of how many, and which ids of rows lead to which."""

    language: str
    unit: str
    """file_id or seed_id."""
    ids: pl.Series
    of: int


@dataclass(frozen=True)
class Measure:
    """One measure of one artifact in one language (None: of all)."""

    language: str | None
    artifact: str
    name: str
    estimate: Estimate


def measured(store: ParquetStore, recipe: Recipe, samples: Sequence[Sampled], prices: Prices) -> pl.DataFrame:
    """The result (`ESTIMATE`) of a pilot whose tables are in `store`."""
    found = [one for sample in samples for one in _of_language(store, recipe, sample, prices)]
    found += [one for artifact in WHOLE for one in _of_whole(store, recipe, artifact, prices)]
    rows = list(_all_languages(found)) + [one for one in found if one.language is not None]
    return pl.DataFrame(
        [
            (
                one.language,
                one.artifact,
                one.name,
                one.estimate.pilot,
                one.estimate.factor,
                one.estimate.whole,
                one.estimate.low,
                one.estimate.high,
            )
            for one in rows
        ],
        schema=ESTIMATE,
        orient="row",
    )


def _of_language(store: ParquetStore, recipe: Recipe, sample: Sampled, prices: Prices) -> Iterator[Measure]:
    owners = pl.DataFrame({"id": sample.ids, "unit": sample.ids})
    before: Estimate | None = None
    share = 1.0
    for artifact in BY_LANGUAGE:
        rows = _table(store, TableAddress.of((recipe.name, artifact), sample.language))
        if rows is None:
            return
        if artifact == "filtered_seeds":
            owners = pl.concat([owners, _owned(rows, owners, "seed_id", sample.unit)]).unique("id")
            before = (
                scaled(np.ones(len(sample.ids)), sample.of, counts=True) if sample.unit == "file_id" else None
            )
        else:
            parent = "seed_id" if "seed_id" in rows.columns else "instruction_id"
            owned = [_owned(rows, owners, name, parent) for name in ("instruction_id", "response_id")]
            owners = pl.concat([owners, *owned]).unique("id")
        key = {"filtered_seeds": "seed_id", "instructions": "instruction_id"}.get(artifact, "response_id")
        if before is not None:
            yield Measure(sample.language, artifact, "rows in", before)
        counts = rows.select(pl.col(key).alias("id")).join(owners, on="id", how="inner")
        out = scaled(_by_unit(sample, counts.group_by("unit").len("value")), sample.of, counts=True)
        if artifact == "filtered_seeds" and sample.unit == "file_id":
            share = _share_of_coreset(recipe, out)
        before = out.times(share)
        yield Measure(sample.language, artifact, "rows out", before)
        for name, value in _asked(store, recipe, artifact, sample, owners, prices):
            yield Measure(
                sample.language, artifact, name, value if artifact == "filtered_seeds" else value.times(share)
            )


def _share_of_coreset(recipe: Recipe, seeds: Estimate) -> float:
    """Of the estimated seeds, how many a coreset of fixed size would keep of the whole."""
    coreset = recipe.seeds.coreset
    size = coreset.select.size if coreset is not None else None
    return 1.0 if size is None or not seeds.whole else min(1.0, size / seeds.whole)


def _owned(rows: pl.DataFrame, owners: pl.DataFrame, name: str, parent: str) -> pl.DataFrame:
    """Ids in the column `name` and the units that they lead back to by way of the column `parent`."""
    if name not in rows.columns or name == parent:
        return owners.clear()
    pairs = rows.select(pl.col(name).alias("id"), pl.col(parent).alias("parent"))
    return pairs.join(owners, left_on="parent", right_on="id", how="inner").select("id", "unit")


def _by_unit(sample: Sampled, values: pl.DataFrame) -> np.ndarray:
    """`values` (columns unit, value) as one number a sampled unit, 0 where there is none."""
    units = pl.DataFrame({"unit": sample.ids}).join(values, on="unit", how="left", maintain_order="left")
    return units["value"].fill_null(0).cast(pl.Float64).to_numpy()


def _asked(
    store: ParquetStore,
    recipe: Recipe,
    artifact: str,
    sample: Sampled,
    owners: pl.DataFrame,
    prices: Prices,
) -> Iterator[tuple[str, Estimate]]:
    calls = _table(store, TableAddress.of((recipe.name, f"{artifact}__calls"), sample.language))
    if calls is None or calls.is_empty():
        return
    keyed = calls.with_columns(pl.col("key").str.split("/").list.first().alias("id"))
    owned = keyed.join(owners, on="id", how="left")
    for name, each in _figures(prices):
        by_unit = owned.drop_nulls("unit").group_by("unit").agg(each.sum().alias("value"))
        nobodys = float(owned.filter(pl.col("unit").is_null()).select(each.sum()).item() or 0)
        yield name, scaled(_by_unit(sample, by_unit), sample.of, counts=False, unattributed=nobodys)


def _of_whole(store: ParquetStore, recipe: Recipe, artifact: str, prices: Prices) -> Iterator[Measure]:
    calls = _table(store, TableAddress.of((recipe.name, f"{artifact}__calls")))
    if calls is not None and calls.height:
        for name, each in _figures(prices):
            yield Measure(None, artifact, name, fixed(float(calls.select(each.sum()).item() or 0)))


def _figures(prices: Prices) -> list[tuple[str, pl.Expr]]:
    prompt, completion = pl.col("prompt_tokens"), pl.col("completion_tokens")
    figures = [
        ("model calls", prompt.is_not_null().cast(pl.Int64)),
        ("prompt tokens", prompt),
        ("completion tokens", completion),
    ]
    if prices.prompt or prices.completion:
        figures.append(("money", (prompt * prices.prompt + completion * prices.completion) / 1e6))
    return figures


def _all_languages(found: Sequence[Measure]) -> Iterator[Measure]:
    """Each measure over all languages, then what all artifacts ask of models together."""
    places = dict.fromkeys((one.artifact, one.name) for one in found)
    sums: dict[str, list[Estimate]] = {}
    for artifact, name in places:
        total = added([one.estimate for one in found if (one.artifact, one.name) == (artifact, name)])
        yield Measure(None, artifact, name, total)
        if not name.startswith("rows"):
            sums.setdefault(name, []).append(total)
    for name, estimates in sums.items():
        yield Measure(None, TOGETHER, name, _upper(estimates))


def _upper(estimates: Sequence[Estimate]) -> Estimate:
    """The sum over artifacts, which come of the same sample: their intervals add as they are."""
    return Estimate(
        *(sum(getattr(one, name) for one in estimates) for name in ("pilot", "whole", "low", "high"))
    )


def _table(store: ParquetStore, address: TableAddress) -> pl.DataFrame | None:
    return store.scan(address).collect() if store.storage.exists(store.uri(address)) else None
