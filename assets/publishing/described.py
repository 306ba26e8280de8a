"""What a materialization says of itself to people: its columns and where they come from, its rows, what was rejected.

Frames in, Dagster's metadata out. Numbers have names that stay, so that the UI plots them.
"""

from collections.abc import Iterable
from typing import Any

import dagster as dg
import polars as pl

from assets.publishing.markdown import code_cell, markdown_table, table
from assets.publishing.plots import bar_plot, funnel_plot, png_markdown
from assets.rows.table import Table

PREVIEW_ROWS = 3
PREVIEW_WIDTH = 80


def table_schema(table: Table) -> dg.TableSchema:
    """A declared table as Dagster shows it."""
    return dg.TableSchema(
        columns=[
            dg.TableColumn(column.name, str(column.dtype), description=column.description)
            for column in table.columns
        ]
    )


def column_lineage(table: Table, parents: Iterable[dg.AssetKey]) -> dg.TableColumnLineage | None:
    """The columns that each column is made from, among those of `parents`; None where none is declared."""
    keys = {key.path[-1]: key for key in parents}
    deps = {}
    for column in table.columns:
        sources = [source.partition(".") for source in column.sources]
        found = [dg.TableColumnDep(keys[name], of) for name, _, of in sources if name in keys]
        if found:
            deps[column.name] = found
    return dg.TableColumnLineage(deps) if deps else None


def rows_by_unit(funnel: pl.DataFrame) -> list[tuple[str, int, int, int]]:
    """Unit, rows in, kept and rejected, for each run of steps over one unit: in = kept + rejected.

    Where a step makes several rows of one, those that it added count as having come in.
    """
    found: list[tuple[str, int, int, int]] = []
    for step in funnel.iter_rows(named=True):
        if found and found[-1][0] == step["unit"]:
            _, _, _, rejected = found.pop()
        else:
            rejected = 0
        rejected += step["rejected"]
        found.append((step["unit"], step["kept"] + rejected, step["kept"], rejected))
    return found


def funnel_metadata(funnel: pl.DataFrame, rejected: pl.DataFrame) -> dict[str, Any]:
    """Counts in one unit each, rejections by reason, and the funnel's picture.

    `rows_in`, `rows_kept` and `rows_rejected` are of the unit of the last step; those before it, where they had
    another, are named after theirs (`files_in`).
    """
    reasons = (
        rejected.group_by("stage", "reason")
        .len("rows")
        .sort("rows", "stage", "reason", descending=[True, False, False])
    )
    units = rows_by_unit(funnel) or [("rows", 0, 0, 0)]
    described: dict[str, Any] = {}
    for place, (unit, rows_in, kept, dropped) in enumerate(units):
        name = "rows" if place == len(units) - 1 else unit.replace(" ", "_")
        described |= {f"{name}_in": rows_in, f"{name}_kept": kept, f"{name}_rejected": dropped}
    described["rows_are"] = units[-1][0]
    described["funnel"] = dg.MetadataValue.md(markdown_table(funnel.drop("position")))
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


SHOWN = frozenset(
    {
        *("language", "code_language", "kind", "task", "category", "difficulty", "heuristic", "engine"),
        *(
            "repo",
            "path",
            "commit",
            "license",
            "dump",
            "sha256",
            "verdict",
            "proof",
            "isolation",
            "toolchain",
        ),
        *("reason", "stage", "benchmark", "recipe", "question", "model", "loss_on", "base_model"),
    }
)
"""Columns of text that a preview shows.

The event log keeps previews for ever, so no text of the corpus, nor what was made of it, stands in one: a take-down
could not reach it.
"""


def preview(head: pl.DataFrame, *, rows: int = PREVIEW_ROWS, width: int = PREVIEW_WIDTH) -> str:
    """The first rows as a Markdown table turned on its side (columns down): names, ids and numbers as code.

    Of every other text there is its length alone.
    """
    shown = head.head(rows).with_columns(
        pl.format("{} characters", pl.col(name).str.len_chars()).alias(name)
        if dtype == pl.String
        else pl.format("{} values", pl.col(name).list.len()).alias(name)
        if isinstance(dtype, pl.List)
        else pl.when(pl.col(name).is_not_null()).then(pl.lit("a record")).alias(name)
        for name, dtype in head.schema.items()
        if name not in SHOWN
        and not name.endswith(("_id", "_digest"))
        and (dtype == pl.String or dtype.is_nested() or dtype == pl.Object)
    )
    if not shown.height:
        return "_no rows_"
    names = [f"row {number}" for number in range(1, shown.height + 1)]
    turned = (
        [code_cell(name, width), *(code_cell(value, width) for value in shown[name])]
        for name in shown.columns
    )
    return table(["column", *names], turned)
