"""The asset `verified_responses`: responses that held (tests, judge, or both), and the verdict on every one."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import dagster as dg
import polars as pl

from assets.asking.asker import Asker
from assets.asking.model_calls import asking, budget_check, budget_result, call_metadata
from assets.candidate_responses.table import TABLE as CANDIDATES
from assets.publishing.plots import bar_plot, png_markdown
from assets.publishing.progress import LogProgress
from assets.publishing.publication import Materialized, accounts_check, cache_of, publish
from assets.publishing.recipe_assets import RecipeAssets
from assets.rows.ledger import Ledger
from assets.verified_responses.door import VERIFICATION_METHODS, Means, Verified
from assets.verified_responses.execution import suspicious_share
from assets.verified_responses.methods import verify
from assets.verified_responses.settings import VerificationSettings
from assets.verified_responses.table import JUDGE_COLUMN, TABLE, VERDICT_COLUMNS
from resources.engines.resource import EnginesResource
from resources.engines.spec import EngineSpec
from resources.parquet_store.io_manager import ParquetIOManager
from resources.row_cache.resource import RowCacheResource
from resources.sandbox.resource import SandboxResource

ARTIFACT = "verified_responses"
VERSION = "3"
SHARE_CHECK = "tests_tell_answers_apart"
"""Warns of a partition in which nearly everything passes or nearly nothing does."""


def build(shared: RecipeAssets, settings: VerificationSettings, spec: EngineSpec) -> dg.AssetsDefinition:
    """The asset of one recipe; `spec` is the judge's model, where the method has a judge."""
    key = shared.key(ARTIFACT)
    method = VERIFICATION_METHODS.open(settings.method)
    judged = method.judges
    asked_of = [spec] if judged else []
    share = dg.AssetCheckSpec(
        SHARE_CHECK, asset=key, description="Neither nearly all programs passed their tests nor nearly none."
    )

    @shared.asset(
        ARTIFACT,
        TABLE,
        version=VERSION,
        settings=[settings, *asked_of, *method.data()],
        kinds=["bubblewrap"] if method.runs else [],
        expensive=judged,
        ins={"candidate_responses": dg.AssetIn(shared.key("candidate_responses"))},
        check_specs=[
            accounts_check(key),
            *([share] if method.runs else []),
            *([budget_check(key)] if judged else []),
        ],
        pool="engine" if judged else "sandbox",
    )
    def verified_responses(
        context: dg.AssetExecutionContext,
        candidate_responses: pl.LazyFrame,
        store: dg.ResourceParam[ParquetIOManager],
        row_cache: RowCacheResource,
        sandbox: SandboxResource,
        engines: dg.ResourceParam[EnginesResource],
    ) -> Materialized:
        """Responses that held (own tests, judge, as the recipe asks); `__verdicts` has the verdict on every one."""
        responses = candidate_responses.collect()
        askers: list[Asker] = []

        @contextmanager
        def judge() -> Iterator[Asker]:
            with asking(context, engines, row_cache, spec, what="judgments") as asker:
                askers.append(asker)
                yield asker

        means = Means(
            lambda asked: sandbox.open(asked.limits),
            judge,
            cache_of(context, row_cache),
            context.partition_key,
            LogProgress(context.log, "programs"),
        )
        verified = verify(responses, settings, means)
        rows = verified.outcome.kept.select(TABLE.schema.names()).sort(TABLE.key)
        names = [
            CANDIDATES.key,
            "instruction_id",
            *(column.name for column in VERDICT_COLUMNS),
            JUDGE_COLUMN.name,
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
                **(sandbox_metadata(verified) if method.runs else {}),
                **(call_metadata(askers[0], rows.height) if askers else {}),
                "pass_rate": rows.height / responses.height if responses.height else None,
                "verdicts": dg.MetadataValue.md(
                    png_markdown("verdicts", bar_plot(by_verdict, "verdict", "responses"))
                ),
            },
            checks=[
                *([share_result(key, verdicts)] if method.runs else []),
                *(budget_result(key, asker) for asker in askers),
            ],
        )

    return verified_responses


def share_result(key: dg.AssetKey, verdicts: pl.DataFrame) -> dg.AssetCheckResult:
    """What the check of the share of passes found."""
    suspicious, said = suspicious_share(verdicts)
    return dg.AssetCheckResult(
        check_name=SHARE_CHECK,
        asset_key=key,
        passed=not suspicious,
        severity=dg.AssetCheckSeverity.WARN,
        description=said,
    )


def sandbox_metadata(verified: Verified) -> dict[str, Any]:
    """What running the programs took."""
    return {
        "sandbox_runs": verified.sandbox_runs,
        "sandbox_runs_saved": verified.sandbox_runs_saved,
        "sandbox_seconds": round(verified.sandbox_seconds, 2),
        "passes_in_doubt": verified.passes_in_doubt,
        "control_runs": verified.control_runs,
        "second_runs": verified.second_runs,
    }
