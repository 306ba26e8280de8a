"""The asset `audit/takedown_receipts`: the take-downs applied, by hand or by automation, and every receipt."""

import dagster as dg
import polars as pl

from assets.publishing.markdown import markdown_table
from pipeline_defs.deployment import Deployment
from pipeline_defs.expected_errors import is_expected
from pipeline_defs.graph.automation import JudgedCondition
from pipeline_defs.taking_down.apply import apply_take_downs, pending
from pipeline_defs.taking_down.receipts import KEY, TABLE, read_receipts

ASSET = dg.AssetKey(KEY)
CHECK = "every_take_down_names_a_file"
ROWS_SHOWN = 50


def receipts_asset(deployment: Deployment) -> dg.AssetsDefinition:
    """The asset over `deployment`: made again whenever the rules or the dumps are others than those applied last."""

    def to_apply(_context: dg.AutomationContext, _partition: str | None) -> bool:
        try:
            return pending(deployment)
        except Exception as error:
            if not is_expected(error):
                raise
            return False  # the assets that read the rules say what is wrong with them

    condition = ~dg.AutomationCondition.in_progress() & JudgedCondition("take-downs to apply", to_apply)

    @dg.asset(
        key=ASSET,
        group_name="operations",
        owners=deployment.settings.owners,
        kinds={"polars", "parquet"},
        metadata={"seedline/key_column": TABLE.key},
        automation_condition=condition.with_label("apply take-downs"),
        check_specs=[
            dg.AssetCheckSpec(
                CHECK, asset=ASSET, description="Every rule names a file of a dump that is stored."
            )
        ],
    )
    def takedown_receipts(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        """What the take-downs took out of every table, cache, log, export and pilot, and what learnt it before."""
        try:
            done = apply_take_downs(deployment, context.log.info)
        except Exception as error:
            if not is_expected(error):
                raise
            raise dg.Failure(str(error), allow_retries=False) from None
        for warning in done.warnings:
            context.log.warning(warning)
        receipts = read_receipts(deployment.store())
        shown = receipts.tail(ROWS_SHOWN).select(
            "at", "rule", "artifact", "rows_removed", "bytes_rewritten", "left"
        )
        return dg.MaterializeResult(
            metadata={
                "dagster/row_count": receipts.height,
                "files_taken_down": done.named.file_ids.len(),
                "rows_removed": int(receipts.filter(applied=done.receipt.applied)["rows_removed"].sum())
                if done.receipt
                else 0,
                "left": done.receipt.left if done.receipt else 0,
                "statement": done.statement,
                "rules": dg.MetadataValue.md(_shown(done.named.counts())),
                "receipts": dg.MetadataValue.md(_shown(shown)),
            },
            check_results=[
                dg.AssetCheckResult(
                    check_name=CHECK,
                    asset_key=ASSET,
                    passed=not done.warnings,
                    severity=dg.AssetCheckSeverity.WARN,
                    description="; ".join(done.warnings) or "every rule names a file",
                )
            ],
        )

    return takedown_receipts


def _shown(frame: pl.DataFrame) -> str:
    return markdown_table(frame) if frame.height else "_none_"
