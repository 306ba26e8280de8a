"""`seedline trace`: from any id to where it came from, and to what was made of it."""

import json as jsonlib
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.tree import Tree

from assets.audit.origin import UnknownIdError
from pipeline_defs.deployment import Deployment


def trace(
    row_id: Annotated[
        str, typer.Argument(metavar="ID", help="Id of a training row, response, instruction, seed or file.")
    ],
    recipe: Annotated[str | None, typer.Option("--recipe", help="Recipe, where more than one is on.")] = None,
    json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Follow a row back to repository, commit, path, lines and license."""
    deployment = Deployment.open().with_recipe(recipe)
    try:
        found = deployment.trace(row_id, recipe)
    except UnknownIdError as error:
        raise typer.BadParameter(str(error)) from error
    if json:
        print(jsonlib.dumps(found.as_dict(), indent=1))
        return
    console = Console()
    for link in found.chain:
        facts = "\n".join(f"  {name}: {value}" for name, value in link.facts.items() if value is not None)
        console.print(f"[bold]{link.artifact}[/] {link.row_id}\n{escape(facts)}", highlight=False)
    tree = Tree("made of it")
    for artifact, ids in found.derived.items():
        tree.add(f"{artifact}: {len(ids)}")
    if found.derived:
        console.print(tree)
