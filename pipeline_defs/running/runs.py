"""Bringing a recipe up to date: find what is stale, run just that, in as few Dagster runs as its partitions allow.

The runs are real ones of the shared instance, so the UI shows them; they execute in this process. Which
assets are stale is `graph/staleness.py`'s matter.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import dagster as dg

from assets.benchmarks.asset import KEY as BENCHMARKS
from assets.benchmarks.digests import sources_digest
from assets.benchmarks.pins import read_pins
from assets.corpus_dump.asset import KEY as CORPUS_DUMP
from assets.publishing.step import PLANNED_AT, RUN_SETTINGS
from assets.raw_corpus.asset import KEY as RAW_CORPUS
from assets.raw_corpus.asset import take_downs_digest
from pipeline_defs.configuration.settings import Settings
from pipeline_defs.expected_errors import EXPECTED
from pipeline_defs.graph.dumps import fingerprint_of
from pipeline_defs.graph.partitions import CORPUS_DUMPS
from pipeline_defs.graph.staleness import Judge, SourceFingerprint, Work
from pipeline_defs.running.lost_runs import PROCESS_TAG, this_process
from resources.corpus_source.resource import CorpusSourcesResource
from resources.parquet_store import ParquetStore, StoreWatch


@dataclass(frozen=True)
class Batch:
    """Assets that run together: one partition of one partitions definition (None: no partition)."""

    keys: tuple[dg.AssetKey, ...]
    partition: str | None

    @property
    def recipe(self) -> str | None:
        """The recipe whose assets these are; None: what all recipes share."""
        return self.keys[0].path[0] if len(self.keys[0].path) > 1 else None

    def __str__(self) -> str:
        prefix = f"{self.recipe}/" if self.recipe else ""
        return f"{prefix}{', '.join(key.path[-1] for key in self.keys)} ({self.partition or 'whole'})"


class RunFailedError(RuntimeError):
    """A run failed; the message names the asset and the error."""


class DumpsFailedError(RunFailedError):
    """Dumps could not be read, and everything else that was planned is up to date."""


def judge_of(
    defs: dg.Definitions, store: ParquetStore, sources: CorpusSourcesResource, settings: Settings
) -> Judge:
    """The judge over what is in `store` now."""
    return Judge(defs.resolve_asset_graph(), StoreWatch(store).look(), source_fingerprints(sources, settings))


def source_fingerprints(sources: CorpusSourcesResource, settings: Settings) -> SourceFingerprint:
    """Fingerprints of what is read from outside: dumps, where their source is still there, take-downs, benchmarks."""

    def fingerprint(key: dg.AssetKey, partition: str | None) -> str | None:
        if key == CORPUS_DUMP and partition is not None:
            return fingerprint_of(partition, sources)
        if key == RAW_CORPUS:
            return take_downs_digest(settings.raw_corpus, settings.s3)
        if key == BENCHMARKS:
            return sources_digest(settings.benchmarks, read_pins(settings.benchmark_pins))
        return None

    return fingerprint


def run_batches(work: Sequence[Work]) -> list[Batch]:
    """What runs together: the same phase and the same partition, in the order in which it can run.

    Only assets over the same partitions may share a run, hence the phases: what has no partition and feeds
    the corpus, dumps, the corpus, a recipe's languages, and a recipe's unpartitioned end. One recipe comes after
    the other.
    """
    recipes = list(dict.fromkeys(item.key.path[0] for item in work if len(item.key.path) > 1))

    def place(item: Work) -> tuple[int, int]:
        return (recipes.index(item.key.path[0]) if len(item.key.path) > 1 else -1, _phase(item))

    batches: dict[tuple[tuple[int, int], str | None], list[dg.AssetKey]] = {}
    for item in sorted(work, key=place):
        batches.setdefault((place(item), item.partition), []).append(item.key)
    return [Batch(tuple(keys), partition) for (_, partition), keys in batches.items()]


def _phase(item: Work) -> int:
    of_recipe = len(item.key.path) > 1
    if of_recipe:
        return 4 if item.partition is None else 3
    if item.partition is None:
        return 0
    return 1 if item.key == CORPUS_DUMP else 2


DAGSTER_FAILURE = f"{dg.Failure.__module__}.{dg.Failure.__qualname__}"
"""What a step raises whose error a reader need not see the class of."""


Figures = dict[str, int | float]
"""Numbers that a materialization reported, by name."""


def run_batch(
    defs: dg.Definitions,
    instance: dg.DagsterInstance,
    batch: Batch,
    *,
    run_settings: Mapping[str, Any] | None = None,
    planned_at: float | None = None,
    tags: Mapping[str, str] | None = None,
) -> dict[dg.AssetKey, Figures]:
    """Execute one batch; returns the figures of every table that was made. Raises `RunFailedError`, and
    `KeyboardInterrupt` where somebody stopped it: whoever calls must not go on with the next batch.

    `run_settings` are written into the tables as what was changed for this run; the definitions must be made with
    them already. `planned_at`: when the batch was found to be out of date (seconds of the epoch); a table that another
    run makes after it is taken as it is.
    """
    if CORPUS_DUMP in batch.keys and batch.partition is not None:
        instance.add_dynamic_partitions(CORPUS_DUMPS.name or "", [batch.partition])
    job = defs.resolve_implicit_job_def_def_for_assets(list(batch.keys))
    if job is None:
        raise RunFailedError(f"no job holds {', '.join(key.to_user_string() for key in batch.keys)}")
    result = job.execute_in_process(
        instance=instance,
        partition_key=batch.partition,
        asset_selection=list(batch.keys),
        run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
        raise_on_error=False,
        tags={
            "seedline/command": "materialize",
            PROCESS_TAG: this_process(),
            **({RUN_SETTINGS: json.dumps(dict(run_settings), sort_keys=True)} if run_settings else {}),
            **({PLANNED_AT: str(planned_at)} if planned_at is not None else {}),
            **(tags or {}),
        },
    )
    if not result.success:
        if CORPUS_DUMP in batch.keys and batch.partition not in instance.get_materialized_partitions(
            CORPUS_DUMP
        ):
            instance.delete_dynamic_partition(CORPUS_DUMPS.name or "", batch.partition or "")
        if _was_interrupted(result):
            raise KeyboardInterrupt
        raise RunFailedError("\n".join(_failures(result)))
    return {
        event.asset_key: figures_of(event.materialization)
        for event in result.all_events
        if event.is_step_materialization and event.asset_key is not None
    }


def figures_of(materialization: dg.AssetMaterialization) -> Figures:
    """The numbers among a materialization's metadata."""
    return {
        name: value.value
        for name, value in materialization.metadata.items()
        if isinstance(value, dg.IntMetadataValue | dg.FloatMetadataValue | dg.BoolMetadataValue)
        and value.value is not None
    }


