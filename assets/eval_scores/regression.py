"""Whether a checkpoint solves fewer problems than the one before it: a warning, for a person to look at.

The samples that stand in the store when an evaluation begins are the previous checkpoint's. They are compared by
problem, so that a benchmark that came or went in between is left out.
"""

import polars as pl

from assets.eval_scores.differences import differences
from assets.eval_scores.evaluation import CANONICAL
from resources.parquet_store import ParquetStore, TableAddress
from resources.parquet_store.damage import DamagedTableError
from resources.parquet_store.store import MissingTableError

_COMPARED = ["benchmark", "task", "language", "problem_id", "passed", "unverified"]


def previous_samples(store: ParquetStore, table: TableAddress) -> pl.DataFrame | None:
    """The samples (`SAMPLES`) of the previous evaluation; None where there was none, or none that can be read."""
    try:
        samples = store.scan(table).collect()
    except (MissingTableError, DamagedTableError):
        return None
    if not {"checkpoint_id", *_COMPARED} <= set(samples.columns):
        return None
    return samples.filter(pl.col("checkpoint_id") != CANONICAL)


def compared(samples: pl.DataFrame, previous: pl.DataFrame | None, seed: int = 0) -> pl.DataFrame:
    """`differences` to the previous samples; no rows where there are none."""
    before = samples.clear() if previous is None else previous
    return differences(samples.select(_COMPARED), before.select(_COMPARED), seed)


def fallen(differences: pl.DataFrame) -> list[str]:
    """A line for every score that fell by more than chance explains: its 95 % interval lies below 0."""
    return [
        f"{row['benchmark']} ({row['language']}): {row['difference']:+.1%} ({row['low']:+.1%} to {row['high']:+.1%})"
        for row in differences.filter(pl.col("high") < 0).iter_rows(named=True)
    ]
