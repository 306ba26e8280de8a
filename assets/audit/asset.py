"""The audit asset of a recipe: the answer to every question as a table, and the lineage question over new rows.

One asset at the end of the recipe's line, however many questions there are: its table says what was asked and how
many rows came back, and each answer is beside it as `audit__<question>`. Every table that a question reads counts
as an input, and only the last one is drawn as an edge of the graph.
"""

from collections.abc import Mapping

import dagster as dg
import polars as pl

from assets.audit.door import Question
from assets.audit.questions import OF_RECIPE, SHARED, ask, tables_read
from assets.audit.table import TABLE
from assets.publishing.markdown import markdown_table
from assets.publishing.publication import Materialized, publish
from assets.publishing.recipe_assets import RecipeAssets, artifact_asset, code_version
from assets.publishing.step import ALSO_READS
from resources.parquet_store import ParquetStore
from resources.parquet_store.io_manager import ParquetIOManager

ARTIFACT = "audit"
LINEAGE_QUESTION = "lineage_completeness"
LAST = "sft_dataset"
"""The artifact after which every other one that a question reads has been made."""

VERSION = "2"
ANSWER_SHOWN = 50
"""Rows of an answer in the metadata; the table beside has all."""


def build(shared: RecipeAssets, questions: Mapping[str, Question]) -> dg.AssetsDefinition:
    """The asset of one recipe, over all its languages, with the answers to `questions` (name to question)."""
    read = set().union(*(tables_read(question) for question in questions.values()))
    version = [text for name, question in questions.items() for text in (name, question.sql)]
    keys = [dg.AssetKey(table) for table in SHARED if table in read]
    keys += [shared.key(table) for table in OF_RECIPE if table in read and table != LAST]

    @artifact_asset(
        key=shared.key(ARTIFACT),
        deps=[dg.AssetDep(shared.key(LAST))],
        metadata={ALSO_READS: [key.to_user_string() for key in keys], "seedline/key_column": TABLE.key},
        group_name=shared.recipe,
        kinds={"duckdb", "sql"},
        code_version=code_version(ARTIFACT, VERSION, version),
        automation_condition=shared.rebuild,
        io_manager_key="store",
    )
    def audit(context: dg.AssetExecutionContext, store: dg.ResourceParam[ParquetIOManager]) -> Materialized:
        """Every audit question, answered over the recipe's tables: yields, licenses, contamination, lineage."""
        answers = {name: ask(name, store.store(), shared.recipe, questions=questions) for name in questions}
        rows = [
            {"question": name, "asks": questions[name].purpose, "rows": answer.height}
            for name, answer in answers.items()
        ]
        shown = {name: markdown_table(answer.head(ANSWER_SHOWN)) for name, answer in answers.items()}
        return publish(
            context,
            store,
            TABLE,
            pl.DataFrame(rows, schema=TABLE.schema),
            beside=answers,
            metadata={
                name: dg.MetadataValue.md(text if answers[name].height else "_no rows_")
                for name, text in shown.items()
            },
        )

    return audit


def broken_lineage(store: ParquetStore, recipe: str, language: str, rows: pl.DataFrame) -> pl.DataFrame:
    """Those of the training `rows`, not yet stored, that do not lead back to a file, with the link that is missing."""
    return ask(LINEAGE_QUESTION, store, recipe, language=language, instead={"sft_dataset": rows})
