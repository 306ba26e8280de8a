"""From frames to a materialization: stage the tables, describe them for people, check the accounts.

The one place where an artifact meets Dagster's metadata; every `asset.py` ends in `publish`. What the frames
hold is the stages' matter.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import dagster as dg
import polars as pl

from assets.publishing.described import column_lineage, funnel_metadata, preview, table_schema
from assets.publishing.origins import completed
from assets.publishing.step import address_of, current_step
from assets.publishing.versions import record_version
from assets.rows.ledger import Ledger, accounting_errors, no_funnel
from assets.rows.outcome import no_rejections
from assets.rows.table import Table
from resources.parquet_store.io_manager import ParquetIOManager, StagedArtifact
from resources.row_cache import RowCache
from resources.row_cache.resource import RowCacheResource

ACCOUNTS_CHECK = "rows_accounted_for"
"""Blocking check of every filtering artifact: rows in = rows kept + rows rejected."""

Materialized = dg.MaterializeResult[StagedArtifact]


def accounts_check(key: dg.AssetKey) -> dg.AssetCheckSpec:
    """The spec of the check that `publish` evaluates."""
    return dg.AssetCheckSpec(
        ACCOUNTS_CHECK,
        asset=key,
        blocking=True,
        description="Rows in = rows kept + rows rejected, at every step.",
    )


def cache_of(context: dg.AssetExecutionContext, row_cache: RowCacheResource) -> RowCache:
    """The row cache, with the running asset (and partition) and its code version as the user."""
    version = context.assets_def.code_versions_by_key.get(context.asset_key)
    return row_cache.for_user(str(address_of(context)), version or "")


def publish(
    context: dg.AssetExecutionContext,
    store: ParquetIOManager,
    table: Table,
    rows: pl.DataFrame | pl.LazyFrame | Iterator[pl.DataFrame],
    *,
    ledger: Ledger | None = None,
    metadata: Mapping[str, Any] | None = None,
    checks: Sequence[dg.AssetCheckResult] = (),
    comparisons: Sequence[dg.AssetCheckResult] = (),
    beside: Mapping[str, pl.DataFrame] | None = None,
    languages: Mapping[str, str] | None = None,
) -> Materialized:
    """Stage `rows` and what explains them, and describe the whole to Dagster.

    What the step was made from, its settings, the outcome of its checks and the digests of the tables beside it go
    into the file: a pass holds for these rows and no others. `ledger` gives the funnel and the rejections, `beside`
    more tables that belong to the artifact (suffix to frame), `comparisons` are checks against what stood there before:
    no property of the rows, so they are reported and not stored; `languages` has the digest of each language's rows
    where the table holds several.
    """
    parquet = store.store()
    step = current_step()
    address, made_from, version = step.address, step.made_from, step.code_version
    extra: dict[str, pl.DataFrame] = dict(beside or {})
    results = list(checks)
    funnel, rejected = no_funnel(), no_rejections()
    if ledger is not None:
        rejected = completed(pl.concat([rejected, *ledger.rejections]), parquet, address)
        funnel = ledger.funnel()
        extra |= {"rejected": rejected, "funnel": funnel}
    if step.answers:
        extra["calls"] = pl.concat(step.answers)
    aside = {
        suffix: parquet.stage(
            address.sibling(suffix),
            frame,
            frame.schema,
            # what the table itself does not count as content is none beside it either
            volatile=[name for name in table.volatile if name in frame.columns],
        )
        for suffix, frame in extra.items()
    }

    concluded_facts: dict[str, str] = {}

    def concluded(height: int) -> dict[str, str]:
        if ledger is not None:
            results.append(_accounts_result(context.asset_key, accounting_errors(funnel, rejected, height)))
        concluded_facts["checks"] = json.dumps(_outcomes(context, results))
        return concluded_facts

    facts = {
        "code_version": version,
        "inputs": json.dumps(made_from, sort_keys=True),
        "beside": json.dumps({suffix: table.digest for suffix, table in aside.items()}, sort_keys=True),
        "languages": json.dumps(dict(languages or {}), sort_keys=True),
        "settings": json.dumps(step.settings, sort_keys=True),
        "run_settings": json.dumps(step.run_settings, sort_keys=True),
    }
    staged = parquet.stage(
        address, rows, table.schema, volatile=table.volatile, metadata=facts, concluded=concluded
    )
    record_version(parquet, address, staged, facts | concluded_facts, run=context.run.run_id)
    described: dict[str, Any] = {
        "dagster/partition_row_count" if context.has_partition_key else "dagster/row_count": staged.rows,
        "dagster/column_schema": table_schema(table),
        "dagster/table_name": str(address).replace("/", "."),
        "dagster/uri": parquet.uri(address),
        "size_mb": round(staged.size_bytes / 1e6, 3),
        "preview": dg.MetadataValue.md(preview(staged.head)),
        **_lineage(context, table),
        "seedline/code_version": version,
        "seedline/inputs": dg.MetadataValue.json(made_from),
        **({"seedline/run_settings": dg.MetadataValue.json(step.run_settings)} if step.run_settings else {}),
        **(metadata or {}),
    }
    if ledger is not None:
        described |= funnel_metadata(funnel, rejected)
    return dg.MaterializeResult(
        value=StagedArtifact(address, staged, aside, step.lock),
        metadata=described,
        data_version=dg.DataVersion(staged.digest),
        check_results=[*results, *comparisons],
    )


def _lineage(context: dg.AssetExecutionContext, table: Table) -> dict[str, Any]:
    lineage = column_lineage(table, context.assets_def.asset_deps[context.asset_key])
    return {} if lineage is None else {"dagster/column_lineage": lineage}


def _outcomes(
    context: dg.AssetExecutionContext, results: Sequence[dg.AssetCheckResult]
) -> dict[str, dict[str, Any]]:
    """The checks' outcomes as they stand in the file."""
    blocking = {
        spec.name: spec.blocking
        for spec in context.assets_def.check_specs
        if spec.asset_key == context.asset_key
    }
    return {
        result.check_name or "": {
            "passed": bool(result.passed),
            "blocking": blocking.get(result.check_name or "", False),
            "severity": result.severity.name,
            "description": result.description or "",
        }
        for result in results
    }


def _accounts_result(key: dg.AssetKey, errors: list[str]) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        check_name=ACCOUNTS_CHECK,
        asset_key=key,
        passed=not errors,
        description="; ".join(errors) or "every row is accounted for",
    )
