"""The spaces of the row cache as a table that an audit question reads."""

from typing import TYPE_CHECKING

import polars as pl

from assets.audit.context import CONTEXT
from resources.row_cache.fragments import FragmentFolder
from resources.row_cache.pruning import surveyed
from resources.storage import Storage

if TYPE_CHECKING:
    from pipeline_defs.stored.rows import StoredRows


def cache_table(rows: "StoredRows") -> pl.DataFrame:
    """Every space: its size, who used it last, and whether a recipe that is on would use it."""
    from pipeline_defs.definitions import build_defs

    storage = Storage(rows.settings.cache_root, rows.settings.s3)
    graph = build_defs(rows.settings, recipes=rows.recipes).resolve_asset_graph()
    code = {key.to_user_string(): graph.get(key).code_version for key in graph.materializable_asset_keys}
    found = []
    for space in surveyed(storage, code, {recipe.name for recipe in rows.recipes}):
        files, height, size = FragmentFolder(storage, storage.path(space.name)).size()
        user = str(space.record["user"]) if space.record else "nobody"
        used = space.last_used.isoformat(timespec="seconds")
        found.append((space.name, files, height, size / 1e6, used, user, space.wanted))
    return pl.DataFrame(found, schema=CONTEXT["cache_spaces"], orient="row")
