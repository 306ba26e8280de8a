"""One step of an asset: its lock, what it is made from, and the record of tries that did not come off.

Every asset runs inside `recorded`. A step that another run has just done, and one that automation asked for and
that has nothing to do, leave the table as it is. What a step computes is its asset's matter.
"""

import functools
import json
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from typing import Any

import dagster as dg
import polars as pl

from assets.publishing.progress import announced
from resources.parquet_store import MissingTableError, ParquetStore, TableAddress, TableFacts
from resources.parquet_store.attempts import signature
from resources.parquet_store.io_manager import KeptArtifact, stored_inputs
from resources.parquet_store.locks import TableLock
from resources.parquet_store.snapshot import input_digests

AUTOMATED = "seedline/automated"
"""Tag of runs that nobody asked for: their steps do nothing where there is nothing to do."""

ALSO_READS = "seedline/also_reads"
"""Metadata of an asset: keys of tables that it reads whole, beside its inputs, without an edge of the graph."""
RUN_SETTINGS = "seedline/run_settings"
"""Tag of runs with settings of their own: a JSON object of dotted paths to values."""

PILOT = "seedline/pilot"
"""Tag of runs of a pilot: what each model call took is written beside the table, as `<artifact>__calls`."""

PLANNED_AT = "seedline/planned_at"
"""Tag of runs that make what is out of date: when that was looked up, in seconds of the epoch."""

LEFT_AS_IT_IS = "left_as_it_is"
"""Metadata of a materialization that made nothing: the stored table was up to date when its turn came."""

SourceOf = Callable[[Mapping[str, Any], str | None], str]
"""Fingerprint of an input that is no table, from the step's resources and its partition."""


@dataclass(frozen=True)
class Step:
    """What the running step is made from, taken down before it reads."""

    address: TableAddress
    code_version: str
    made_from: dict[str, str]
    lock: TableLock | None = None
    settings: dict[str, Any] = field(default_factory=dict)
    """Settings of the stage that rows depend on, by the name of their model."""
    run_settings: dict[str, Any] = field(default_factory=dict)
    """Those that were changed for this run alone, by dotted path."""
    answers: list[pl.DataFrame] = field(default_factory=list)
    """In a pilot, tokens of every answer of a model."""


_CURRENT: ContextVar[Step] = ContextVar("step")


def current_step() -> Step:
    """The running step."""
    return _CURRENT.get()


def recorded(
    function: Callable[..., Any],
    *,
    source: SourceOf | None,
    code_matters: bool,
    settings: Mapping[str, Any] | None = None,
) -> Callable[..., Any]:
    """`function` of an asset as a step. `code_matters`: a new code version alone is something to do.

    `settings` are those of the stage; they are written into its table.
    """

    @functools.wraps(function)
    def run(context: dg.AssetExecutionContext, **given: Any) -> Any:
        with announced(str(address_of(context))):
            return in_turn(context, given)

    def in_turn(context: dg.AssetExecutionContext, given: Mapping[str, Any]) -> Any:
        store: ParquetStore = given["store"].store()
        address = address_of(context)
        before = _step(context, store, address, given, source)
        lock = TableLock.take(
            store.storage,
            address,
            f"run {context.run.run_id}",
            lambda who: context.log.info(f"{address}: waiting for {who}, which is making the same table"),
        )
        try:
            step = _step(context, store, address, given, source) if lock.waited else before
            of_run = json.loads(context.run.tags.get(RUN_SETTINGS, "{}"))
            step = replace(step, lock=lock, settings=dict(settings or {}), run_settings=of_run)
            if step.made_from != before.made_from:
                raise dg.RetryRequested(max_retries=3)  # the inputs were replaced while this step waited
            automated = context.run.tags.get(AUTOMATED) is not None
            if lock.waited or automated or _made_meanwhile(context):
                kept = _kept(context, store, step, code_matters=code_matters or not automated)
                if kept is not None:
                    store.attempts.clear(address)
                    lock.release()
                    return kept
            return _tried(context, store, step, lambda: function(context, **given))
        except BaseException:
            lock.release()
            raise

    return run


def address_of(context: dg.AssetExecutionContext) -> TableAddress:
    """Where the table of the running asset (and partition) belongs."""
    return TableAddress.of(tuple(context.asset_key.path), _partition(context))


