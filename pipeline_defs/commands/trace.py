"""`seedline trace`: from any id to where it came from, and to what was made of it."""

import json as jsonlib
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.tree import Tree

from assets.audit.origin import UnknownIdError
from assets.audit.tree import KEPT, Node
from pipeline_defs.commands.terminal import Console, say
from pipeline_defs.deployment import Deployment

WIDTH = 160
"""Characters of a value that a terminal is shown."""
FILES = 20
"""Trees of files that a terminal is shown."""


def trace(
    row_id: Annotated[
        str | None,
        typer.Argument(
            metavar="ID",
            help="Id of a training row, response, instruction, seed or file; also of a rejected one.",
        ),
    ] = None,
    repo: Annotated[str | None, typer.Option(help="All that grew from a repository, owner/name.")] = None,
    path: Annotated[
        str | None, typer.Option(help="All that grew from files with such a path, e.g. 'src/**'.")
    ] = None,
    recipe: Annotated[str | None, typer.Option("--recipe", help="Recipe, where more than one is on.")] = None,
    json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    html: Annotated[Path | None, typer.Option("--html", help="Write a page to this file.")] = None,
) -> None:
    """Follow a row back to repository, commit, path, lines and license, and forward to all that was made of it."""
    deployment = Deployment.open().with_recipe(recipe)
    if (row_id is None) == (repo is None and path is None):
        raise typer.BadParameter("give an id, or --repo or --path")
    try:
        trees = (
            [deployment.trace_tree(row_id, recipe)]
            if row_id is not None
            else deployment.trace_files(repo=repo, path=path, recipe=recipe)
        )
    except UnknownIdError as error:
        raise typer.BadParameter(str(error)) from error
    if html is not None:
        from pipeline_defs.report.trace_page import trace_page

        html.write_text(trace_page(trees), encoding="utf-8")
        say(str(html))
    elif json:
        found = [one.as_dict() for one in trees]
        said = {**_chain(deployment, row_id, recipe), "tree": found[0]} if row_id is not None else found
        say(jsonlib.dumps(said, indent=1, default=str))
    else:
        console = Console()
        for one in trees[:FILES]:
            console.print(_shown(one, Tree("", hide_root=True)), highlight=False)
        if len(trees) > FILES:
            console.print(f"{len(trees) - FILES} more files; --json and --html have all")


def _chain(deployment: Deployment, row_id: str, recipe: str | None) -> dict[str, object]:
    """The links from the row up to its file, and ids of what was made of it, where it is in the tables."""
    try:
        return deployment.trace(row_id, recipe).as_dict()
    except UnknownIdError:
        return {}


def _shown(node: Node, above: Tree) -> Tree:
    mark = "bold reverse" if node.asked else "bold"
    state = "" if node.state == KEPT else f" [red]{node.state}[/]"
    branch = above.add(f"[{mark}]{node.artifact}[/] {node.row_id}{state}\n{escape(_facts(node))}".rstrip())
    for rejection in node.rejections:
        branch.add(
            escape(f"left at {rejection['stage']}: {rejection['reason']} {_cut(rejection['detail'] or '')}")
        )
    for name, rows in node.beside.items():
        for row in rows:
            branch.add(escape(f"{name.partition('__')[2]}: {_cut(_pairs(row))}"))
    for child in node.children:
        _shown(child, branch)
    return above


def _facts(node: Node) -> str:
    return "\n".join(f"{name}: {_cut(value)}" for name, value in node.facts.items())


def _pairs(row: dict[str, Any]) -> str:
    return ", ".join(f"{name}={value}" for name, value in row.items() if not name.endswith("_id"))


def _cut(value: object) -> str:
    text = str(value).replace("\n", "⏎ ")
    return text if len(text) <= WIDTH else text[: WIDTH - 1] + "…"
