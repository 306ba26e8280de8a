"""From frames to a materialization: stage the tables, describe them for people, check the accounts.

The one place where an artifact meets Dagster's metadata; every `asset.py` ends in `publish`. What the frames
hold is the stages' matter.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import dagster as dg
import polars as pl

from assets.publishing.plots import bar_plot, funnel_plot, png_markdown
from assets.rows.ledger import Ledger, accounting_errors
from assets.rows.outcome import no_rejections
from assets.rows.table import Table
from resources.parquet_store import ParquetIOManager, ParquetStore, StagedArtifact, TableAddress
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


def address_of(context: dg.AssetExecutionContext) -> TableAddress:
    """Where the table of the running asset (and partition) belongs."""
    partition = context.partition_key if context.has_partition_key else None
    return TableAddress.of(tuple(context.asset_key.path), partition)


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
    beside: Mapping[str, pl.DataFrame] | None = None,
    source: str | None = None,
) -> Materialized:
    """Stage `rows` and what explains them, and describe the whole to Dagster.

    The digests of the tables that were read go into the file and the metadata, as the record of what this
    artifact was made from; `source` names an input that is no table. `ledger` gives the funnel and the
    rejections, `beside` more tables that belong to the artifact (suffix to frame).
    """
    parquet = store.store()
    address = address_of(context)
    made_from = input_digests(parquet, input_addresses(context)) | ({"source": source} if source else {})
    version = context.assets_def.code_versions_by_key[context.asset_key] or ""
    lineage = {"code_version": version, "inputs": json.dumps(made_from, sort_keys=True)}
    staged = parquet.stage(address, rows, table.schema, volatile=table.volatile, metadata=lineage)
    extra: dict[str, pl.DataFrame] = dict(beside or {})
    results = list(checks)
    described: dict[str, Any] = {
        "dagster/partition_row_count" if context.has_partition_key else "dagster/row_count": staged.rows,
        "dagster/column_schema": table_schema(table),
        "dagster/table_name": str(address).replace("/", "."),
        "dagster/uri": parquet.uri(address),
        "size_mb": round(staged.size_bytes / 1e6, 3),
        "preview": dg.MetadataValue.md(preview(staged.head)),
        "seedline/code_version": version,
        "seedline/inputs": dg.MetadataValue.json(made_from),
        **(metadata or {}),
    }
    if ledger is not None:
        funnel = ledger.funnel()
        rejected = pl.concat([no_rejections(), *ledger.rejections])
        extra |= {"rejected": rejected, "funnel": funnel}
        errors = accounting_errors(funnel, rejected, staged.rows)
        results.append(_accounts_result(context.asset_key, errors))
        described |= funnel_metadata(funnel, rejected)
    return dg.MaterializeResult(
        value=StagedArtifact(
            address,
            staged,
            {
                suffix: parquet.stage(
                    address.sibling(suffix), frame, frame.schema, metadata={"of": staged.digest}
                )
                for suffix, frame in extra.items()
            },
        ),
        metadata=described,
        data_version=dg.DataVersion(staged.digest),
        check_results=results,
    )


def input_addresses(context: dg.AssetExecutionContext) -> list[TableAddress]:
    """The tables that the running asset reads, by its declared inputs and their partitions."""
    addresses = []
    step = context.get_step_execution_context()
    for name, key in context.assets_def.keys_by_input_name.items():
        partitions: list[str | None] = [None]
        if step.has_asset_partitions_for_input(name):
            partitions = [*sorted(context.asset_partition_keys_for_input(name))]
        addresses += [TableAddress.of(tuple(key.path), partition) for partition in partitions]
    return addresses


def input_digests(store: ParquetStore, inputs: Sequence[TableAddress]) -> dict[str, str]:
    """Content digest of each table that was read, by its address; tables that are not there are left out."""
    return {str(one): store.digest(one) for one in inputs if store.storage.exists(store.uri(one))}


def table_schema(table: Table) -> dg.TableSchema:
    """A declared table as Dagster shows it."""
    return dg.TableSchema(
        columns=[
            dg.TableColumn(column.name, str(column.dtype), description=column.description)
            for column in table.columns
        ]
    )


def funnel_metadata(funnel: pl.DataFrame, rejected: pl.DataFrame) -> dict[str, Any]:
    """Counts, rejections by reason and the funnel's picture."""
    rows_in = int(funnel["rows_in"][0]) if funnel.height else 0
    kept = int(funnel["rows_out"][-1]) if funnel.height else 0
    reasons = (
        rejected.group_by("stage", "reason")
        .len("rows")
        .sort("rows", "stage", "reason", descending=[True, False, False])
    )
    described: dict[str, Any] = {
        "rows_in": rows_in,
        "rows_kept": kept,
        "rows_rejected": rejected.height,
        "funnel": dg.MetadataValue.md(markdown_table(funnel.drop("position"))),
    }
    if reasons.height:
        described["rejected_by_reason"] = dg.MetadataValue.md(markdown_table(reasons))
    if funnel.height:
        described["funnel_plot"] = dg.MetadataValue.md(png_markdown("funnel", funnel_plot(funnel)))
    return described


def bar_plots(rows: pl.DataFrame, *columns: str) -> dict[str, Any]:
    """A bar plot of rows by value for each of `columns` that has any."""
    described: dict[str, Any] = {}
    for name in columns:
        counts = rows.drop_nulls(name).group_by(name).len("rows").sort("rows", name, descending=[True, False])
        if counts.height:
            described[name] = dg.MetadataValue.md(png_markdown(name, bar_plot(counts, name, "rows")))
    return described


def preview(head: pl.DataFrame, *, rows: int = 3, width: int = 80) -> str:
    """The first rows as a Markdown table turned on its side (columns down), long values cut."""
    shown = head.head(rows)
    if not shown.height:
        return "_no rows_"
    cut = [[_cut(str(value), width) for value in shown[name].to_list()] for name in shown.columns]
    turned = pl.DataFrame(
        {
            "column": shown.columns,
            **{f"row {i + 1}": [cells[i] for cells in cut] for i in range(shown.height)},
        }
    )
    return markdown_table(turned)


def markdown_table(frame: pl.DataFrame) -> str:
    """A frame as a Markdown table."""
    lines = ["| " + " | ".join(frame.columns) + " |", "|" + "---|" * frame.width]
    lines += [
        "| " + " | ".join("" if cell is None else str(cell) for cell in row) + " |"
        for row in frame.iter_rows()
    ]
    return "\n".join(lines)


def _cut(value: str, width: int) -> str:
    one_line = value.replace("\n", "⏎ ").replace("|", "\\|").replace("`", "'")
    return one_line if len(one_line) <= width else one_line[: width - 1] + "…"


def _accounts_result(key: dg.AssetKey, errors: list[str]) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        check_name=ACCOUNTS_CHECK,
        asset_key=key,
        passed=not errors,
        description="; ".join(errors) or "every row is accounted for",
    )
