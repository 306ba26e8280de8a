"""The asset `filtered_seeds`: the snippets that instructions grow from, after every filter of the recipe."""

import dagster as dg
import polars as pl

from assets.filtered_seeds.chain import Chain
from assets.filtered_seeds.settings import SeedSettings
from assets.filtered_seeds.table import TABLE
from assets.progress import LogProgress
from assets.publication import Materialised, accounts_check, address_of, publish
from assets.recipe_assets import RecipeAssets
from resources.parquet_store import ParquetIOManager
from resources.row_cache.resource import RowCacheResource
from resources.type_checker.resource import TypeCheckerResource

ARTIFACT = "filtered_seeds"
VERSION = "1"


def build(shared: RecipeAssets, settings: SeedSettings) -> dg.AssetsDefinition:
    """The asset of one recipe."""

    @shared.asset(
        ARTIFACT,
        TABLE,
        version=VERSION,
        settings=[settings],
        ins={"raw_corpus": dg.AssetIn("raw_corpus")},
        check_specs=[accounts_check(shared.key(ARTIFACT))],
        pool="cpu",
    )
    def filtered_seeds(
        context: dg.AssetExecutionContext,
        raw_corpus: pl.LazyFrame,
        store: dg.ResourceParam[ParquetIOManager],
        row_cache: RowCacheResource,
        type_checker: TypeCheckerResource,
    ) -> Materialised:
        """Documented, type-checked, distinct pieces of code (as the recipe asks), with their exact lines."""
        chain = Chain(
            settings,
            context.partition_key,
            row_cache.for_user(str(address_of(context))),
            type_checker.open() if settings.type_check else None,
            progress=LogProgress(context.log, "rows"),
        )
        seeds = chain.run(raw_corpus).select(TABLE.schema.names())
        return publish(
            context,
            store,
            TABLE,
            seeds,
            ledger=chain.ledger,
            metadata={
                "rows_computed": dg.MetadataValue.json(chain.counts.computed),
                "rows_reused": dg.MetadataValue.json(chain.counts.reused),
            },
        )

    return filtered_seeds
