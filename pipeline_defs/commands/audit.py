"""`seedline audit`: the questions, asked over the Parquet files."""

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from pipeline_defs.commands.report import as_table
from pipeline_defs.deployment import Deployment


def audit(
    question: Annotated[str | None, typer.Argument(help="Name of a question; none: list them.")] = None,
    recipe: Annotated[str | None, typer.Option("--recipe", help="Recipe, where more than one is on.")] = None,
    json: Annotated[bool, typer.Option("--json", help="The answer as JSON lines.")] = False,
) -> None:
    """Ask an audit question: yields, lineage, licenses, contamination."""
    console = Console()
    deployment = Deployment.open().with_recipe(recipe)
    if question is None:
        table = Table("question", "what it asks")
        for name, one in deployment.questions(recipe).items():
            table.add_row(name, one.purpose)
        console.print(table)
        return
    answer = deployment.audit(question, recipe)
    if json:
        print(answer.write_ndjson(), end="")
    elif answer.is_empty():
        console.print(f"{question}: no rows")
    else:
        console.print(
            as_table(answer, f"{question} of {deployment.recipe(recipe).name}: {answer.height} rows")
        )
