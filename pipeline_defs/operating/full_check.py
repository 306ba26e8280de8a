"""The nightly check of everything: damaged tables, what is out of date, dumps, and the row cache, as one asset.

It changes nothing but notes of damage, by which plans and automation know that a table is to be made again.
"""

from collections.abc import Iterable
from typing import Any

import dagster as dg
import polars as pl

from assets.audit.staleness import KEY as STALENESS_KEY
from assets.publishing.markdown import markdown_table
from pipeline_defs.deployment import Deployment
from pipeline_defs.expected_errors import is_expected
from pipeline_defs.operating.store_check import damaged_tables
from pipeline_defs.planning.plan import PLAN
from resources.alerts.resource import Alerts
from resources.alerts.sending import AlertError
from resources.row_cache.fragments import FragmentFolder
from resources.row_cache.pruning import surveyed, unused
from resources.storage import Storage

KEY = dg.AssetKey(["operations", "full_check"])
STALENESS = dg.AssetKey(STALENESS_KEY)
"""Made after it in the same job."""
JOB = "full_check"
ROWS_SHOWN = 100
UNUSED_DAYS = 30.0

CHECKS = {
    "no_table_is_damaged": (dg.AssetCheckSeverity.ERROR, "Every table holds the rows that were written."),
    "every_dump_can_be_read": (dg.AssetCheckSeverity.WARN, "No dump failed to be read."),
    "nothing_is_out_of_date": (
        dg.AssetCheckSeverity.WARN,
        "Every table was made from what its inputs are now.",
    ),
    "the_cache_is_whole": (
        dg.AssetCheckSeverity.WARN,
        "No file of the row cache was found corrupt and set aside.",
    ),
}
"""Checks of the asset: how bad it is where one fails, and what holds where it passes."""


def full_check_asset(deployment: Deployment) -> dg.AssetsDefinition:
    """The asset over `deployment`; its metadata say what was found."""

    @dg.asset(
        key=KEY,
        group_name="operations",
        owners=deployment.settings.owners,
        kinds={"python"},
        check_specs=[
            dg.AssetCheckSpec(name, asset=KEY, description=said) for name, (_, said) in CHECKS.items()
        ],
    )
    def full_check(
        context: dg.AssetExecutionContext, alerts: dg.ResourceParam[Alerts]
    ) -> dg.MaterializeResult:
        """Damaged tables, tables that are out of date, dumps that cannot be read, and the state of the row cache."""
        found, described = look_through(deployment)
        for check, faults in found.items():
            for fault in faults[:ROWS_SHOWN]:
                context.log.warning(f"{check}: {fault}")
        bad = {name: found[name] for name in found if found[name] and name != "nothing_is_out_of_date"}
        if bad and alerts.settings.wanted:
            text = "\n".join(line for faults in bad.values() for line in faults[:10])
            try:
                alerts.send("the full check found damage", text, run=context.run.run_id)
            except AlertError as error:
                context.log.error(f"nobody was told: {error}")
        return dg.MaterializeResult(
            metadata=described,
            check_results=[
                dg.AssetCheckResult(
                    check_name=name,
                    asset_key=KEY,
                    passed=not found[name],
                    severity=severity,
                    description="; ".join(found[name][:10]) or said,
                )
                for name, (severity, said) in CHECKS.items()
            ],
        )

    return full_check


def look_through(deployment: Deployment) -> tuple[dict[str, list[str]], dict[str, Any]]:
    """What is wrong, by the name of its check, and the metadata that describe all that was looked at."""
    tables, damaged = damaged_tables(deployment.store())
    stale = pl.DataFrame(schema=PLAN)
    unplanned: list[str] = []
    try:
        stale = deployment.plan().frame()
    except Exception as error:
        if not is_expected(error):
            raise
        unplanned = [str(error)]
    dumps = deployment.dumps()
    failed = [f"dump {one.name}: {one.detail}" for one in dumps if one.state == "failed"]
    spaces, set_aside = _cache_state(deployment)
    found = {
        "no_table_is_damaged": [f"{one.address}: {one.why}" for one in damaged],
        "every_dump_can_be_read": failed,
        "nothing_is_out_of_date": unplanned
        + [f"{asset} ({partition or 'whole'}): {why}" for asset, partition, why, _ in stale.iter_rows()],
        "the_cache_is_whole": set_aside,
    }
    described: dict[str, Any] = {
        "tables": tables,
        "tables_damaged": len(damaged),
        "partitions_out_of_date": stale.height,
        "dumps": len(dumps),
        "dumps_failed": len(failed),
        "cache_mb": round(float(spaces["mb"].sum()), 3),
        "cache_rows": int(spaces["rows"].sum()),
        "cache_spaces_unused": int(spaces["unused"].sum()),
        "cache_files_set_aside": len(set_aside),
        "damaged": _table([(str(one.address), one.why) for one in damaged], ["table", "why"]),
        "out_of_date": _shown(stale),
        "dump_states": _table(
            [(one.name, one.state, one.detail) for one in dumps], ["dump", "state", "detail"]
        ),
        "cache": _shown(spaces),
    }
    return found, described


def _cache_state(deployment: Deployment) -> tuple[pl.DataFrame, list[str]]:
    """Size of every space of the cache, and its files that were found corrupt and set aside."""
    storage = deployment.cache_storage()
    graph = deployment.definitions().resolve_asset_graph()
    versions = {key.to_user_string(): graph.get(key).code_version for key in graph.materializable_asset_keys}
    spaces = surveyed(storage, versions, {recipe.name for recipe in deployment.recipes})
    gone = {space.name for space in unused(spaces, UNUSED_DAYS)}
    rows = []
    for space in spaces:
        files, height, size = FragmentFolder(storage, storage.path(space.name)).size()
        rows.append((space.name, files, height, size / 1e6, space.name in gone))
    schema = {"space": pl.String, "files": pl.Int64, "rows": pl.Int64, "mb": pl.Float64, "unused": pl.Boolean}
    return pl.DataFrame(rows, schema=schema, orient="row"), _set_aside(storage, (one.name for one in spaces))


def _set_aside(storage: Storage, spaces: Iterable[str]) -> list[str]:
    files = [path for name in spaces for path in storage.list_files(storage.path(name))]
    return [f"{path} was corrupt; its rows are computed again" for path in files if path.endswith(".corrupt")]


def _table(rows: list[tuple[str, ...]], columns: list[str]) -> dg.MetadataValue:
    return _shown(pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String), orient="row"))


def _shown(frame: pl.DataFrame) -> dg.MetadataValue:
    if frame.is_empty():
        return dg.MetadataValue.md("_none_")
    more = f"\n\n{frame.height - ROWS_SHOWN} more" if frame.height > ROWS_SHOWN else ""
    return dg.MetadataValue.md(markdown_table(frame.head(ROWS_SHOWN)) + more)


def full_check_schedule(cron: str, *, on: bool) -> dg.ScheduleDefinition:
    """The job over the asset, started by `cron`."""
    return dg.ScheduleDefinition(
        name="nightly_full_check",
        job=dg.define_asset_job(
            JOB,
            selection=dg.AssetSelection.assets(KEY, STALENESS),
            description="Look through all tables, dumps and the cache; say what is stale, and what it would cost.",
        ),
        cron_schedule=cron,
        description="Holds every table against its digest, and says what is out of date, which dumps failed, and how "
        "the row cache stands.",
        default_status=dg.DefaultScheduleStatus.RUNNING if on else dg.DefaultScheduleStatus.STOPPED,
    )
