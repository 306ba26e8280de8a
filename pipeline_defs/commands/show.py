"""`seedline show`: rows of an artifact as a table or as JSON lines."""

from typing import Annotated

import polars as pl
import typer
from rich.console import Console

from pipeline_defs.commands.report import as_table
from pipeline_defs.deployment import Deployment


def show(
    artifact: Annotated[
        str, typer.Argument(help="Name of an artifact, e.g. sft_dataset or sft_dataset__rejected.")
    ],
    recipe: Annotated[str | None, typer.Option("--recipe", help="Recipe, where more than one is on.")] = None,
    rows: Annotated[int, typer.Option("-n", "--rows", min=1, help="How many rows.")] = 5,
    columns: Annotated[str | None, typer.Option(help="Columns to show, with commas between.")] = None,
    where: Annotated[str | None, typer.Option(help="Condition in SQL, e.g. \"license = 'MIT'\".")] = None,
    json: Annotated[bool, typer.Option("--json", help="Whole rows as JSON lines.")] = False,
) -> None:
    """Show rows of an artifact, or of a table beside it (__rejected, __funnel, __verdicts)."""
    deployment = Deployment.open().with_recipe(recipe)
    key = deployment.key_of(artifact, recipe)
    frame = deployment.scan(artifact, recipe)
    if where is not None:
        try:
            frame = frame.filter(pl.sql_expr(where))
            frame.collect_schema()
            total = frame.select(pl.len()).collect().item()
        except pl.exceptions.PolarsError as error:
            raise typer.BadParameter(f"--where {where!r}: {error}") from error
    else:
        total = frame.select(pl.len()).collect().item()
    if columns is not None:
        known = frame.collect_schema().names()
        chosen = [name.strip() for name in columns.split(",")]
        unknown = [name for name in chosen if name not in known]
        if unknown:
            raise typer.BadParameter(
                f"--columns: no column {', '.join(unknown)}; there are {', '.join(known)}"
            )
        frame = frame.select(list(dict.fromkeys(chosen)))
    found = frame.head(rows).collect()
    if json:
        print(found.write_ndjson(), end="")
        return
    # columns down: rows of code are wide
    turned = pl.DataFrame(
        {"column": found.columns}
        | {
            f"row {number + 1}": [_shown(value) for value in row]
            for number, row in enumerate(found.iter_rows())
        }
    )
    Console().print(as_table(turned, f"{'/'.join(key)}: {found.height} of {total} rows", width=200))


def _shown(value: object) -> str:
    return "" if value is None else str(value)