def failure_line(event: dg.DagsterEvent) -> str:
    """The step of a failure, and its error as it was written for a reader: the first one below Dagster's own."""
    error = event.step_failure_data.error
    while error is not None and error.cause is not None and (error.cls_name or "").startswith("Dagster"):
        error = error.cause
    return f"{event.step_key}: {_for_a_reader(error.message.strip()) if error else 'failed'}"


def _for_a_reader(message: str) -> str:
    """An error as Dagster noted it, without the name of its class where its text says all."""
    name, colon, text = message.partition(": ")
    return text if colon and (name in EXPECTED or name == DAGSTER_FAILURE) else message


def _was_interrupted(result: dg.ExecuteInProcessResult) -> bool:
    """Whether Ctrl-C (or SIGTERM) ended it: Dagster keeps the signal's exception to itself and reports a failure."""
    errors = [event.step_failure_data.error for event in result.all_events if event.is_step_failure]
    errors += [event.job_failure_data.error for event in result.all_events if event.is_job_failure]
    names = {dg.DagsterExecutionInterruptedError.__name__, KeyboardInterrupt.__name__}
    return any(error is not None and error.cls_name in names for error in errors)


def _failures(result: dg.ExecuteInProcessResult) -> list[str]:
    lines = []
    for event in result.all_events:
        if event.is_step_failure:
            lines.append(failure_line(event))
    failed_checks = [
        f"{check.asset_key.to_user_string()}: check {check.check_name} failed: {check.description}"
        for check in result.get_asset_check_evaluations()
        if not check.passed and check.severity == dg.AssetCheckSeverity.ERROR
    ]
    return lines + failed_checks or [f"run {result.run_id} failed"]
