"""Whether a checkpoint solves fewer problems than the one before it: a warning, for a person to look at.

The samples that stand in the store when an evaluation begins are the previous checkpoint's. They are compared by
problem, so that a benchmark that came or went in between is left out.
"""

import dagster as dg
import polars as pl

from assets.eval_scores.differences import differences
from assets.eval_scores.evaluation import CANONICAL
from assets.publishing.described import markdown_table
from resources.parquet_store import ParquetStore, TableAddress
from resources.parquet_store.damage import DamagedTableError
from resources.parquet_store.store import MissingTableError

CHECK = "no_fewer_problems_solved"
_COMPARED = ["benchmark", "task", "language", "problem_id", "passed", "unverified"]


def regression_check(key: dg.AssetKey) -> dg.AssetCheckSpec:
    """The spec of the check that `regression_result` answers."""
    return dg.AssetCheckSpec(
        CHECK,
        asset=key,
        description="The checkpoint solves no fewer problems than the previous one: the 95 % interval of the paired "
        "difference does not lie below 0.",
    )


def previous_samples(store: ParquetStore, table: TableAddress) -> pl.DataFrame | None:
    """The samples (`SAMPLES`) of the previous evaluation; None where there was none, or none that can be read."""
    try:
        samples = store.scan(table).collect()
    except (MissingTableError, DamagedTableError):
        return None
    if not {"checkpoint_id", *_COMPARED} <= set(samples.columns):
        return None
    return samples.filter(pl.col("checkpoint_id") != CANONICAL)


def regression_result(
    key: dg.AssetKey, samples: pl.DataFrame, previous: pl.DataFrame | None, seed: int = 0
) -> dg.AssetCheckResult:
    """Whether some benchmark's score fell by more than chance explains; passes where there is nothing to compare."""
    if previous is None:
        return dg.AssetCheckResult(
            check_name=CHECK, asset_key=key, passed=True, description="nothing was scored before"
        )
    found = differences(samples.select(_COMPARED), previous.select(_COMPARED), seed)
    fell = found.filter(pl.col("high") < 0)
    worst = [
        f"{row['benchmark']} ({row['language']}): {row['difference']:+.1%} ({row['low']:+.1%} to {row['high']:+.1%})"
        for row in fell.iter_rows(named=True)
    ]
    return dg.AssetCheckResult(
        check_name=CHECK,
        asset_key=key,
        passed=fell.is_empty(),
        severity=dg.AssetCheckSeverity.WARN,
        description="; ".join(worst) or f"{found.height} scores compared with the previous ones",
        metadata={"differences": dg.MetadataValue.md(markdown_table(found) if found.height else "_none_")},
    )
