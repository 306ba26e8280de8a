"""`seedline cache`: how large the row cache is, what it saved, and dropping what no recipe uses any more."""

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from pipeline_defs.commands.deployment import open_deployment
from resources.row_cache.fragments import FragmentFolder
from resources.row_cache.spaces import list_spaces
from resources.row_cache.usage import read_usage


def cache(
    prune: Annotated[
        bool, typer.Option("--prune", help="Delete the spaces that no recipe's last run used.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before deleting.")] = False,
) -> None:
    """Show the row cache: rows and bytes by stage, who used it last, and how many results were reused."""
    console = Console()
    deployment = open_deployment()
    storage = deployment.cache_storage()
    on = {recipe.name for recipe in deployment.recipes}
    used = {
        str(record["space"]): record
        for record in read_usage(storage)
        if str(record["user"]).split("/")[0] in on
    }
    table = Table("stage", "rows", "MB", "files", "last used by", "computed", "reused")
    unused: list[str] = []
    for space in list_spaces(storage):
        files, rows, size = FragmentFolder(storage, storage.path(space)).size()
        record = used.get(space)
        if record is None:
            unused.append(space)
        user = str(record["user"]) if record else "[yellow]no recipe[/]"
        computed, reused = (str(record[name]) if record else "" for name in ("computed", "reused"))
        table.add_row(
            space.rpartition("/")[0], f"{rows:,}", f"{size / 1e6:.1f}", str(files), user, computed, reused
        )
    console.print(table)
    if prune and unused and (yes or typer.confirm(f"delete {len(unused)} spaces that no recipe uses?")):
        for space in unused:
            storage.remove(storage.path(space))
        console.print(f"deleted {len(unused)} spaces")
