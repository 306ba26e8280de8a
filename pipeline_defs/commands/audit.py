"""`seedline audit`: the questions, asked over the Parquet files."""

from typing import Annotated

import polars as pl
import typer

from pipeline_defs.commands.output import AsCsv, AsJson, Output
from pipeline_defs.deployment import Deployment


def audit(
    question: Annotated[str | None, typer.Argument(help="Name of a question; none: list them.")] = None,
    recipe: Annotated[str | None, typer.Option("--recipe", help="Recipe, where more than one is on.")] = None,
    param: Annotated[
        list[str] | None,
        typer.Option("--param", help="NAME=VALUE of one of the question's parameters; may be repeated."),
    ] = None,
    json: AsJson = False,
    csv: AsCsv = False,
) -> None:
    """Ask an audit question: yields, lineage, licenses, contamination, costs, repositories, terms; or list them."""
    output = Output(json, csv)
    deployment = Deployment.open().with_recipe(recipe)
    if question is None:
        asked = deployment.questions(recipe)
        listed = {
            "question": list(asked),
            "what it asks": [one.purpose for one in asked.values()],
            "parameters": [
                "; ".join(f"{name}: {said}" for name, said in one.parameters.items())
                for one in asked.values()
            ],
        }
        output.table(pl.DataFrame(listed))
        return
    pairs = [one.partition("=") for one in param or ()]
    if wrong := [name for name, equals, _ in pairs if not equals]:
        raise typer.BadParameter(f"--param wants NAME=VALUE, such as repo=owner/name; not {', '.join(wrong)}")
    answer = deployment.audit(question, recipe, **{name: value for name, _, value in pairs})
    output.table(
        answer,
        f"{question} of {deployment.recipe(recipe).name}: {answer.height} rows",
        nothing=f"{question}: no rows",
    )
