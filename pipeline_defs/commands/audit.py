"""`seedline audit`: the questions, asked over the Parquet files."""

from typing import Annotated

import polars as pl
import typer

from pipeline_defs.commands.output import AsCsv, AsJson, Output
from pipeline_defs.deployment import Deployment


def audit(
    question: Annotated[str | None, typer.Argument(help="Name of a question; none: list them.")] = None,
    recipe: Annotated[str | None, typer.Option("--recipe", help="Recipe, where more than one is on.")] = None,
    json: AsJson = False,
    csv: AsCsv = False,
) -> None:
    """Ask an audit question: yields, lineage, licenses, contamination."""
    output = Output(json, csv)
    deployment = Deployment.open().with_recipe(recipe)
    if question is None:
        asked = {name: one.purpose for name, one in deployment.questions(recipe).items()}
        output.table(pl.DataFrame({"question": list(asked), "what it asks": list(asked.values())}))
        return
    answer = deployment.audit(question, recipe)
    output.table(
        answer,
        f"{question} of {deployment.recipe(recipe).name}: {answer.height} rows",
        nothing=f"{question}: no rows",
    )
