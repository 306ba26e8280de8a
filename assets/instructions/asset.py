"""The asset `instructions`: what a model is asked, grown from seeds through the recipe's engine."""

import dagster as dg
import polars as pl

from assets.asking.model_calls import asking, budget_check, budget_result, call_metadata
from assets.instructions.door import INSTRUCTION_METHODS
from assets.instructions.methods import write_instructions
from assets.instructions.settings import InstructionSettings
from assets.instructions.table import TABLE
from assets.publishing.described import bar_plots
from assets.publishing.publication import Materialized, accounts_check, publish
from assets.publishing.recipe_assets import RecipeAssets
from assets.rows.ledger import Ledger
from resources.engines.resource import EnginesResource
from resources.engines.spec import EngineSpec
from resources.parquet_store.io_manager import ParquetIOManager
from resources.row_cache.resource import RowCacheResource

ARTIFACT = "instructions"
VERSION = "4"


def build(shared: RecipeAssets, settings: InstructionSettings, spec: EngineSpec) -> dg.AssetsDefinition:
    """The asset of one recipe."""
    key = shared.key(ARTIFACT)
    method = INSTRUCTION_METHODS.open(settings.method)

    @shared.asset(
        ARTIFACT,
        TABLE,
        version=VERSION,
        settings=[settings, spec, *method.data()],
        expensive=True,
        ins={"filtered_seeds": dg.AssetIn(shared.key("filtered_seeds"))},
        check_specs=[accounts_check(key), budget_check(key)],
        pool="engine",
    )
    def instructions(
        context: dg.AssetExecutionContext,
        filtered_seeds: pl.LazyFrame,
        store: dg.ResourceParam[ParquetIOManager],
        row_cache: RowCacheResource,
        engines: dg.ResourceParam[EnginesResource],
    ) -> Materialized:
        """Tasks in plain words, grown from seeds by the recipe's engine in the recipe's way."""
        seeds = filtered_seeds.collect()
        with asking(context, engines, row_cache, spec) as asker:
            ledger = Ledger()
            rows = write_instructions(seeds, settings, asker, ledger).kept.sort(TABLE.key)
        return publish(
            context,
            store,
            TABLE,
            rows,
            ledger=ledger,
            metadata={
                **call_metadata(asker, rows.height),
                **bar_plots(rows, "difficulty", "heuristic"),
            },
            checks=[budget_result(key, asker)],
        )

    return instructions
