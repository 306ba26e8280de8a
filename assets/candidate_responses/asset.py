"""The asset `candidate_responses`: answers to the instructions, taken apart, not yet run."""

import dagster as dg
import polars as pl

from assets.asking.model_calls import asking, budget_check, budget_result, call_metadata
from assets.candidate_responses.door import RESPONSE_METHODS
from assets.candidate_responses.methods import samples_of, write_responses
from assets.candidate_responses.settings import ResponseSettings
from assets.candidate_responses.table import TABLE
from assets.publishing.publication import Materialized, accounts_check, publish
from assets.publishing.recipe_assets import RecipeAssets
from assets.rows.ledger import Ledger
from resources.engines.resource import EnginesResource
from resources.engines.spec import EngineSpec
from resources.languages import RECORDS
from resources.parquet_store.io_manager import ParquetIOManager
from resources.row_cache.resource import RowCacheResource

ARTIFACT = "candidate_responses"
VERSION = "5"


def build(shared: RecipeAssets, settings: ResponseSettings, spec: EngineSpec) -> dg.AssetsDefinition:
    """The asset of one recipe."""
    key = shared.key(ARTIFACT)
    method = RESPONSE_METHODS.open(settings.method)

    @shared.asset(
        ARTIFACT,
        TABLE,
        version=VERSION,
        settings=[settings, spec, *method.data(), *(RECORDS[name].tests for name in shared.languages)],
        expensive=True,
        ins={"instructions": dg.AssetIn(shared.key("instructions"))},
        check_specs=[accounts_check(key), budget_check(key)],
        pool="engine",
    )
    def candidate_responses(
        context: dg.AssetExecutionContext,
        instructions: pl.LazyFrame,
        store: dg.ResourceParam[ParquetIOManager],
        row_cache: RowCacheResource,
        engines: dg.ResourceParam[EnginesResource],
    ) -> Materialized:
        """Responses with their own tests, several an instruction; a text without the form is rejected."""
        asked = instructions.collect()
        with asking(context, engines, row_cache, spec) as asker:
            outcome = write_responses(asked, settings, asker)
        rows = outcome.kept.select(TABLE.schema.names()).sort(TABLE.key)
        ledger = Ledger()
        samples = samples_of(asked, settings)
        ledger.record_fan_out("samples", "instructions", asked.height, samples)
        ledger.record_outcome("samples", samples, outcome, step="response")
        return publish(
            context,
            store,
            TABLE,
            rows,
            ledger=ledger,
            metadata=call_metadata(asker, rows.height),
            checks=[budget_result(key, asker)],
        )

    return candidate_responses
