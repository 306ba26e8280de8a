"""The asset `candidate_responses`: answers to the instructions, taken apart, not yet run."""

import dagster as dg
import polars as pl

from assets.candidate_responses.methods import write_responses
from assets.candidate_responses.settings import ResponseSettings
from assets.candidate_responses.table import TABLE
from assets.generation import Asker
from assets.instructions.few_shot_bank import bank_digest
from assets.ledger import Ledger
from assets.progress import LogProgress
from assets.prompts import prompts_digest
from assets.publication import Materialised, accounts_check, address_of, call_metadata, publish
from assets.recipe_assets import RecipeAssets
from resources.engines.resource import EnginesResource
from resources.engines.spec import EngineSpec
from resources.parquet_store import ParquetIOManager
from resources.row_cache.resource import RowCacheResource

ARTIFACT = "candidate_responses"
VERSION = "1"


def build(shared: RecipeAssets, settings: ResponseSettings, spec: EngineSpec) -> dg.AssetsDefinition:
    """The asset of one recipe."""
    versions = [settings, spec, prompts_digest("assets.candidate_responses"), bank_digest()]

    @shared.asset(
        ARTIFACT,
        TABLE,
        version=VERSION,
        settings=versions,
        expensive=True,
        ins={"instructions": dg.AssetIn(shared.key("instructions"))},
        check_specs=[accounts_check(shared.key(ARTIFACT))],
        pool="engine",
    )
    def candidate_responses(
        context: dg.AssetExecutionContext,
        instructions: pl.LazyFrame,
        store: dg.ResourceParam[ParquetIOManager],
        row_cache: RowCacheResource,
        engines: dg.ResourceParam[EnginesResource],
    ) -> Materialised:
        """Responses with their own tests, several an instruction; a text without the form is rejected."""
        asked = instructions.collect()
        address = address_of(context)
        with engines.open(spec) as engine:
            cache = row_cache.for_user(str(address))
            asker = Asker(engine, cache, LogProgress(context.log, "model calls"))
            outcome = write_responses(asked, settings, asker)
        rows = outcome.kept.select(TABLE.schema.names()).sort(TABLE.key)
        ledger = Ledger()
        ledger.record_fan_out("samples", "instructions", asked.height, asked.height * settings.samples)
        ledger.record_outcome("samples", asked.height * settings.samples, outcome, step="response")
        return publish(
            context,
            store,
            TABLE,
            rows,
            ledger=ledger,
            metadata=call_metadata(asker.calls, engine.name),
        )

    return candidate_responses
