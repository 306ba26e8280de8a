"""What a plan would ask for, row by row: the stale stages led through what is known, with a cache that only looks.

The real stages run over what is stored, into a folder that is removed again: what they would compute they are told is
unknown, and it is counted. How the unknown goes on through later stages is estimated in `cost.py`.
"""

import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import dagster as dg
import polars as pl

from assets.publishing.plots import without_plots
from pipeline_defs.definitions import build_defs
from pipeline_defs.deployment import Deployment
from pipeline_defs.planning.plan import Plan
from pipeline_defs.running.runs import Batch, RunFailedError, run_batch, run_batches
from resources.parquet_store import DamagedTableError, MissingTableError, ParquetStore, TableAddress
from resources.parquet_store.overlay import OverlayIOManager
from resources.row_cache.peeking import PEEKS, Peek, PeekingRowCacheResource

NEVER_LED = ("corpus_dump", "checkpoint", "eval_scores", "audit")
"""Artifacts that are not led through: reading a source, a training and what rests on it cannot be had for a look."""


@dataclass(frozen=True)
class Flow:
    """What was seen: looks into the row cache by table, and the rows of every table as far as they are known."""

    peeks: dict[str, list[Peek]] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    """Tables whose stage does not go on without what is unknown, and its error."""


def look_through(deployment: Deployment, plan: Plan) -> Flow:
    """Lead the stages of `plan` through what is known. Nothing of the deployment is written."""
    looker = uuid.uuid4().hex
    flow = Flow()
    settings, s3 = deployment.settings, deployment.settings.s3.model_dump()
    with _scratch(deployment) as root:
        upper = OverlayIOManager(root=root, lower=settings.store_root, **s3)
        resources = {
            "store": upper,
            "row_cache": PeekingRowCacheResource(root=settings.cache_root, looker=looker, **s3),
        }
        defs = build_defs(settings, recipes=plan.recipes, resources=resources)
        with dg.DagsterInstance.ephemeral() as instance, without_plots():
            for batch in run_batches(plan.work):
                keys = tuple(key for key in batch.keys if key.path[-1] not in NEVER_LED)
                for key in keys:  # one by one: a stage that cannot go on holds up what comes after it alone
                    try:
                        run_batch(defs, instance, Batch((key,), batch.partition))
                    except RunFailedError as error:
                        flow.failed[_address(key, batch.partition)] = str(error)
        store = upper.store()
        for recipe in plan.recipes:
            for name in store.tables((recipe.name,)):
                for address in store.partitions((recipe.name, name)) if "__" not in name else ():
                    flow.rows[str(address)] = stored_rows(store, address)
        for address in store.partitions(("raw_corpus",)):
            flow.rows[str(address)] = stored_rows(store, address)
    for peek in PEEKS.pop(looker, []):
        flow.peeks.setdefault(peek.user, []).append(peek)
    return flow


def _address(key: dg.AssetKey, partition: str | None) -> str:
    return str(TableAddress.of(tuple(key.path), partition))


def stored_rows(store: ParquetStore, address: TableAddress) -> int:
    """Rows that a table has; 0 where it was never written, or is damaged and will be made again."""
    try:
        return int(store.scan(address).select(pl.len()).collect().item())
    except (MissingTableError, DamagedTableError):
        return 0


@contextmanager
def _scratch(deployment: Deployment) -> Iterator[str]:
    """A folder that is removed again; beside the store, where that is on S3."""
    store = deployment.store().storage
    if store.is_s3:
        root = store.path(f".plan-{uuid.uuid4().hex}")
        try:
            yield root
        finally:
            store.remove(root)
        return
    with tempfile.TemporaryDirectory(prefix="seedline-plan-") as folder:
        yield str(Path(folder) / "store")
