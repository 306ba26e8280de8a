"""The asset `audit/staleness`: what `seedline plan` says, of every recipe, fresh or stale, as a nightly table."""

from datetime import UTC, datetime

import dagster as dg
import polars as pl

from assets.audit.staleness import ADDRESS, KEY, TABLE
from assets.publishing.markdown import markdown_table
from pipeline_defs.deployment import Deployment
from pipeline_defs.expected_errors import is_expected
from resources.ids import text_id

ASSET = dg.AssetKey(KEY)
ROWS_SHOWN = 200
SUMS = ("rows", "calls", "prompt_tokens", "completion_tokens", "programs", "type_checks", "seconds", "money")


def staleness_asset(deployment: Deployment, after: dg.AssetKey) -> dg.AssetsDefinition:
    """The asset over `deployment`, made in one run with `after`, which notes damaged tables first."""

    @dg.asset(
        key=ASSET,
        deps=[after],
        group_name="operations",
        owners=deployment.settings.owners,
        kinds={"polars", "parquet"},
        metadata={"seedline/key_column": TABLE.key},
    )
    def staleness() -> dg.MaterializeResult:
        """Fresh or stale, by recipe, artifact and language: the cause, and what a rebuild would ask for and cost."""
        try:
            found = staleness_of(deployment)
        except Exception as error:
            if not is_expected(error):
                raise
            raise dg.Failure(str(error), allow_retries=False) from None
        store = deployment.store()
        store.commit(ADDRESS, store.stage(ADDRESS, found, TABLE.schema))
        stale = found.filter(state="stale")
        shown = stale.select("recipe", "artifact", "language", "cause", "why", *SUMS, "basis")
        causes = stale.group_by("cause").len("tables").sort("tables", "cause", descending=[True, False])
        return dg.MaterializeResult(
            metadata={
                "dagster/row_count": found.height,
                "tables_fresh": found.height - stale.height,
                "tables_stale": stale.height,
                **{f"to_{name}": round(float(found[name].sum() or 0.0), 2) for name in SUMS},
                "causes": dg.MetadataValue.md(_shown(causes)),
                "stale": dg.MetadataValue.md(_shown(shown)),
            }
        )

    return staleness


def staleness_of(deployment: Deployment) -> pl.DataFrame:
    """The table as it would be made now (`TABLE`). Nothing is computed, nothing is written."""
    costs = deployment.cost(deployment.plan())
    ids = [
        text_id("staleness", *(part or "" for part in row))
        for row in costs.select("recipe", "artifact", "language").iter_rows()
    ]
    now = datetime.now(UTC).isoformat(timespec="seconds")
    fresh = pl.col("cause").is_null()
    return (
        costs.with_row_index("place")
        .with_columns(
            pl.Series("line_id", ids, dtype=pl.String),
            pl.when(fresh).then(pl.lit("fresh")).otherwise(pl.lit("stale")).alias("state"),
            pl.lit(now).alias("at"),
            pl.col("place").cast(pl.Int64),
        )
        .select(TABLE.schema.names())
    )


def _shown(frame: pl.DataFrame) -> str:
    more = f"\n\n{frame.height - ROWS_SHOWN} more" if frame.height > ROWS_SHOWN else ""
    return markdown_table(frame.head(ROWS_SHOWN)) + more if frame.height else "_none_"