def input_addresses(context: dg.AssetExecutionContext, store: ParquetStore) -> list[TableAddress]:
    """The tables that the running asset reads, by its declared inputs and their partitions."""
    addresses: list[TableAddress] = []
    step = context.get_step_execution_context()
    for name, key in context.assets_def.keys_by_input_name.items():
        wanted = None
        if step.has_asset_partitions_for_input(name):
            wanted = sorted(context.asset_partition_keys_for_input(name))
        addresses += stored_inputs(store, tuple(key.path), wanted)
    for key in also_read(context.assets_def.metadata_by_key[context.asset_key]):
        addresses += store.partitions(key)
    return addresses


def also_read(metadata: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """Keys of the tables that an asset with this metadata reads whole, beside its inputs."""
    found = metadata.get(ALSO_READS, ())
    return [tuple(key.split("/")) for key in getattr(found, "value", found)]


def facts_or_none(store: ParquetStore, address: TableAddress) -> TableFacts | None:
    """The facts of a table; None where it was never written."""
    try:
        return TableFacts.read(store.facts(address))
    except MissingTableError:
        return None


def _partition(context: dg.AssetExecutionContext) -> str | None:
    return context.partition_key if context.has_partition_key else None


def _step(
    context: dg.AssetExecutionContext,
    store: ParquetStore,
    address: TableAddress,
    given: Mapping[str, Any],
    source: SourceOf | None,
) -> Step:
    partition = _partition(context)
    made_from = input_digests(
        functools.partial(facts_or_none, store), input_addresses(context, store), partition
    )
    if source is not None:
        made_from["source"] = source(given, partition)
    return Step(address, context.assets_def.code_versions_by_key[context.asset_key] or "", made_from)


def _tried(
    context: dg.AssetExecutionContext, store: ParquetStore, step: Step, compute: Callable[[], Any]
) -> Any:
    attempt = store.attempts.begin(
        step.address,
        signature(step.code_version, step.made_from),
        run=context.run.run_id,
        source=step.made_from.get("source"),
    )
    token = _CURRENT.set(step)
    try:
        return compute()
    except Exception as error:
        store.attempts.write(step.address, attempt.failed(f"{type(error).__name__}: {error}"))
        raise
    finally:
        _CURRENT.reset(token)


def _kept(
    context: dg.AssetExecutionContext, store: ParquetStore, step: Step, *, code_matters: bool
) -> dg.MaterializeResult | None:
    """The result of a step that has nothing to do; None where it has."""
    try:
        facts = facts_or_none(store, step.address)
    except RuntimeError:  # damaged: it is made again
        return None
    names = [spec.name for spec in context.assets_def.check_specs if spec.asset_key == context.asset_key]
    if (
        facts is None
        or facts.made_from != step.made_from
        or (code_matters and facts.code_version != step.code_version)
        or facts.held_back_by
        or not set(names) <= set(facts.checks)
        or any(_digest(store, step.address.sibling(suffix)) != of for suffix, of in facts.beside.items())
    ):
        return None
    return dg.MaterializeResult(
        value=KeptArtifact(step.address),
        metadata={**_last_metadata(context), LEFT_AS_IT_IS: True},
        data_version=dg.DataVersion(facts.digest),
        check_results=[
            dg.AssetCheckResult(
                check_name=name,
                asset_key=context.asset_key,
                passed=facts.checks[name].passed,
                severity=dg.AssetCheckSeverity[facts.checks[name].severity],
                description=facts.checks[name].description,
            )
            for name in names
        ],
    )


def _digest(store: ParquetStore, address: TableAddress) -> str | None:
    facts = facts_or_none(store, address)
    return None if facts is None else facts.digest


def _made_meanwhile(context: dg.AssetExecutionContext) -> bool:
    """Whether another run made the table after this one was planned: with the same inputs, nothing is left to do."""
    planned, last = context.run.tags.get(PLANNED_AT), _last_materialization(context)
    return planned is not None and last is not None and last.timestamp > float(planned)


def _last_metadata(context: dg.AssetExecutionContext) -> dict[str, Any]:
    last = _last_materialization(context)
    made = last.asset_materialization if last is not None else None
    return dict(made.metadata) if made is not None else {}


def _last_materialization(context: dg.AssetExecutionContext) -> dg.EventLogRecord | None:
    partition = _partition(context)
    found = context.instance.fetch_materializations(
        dg.AssetRecordsFilter(
            asset_key=context.asset_key, asset_partitions=[partition] if partition is not None else None
        ),
        limit=1,
    ).records
    return found[0] if found else None
