"""`seedline show`: rows of an artifact as a table or as JSON lines."""

import re
from typing import Annotated

import polars as pl
import typer

from pipeline_defs.commands.output import AsCsv, AsJson, Output
from pipeline_defs.deployment import Deployment
from pipeline_defs.stored.conditions import ConditionError, condition, why


def show(
    artifact: Annotated[
        str, typer.Argument(help="Name of an artifact, e.g. sft_dataset or sft_dataset__rejected.")
    ],
    recipe: Annotated[str | None, typer.Option("--recipe", help="Recipe, where more than one is on.")] = None,
    rows: Annotated[int, typer.Option("-n", "--rows", min=1, help="How many rows.")] = 5,
    columns: Annotated[str | None, typer.Option(help="Columns to show, with commas between.")] = None,
    where: Annotated[str | None, typer.Option(help="Condition in SQL, e.g. \"license = 'MIT'\".")] = None,
    json: AsJson = False,
    csv: AsCsv = False,
) -> None:
    """Show rows of an artifact, or of a table beside it (__rejected, __funnel, __verdicts)."""
    output = Output(json, csv)
    deployment = Deployment.open().with_recipe(recipe)
    key = deployment.key_of(artifact, recipe)
    frame = deployment.scan(artifact, recipe)
    known = frame.collect_schema().names()
    if where is not None:
        try:
            frame = frame.filter(condition(where))
            total = frame.select(pl.len()).collect().item()
        except pl.exceptions.ColumnNotFoundError as error:
            named = re.search(r'"([^"]+)"', str(error))
            raise typer.BadParameter(
                f"--where {where!r}: no column {named[1] if named else ''}; there are {', '.join(known)}"
            ) from error
        except ConditionError as error:
            raise typer.BadParameter(f"--where {where!r}: {error}") from error
        except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
            raise typer.BadParameter(f"--where {where!r}: {why(error)}") from error
    else:
        total = frame.select(pl.len()).collect().item()
    if columns is not None:
        chosen = [name.strip() for name in columns.split(",")]
        unknown = [name for name in chosen if name not in known]
        if unknown:
            raise typer.BadParameter(
                f"--columns: no column {', '.join(unknown)}; there are {', '.join(known)}"
            )
        frame = frame.select(list(dict.fromkeys(chosen)))
    found = frame.head(rows).collect()
    # columns down: rows of code are wide
    turned = pl.DataFrame(
        {"column": found.columns}
        | {
            f"row {number + 1}": [_shown(value) for value in row]
            for number, row in enumerate(found.iter_rows())
        }
    )
    title = f"{'/'.join(key)}: {found.height} of {total} rows"
    output.table(found, title, shown=turned, nothing=title)


def _shown(value: object) -> str:
    return "" if value is None else str(value)
