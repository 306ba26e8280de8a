"""`seedline audit`: the questions in `sql/`, asked over the Parquet files."""

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from assets.audit.questions import ask, purpose, questions
from pipeline_defs.commands.deployment import open_deployment
from pipeline_defs.commands.report import as_table


def audit(
    question: Annotated[str | None, typer.Argument(help="Name of a question; none: list them.")] = None,
    recipe: Annotated[str | None, typer.Option("--recipe", help="Recipe, where more than one is on.")] = None,
    json: Annotated[bool, typer.Option("--json", help="The answer as JSON lines.")] = False,
) -> None:
    """Ask an audit question: yields, lineage, licenses, contamination."""
    console = Console()
    if question is None:
        table = Table("question", "what it asks")
        for name, sql in questions().items():
            table.add_row(name, purpose(sql))
        console.print(table)
        return
    deployment = open_deployment(recipe)
    chosen = deployment.recipe(recipe)
    answer = ask(question, deployment.store(), chosen.name)
    if json:
        print(answer.write_ndjson(), end="")
    elif answer.is_empty():
        console.print(f"{question}: no rows")
    else:
        console.print(as_table(answer, f"{question} of {chosen.name}: {answer.height} rows"))
