"""`seedline cache`: how large the row cache is, what it saved, and dropping what no recipe uses any more."""

from typing import Annotated

import polars as pl
import typer

from pipeline_defs.commands.output import AsCsv, AsJson, Output
from pipeline_defs.deployment import Deployment
from resources.row_cache.fragments import FragmentFolder
from resources.row_cache.pruning import Space, surveyed, unused
from resources.row_cache.usage import forget_space
from resources.storage import Storage

UNUSED_DAYS = 30.0
"""A recipe that is off, renamed, or of another deployment over the same cache loses nothing for so long."""


def cache(
    prune: Annotated[
        bool,
        typer.Option(
            "--prune",
            help="Delete the spaces that no enabled recipe uses and that were not used lately.",
        ),
    ] = False,
    unused_days: Annotated[
        float, typer.Option(min=0, help="With --prune: how many days nobody must have used a space; 0: any.")
    ] = UNUSED_DAYS,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before deleting.")] = False,
    json: AsJson = False,
    csv: AsCsv = False,
) -> None:
    """Show the row cache: rows and bytes by stage, who used it last, and how many results were reused."""
    output = Output(json, csv)
    deployment = Deployment.open()
    storage = deployment.cache_storage()
    on = {recipe.name for recipe in deployment.recipes}
    spaces = surveyed(storage, code_versions(deployment), on)
    frame = pl.DataFrame([_row(storage, space) for space in spaces], schema=SPACES)
    shown = frame.with_columns(
        (pl.col("bytes") / 1e6).round(1).alias("MB"),
        pl.format(
            "{}{}",
            pl.col("user").fill_null("nobody any more"),
            pl.col("use").replace_strict(USES, default=""),
        ).alias("last used by"),
        pl.col("last_used").dt.strftime("%Y-%m-%d").alias("on"),
    ).select("stage", "rows", "MB", "files", "last used by", "on", "computed", "reused")
    output.table(frame, shown=shown, nothing="the row cache is empty")
    if not prune:
        return
    gone = unused(spaces, unused_days)
    waiting = len(unused(spaces, 0)) - len(gone)
    if waiting:
        output.say(
            f"{waiting} more spaces that no enabled recipe would use were used in the last {unused_days:g} "
            "days; --unused-days 0 deletes them too"
        )
    if not gone:
        output.say("nothing to delete: every space is used by an enabled recipe, or was used lately")
    elif yes or typer.confirm(f"delete {len(gone)} spaces that no enabled recipe would use?"):
        for space in gone:
            storage.remove(storage.path(space.name))
            forget_space(storage, space.name)
        output.say(f"deleted {len(gone)} spaces")


SPACES = pl.Schema(
    {
        "stage": pl.String,
        "rows": pl.Int64,
        "bytes": pl.Int64,
        "files": pl.Int64,
        "user": pl.String,
        "use": pl.String,
        "last_used": pl.Datetime("us", "UTC"),
        "computed": pl.Int64,
        "reused": pl.Int64,
    }
)
"""Columns of the table; `use` is wanted, other_settings, not_on or none."""

USES = {"other_settings": " (with other settings)", "not_on": " (not on)"}


def _row(storage: Storage, space: Space) -> dict[str, object]:
    files, rows, size = FragmentFolder(storage, storage.path(space.name)).size()
    record = space.record or {}
    use = (
        "none"
        if not record
        else "wanted"
        if space.wanted
        else "other_settings"
        if space.user_is_on
        else "not_on"
    )
    return {
        "stage": space.name.rpartition("/")[0],
        "rows": rows,
        "bytes": size,
        "files": files,
        "use": use,
        "last_used": space.last_used,
        **{name: record.get(name) for name in ("user", "computed", "reused")},
    }


def code_versions(deployment: Deployment) -> dict[str, str | None]:
    """Each asset (`recipe/artifact`) of the enabled recipes, with the code version it has now."""
    graph = deployment.definitions().resolve_asset_graph()
    return {key.to_user_string(): graph.get(key).code_version for key in graph.materializable_asset_keys}
