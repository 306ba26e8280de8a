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
        bool, typer.Option("--prune", help="Delete the spaces that no recipe that is on used last.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before deleting.")] = False,
) -> None:
    """Show the row cache: rows and bytes by stage, who used it last, and how many results were reused."""
    console = Console()
    deployment = open_deployment()
    storage = deployment.cache_storage()
    on = {recipe.name for recipe in deployment.recipes}
    records = sorted(read_usage(storage), key=lambda record: str(record["last_used"]))
    last = {str(record["space"]): record for record in records}
    used = {str(record["space"]): record for record in records if str(record["user"]).split("/")[0] in on}
    table = Table("stage", "rows", "MB", "files", "last used by", "computed", "reused")
    unused: list[str] = []
    for space in list_spaces(storage):
        files, rows, size = FragmentFolder(storage, storage.path(space)).size()
        record = used.get(space) or last.get(space)
        if space not in used:
            unused.append(space)
        user = str(record["user"]) if record else "[yellow]nobody any more[/]"
        if record and space not in used:
            user += " [yellow](not on)[/]"
        computed, reused = (str(record[name]) if record else "" for name in ("computed", "reused"))
        table.add_row(
            space.rpartition("/")[0], f"{rows:,}", f"{size / 1e6:.1f}", str(files), user, computed, reused
        )
    console.print(table)
    if prune and not unused:
        console.print("nothing to delete: every space is used by a recipe that is on")
    elif prune and (yes or typer.confirm(f"delete {len(unused)} spaces that no recipe that is on uses?")):
        for space in unused:
            storage.remove(storage.path(space))
        console.print(f"deleted {len(unused)} spaces")
