"""The audit assets of a recipe: every question in `sql/` as a table, and the lineage question over new rows."""

import dagster as dg
import polars as pl

from assets.audit.questions import OF_RECIPE, SHARED, ask, purpose, questions, tables_read
from assets.publishing.publication import Materialized, markdown_table, publish
from assets.publishing.recipe_assets import OWNERS, RecipeAssets, artifact_asset, code_version
from assets.rows.table import Column, Table
from resources.parquet_store import ParquetStore
from resources.parquet_store.io_manager import ParquetIOManager

LINEAGE_QUESTION = "lineage_completeness"
VERSION = "1"


def build(shared: RecipeAssets) -> list[dg.AssetsDefinition]:
    """One asset a question."""
    return [_question_asset(shared, name, sql) for name, sql in questions().items()]


def broken_lineage(store: ParquetStore, recipe: str, language: str, rows: pl.DataFrame) -> pl.DataFrame:
    """Those of the training `rows`, not yet stored, that do not lead back to a file, with the link that is missing."""
    return ask(LINEAGE_QUESTION, store, recipe, language=language, instead={"sft_dataset": rows})


def _question_asset(shared: RecipeAssets, name: str, sql: str) -> dg.AssetsDefinition:
    read = tables_read(sql)
    deps = [dg.AssetDep(table) for table in SHARED if table in read]
    deps += [dg.AssetDep(shared.key(table)) for table in OF_RECIPE if table in read]

    @artifact_asset(
        key=shared.key(f"audit_{name}"),
        deps=deps,
        group_name=shared.recipe,
        kinds={"duckdb", "sql"},
        owners=OWNERS,
        code_version=code_version(f"audit_{name}", VERSION, [sql]),
        automation_condition=shared.rebuild,
        io_manager_key="store",
        description=purpose(sql),
    )
    def audit(context: dg.AssetExecutionContext, store: dg.ResourceParam[ParquetIOManager]) -> Materialized:
        answer = ask(name, store.store(), shared.recipe)
        table = Table(
            answer.columns[0], tuple(Column(column, dtype, "") for column, dtype in answer.schema.items())
        )
        shown = dg.MetadataValue.md(markdown_table(answer.head(50)) if answer.height else "_no rows_")
        return publish(context, store, table, answer, metadata={"answer": shown})

    return audit
