"""The asset `verified_responses`: responses whose tests held in the sandbox, and the verdict on every one."""

import dagster as dg
import polars as pl

from assets.candidate_responses.table import TABLE as CANDIDATES
from assets.ledger import Ledger
from assets.plots import bar_plot, png_markdown
from assets.progress import LogProgress
from assets.publication import Materialised, accounts_check, address_of, publish
from assets.recipe_assets import RecipeAssets
from assets.verified_responses.methods import Means, verify
from assets.verified_responses.settings import VerificationSettings
from assets.verified_responses.table import TABLE, VERDICT_COLUMNS
from resources.parquet_store import ParquetIOManager
from resources.row_cache.resource import RowCacheResource
from resources.sandbox.resource import SandboxResource

ARTIFACT = "verified_responses"
VERSION = "1"


def build(shared: RecipeAssets, settings: VerificationSettings) -> dg.AssetsDefinition:
    """The asset of one recipe."""

    @shared.asset(
        ARTIFACT,
        TABLE,
        version=VERSION,
        settings=[settings],
        kinds=["bubblewrap"],
        ins={"candidate_responses": dg.AssetIn(shared.key("candidate_responses"))},
        check_specs=[accounts_check(shared.key(ARTIFACT))],
        pool="sandbox",
    )
    def verified_responses(
        context: dg.AssetExecutionContext,
        candidate_responses: pl.LazyFrame,
        store: dg.ResourceParam[ParquetIOManager],
        row_cache: RowCacheResource,
        sandbox: SandboxResource,
    ) -> Materialised:
        """Responses whose own tests ran to their end and held; `__verdicts` has the verdict on every response."""
        responses = candidate_responses.collect()
        means = Means(
            lambda asked: sandbox.open(
                asked.limits, negative_control=asked.negative_control, second_seed=asked.second_seed
            ),
            row_cache.for_user(str(address_of(context))),
            context.partition_key,
            LogProgress(context.log, "programs"),
        )
        verified = verify(responses, settings, means)
        rows = verified.outcome.kept.select(TABLE.schema.names()).sort(TABLE.key)
        names = [
            CANDIDATES.key,
            "instruction_id",
            *(column.name for column in VERDICT_COLUMNS),
            "output_tail",
        ]
        verdicts = verified.verdicts.select(names).sort(CANDIDATES.key)
        by_verdict = verdicts.group_by("verdict").len("responses").sort("responses", descending=True)
        ledger = Ledger()
        ledger.record_outcome("responses", responses.height, verified.outcome, step=settings.method)
        return publish(
            context,
            store,
            TABLE,
            rows,
            ledger=ledger,
            beside={"verdicts": verdicts},
            metadata={
                "sandbox_runs": verified.sandbox_runs,
                "sandbox_runs_saved": verified.sandbox_runs_saved,
                "sandbox_seconds": round(verified.sandbox_seconds, 2),
                "pass_rate": rows.height / responses.height if responses.height else None,
                "verdicts": dg.MetadataValue.md(
                    png_markdown("verdicts", bar_plot(by_verdict, "verdict", "responses"))
                ),
            },
        )

    return verified_responses
