"""`seedline cache`: how large the row cache is, what it saved, and dropping what no recipe uses any more."""

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from pipeline_defs.deployment import Deployment
from resources.row_cache.fragments import FragmentFolder
from resources.row_cache.pruning import surveyed, unused
from resources.row_cache.usage import forget_space

UNUSED_DAYS = 30.0
"""A recipe that is off, renamed, or of another deployment over the same cache loses nothing for so long."""


def cache(
    prune: Annotated[
        bool,
        typer.Option(
            "--prune",
            help="Delete the spaces that no recipe that is on would use and nobody has used lately.",
        ),
    ] = False,
    unused_days: Annotated[
        float, typer.Option(min=0, help="With --prune: how many days nobody must have used a space; 0: any.")
    ] = UNUSED_DAYS,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before deleting.")] = False,
) -> None:
    """Show the row cache: rows and bytes by stage, who used it last, and how many results were reused."""
    console = Console()
    deployment = Deployment.open()
    storage = deployment.cache_storage()
    on = {recipe.name for recipe in deployment.recipes}
    spaces = surveyed(storage, code_versions(deployment), on)
    table = Table("stage", "rows", "MB", "files", "last used by", "on", "computed", "reused")
    for space in spaces:
        files, rows, size = FragmentFolder(storage, storage.path(space.name)).size()
        user = str(space.record["user"]) if space.record else "[yellow]nobody any more[/]"
        if space.record and not space.wanted:
            user += " [yellow](with other settings)[/]" if space.user_is_on else " [yellow](not on)[/]"
        counts = (str(space.record[name]) if space.record else "" for name in ("computed", "reused"))
        stage = space.name.rpartition("/")[0]
        day = f"{space.last_used:%Y-%m-%d}"
        table.add_row(stage, f"{rows:,}", f"{size / 1e6:.1f}", str(files), user, day, *counts)
    console.print(table)
    if not prune:
        return
    gone = unused(spaces, unused_days)
    waiting = len(unused(spaces, 0)) - len(gone)
    if waiting:
        console.print(
            f"{waiting} more spaces that no recipe that is on would use were used in the last {unused_days:g} "
            "days; --unused-days 0 deletes them too"
        )
    if not gone:
        console.print("nothing to delete: every space is used by a recipe that is on, or was used lately")
    elif yes or typer.confirm(f"delete {len(gone)} spaces that no recipe that is on would use?"):
        for space in gone:
            storage.remove(storage.path(space.name))
            forget_space(storage, space.name)
        console.print(f"deleted {len(gone)} spaces")


def code_versions(deployment: Deployment) -> dict[str, str | None]:
    """Each asset (`recipe/artifact`) of the recipes that are on, with the code version it has now."""
    graph = deployment.definitions().resolve_asset_graph()
    return {key.to_user_string(): graph.get(key).code_version for key in graph.materializable_asset_keys}
