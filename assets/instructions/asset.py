"""The asset `instructions`: what a model is asked, grown from seeds through the recipe's engine."""

import dagster as dg
import polars as pl

from assets.instructions.few_shot_bank import bank_digest
from assets.instructions.methods import write_instructions
from assets.instructions.settings import InstructionSettings
from assets.instructions.table import TABLE
from assets.ledger import Ledger
from assets.model_calls import asking, budget_check, budget_result, call_metadata
from assets.plots import bar_plot, png_markdown
from assets.prompts import prompts_digest
from assets.publication import Materialised, accounts_check, publish
from assets.recipe_assets import RecipeAssets
from resources.engines.resource import EnginesResource
from resources.engines.spec import EngineSpec
from resources.parquet_store import ParquetIOManager
from resources.row_cache.resource import RowCacheResource

ARTIFACT = "instructions"
VERSION = "1"


def build(shared: RecipeAssets, settings: InstructionSettings, spec: EngineSpec) -> dg.AssetsDefinition:
    """The asset of one recipe."""
    key = shared.key(ARTIFACT)
    versions = [settings, spec, prompts_digest("assets.instructions"), bank_digest()]

    @shared.asset(
        ARTIFACT,
        TABLE,
        version=VERSION,
        settings=versions,
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
    ) -> Materialised:
        """Tasks in plain words, one a seed, written by the recipe's engine in the recipe's way."""
        seeds = filtered_seeds.collect()
        with asking(context, engines, row_cache, spec) as asker:
            outcome = write_instructions(seeds, settings, asker)
        rows = outcome.kept.select(TABLE.schema.names()).sort(TABLE.key)
        ledger = Ledger()
        ledger.record_outcome("seeds", seeds.height, outcome, step="instruction")
        difficulties = rows.group_by("difficulty").len("rows").sort("difficulty")
        return publish(
            context,
            store,
            TABLE,
            rows,
            ledger=ledger,
            metadata={
                **call_metadata(asker, rows.height),
                "difficulty": dg.MetadataValue.md(
                    png_markdown("difficulty", bar_plot(difficulties, "difficulty", "rows"))
                ),
            },
            checks=[budget_result(key, asker)],
        )

    return instructions
