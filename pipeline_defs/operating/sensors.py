"""New dumps, noticed: a folder and an S3 prefix are watched, and the dumps that the settings name are looked at.

A dump is complete when its folder holds `_SUCCESS`, as Spark and its kin write it last. What is known of a dump
is in the store (`dumps.py`), so there is no cursor to lose and a restarted sensor misses nothing.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dagster as dg

from assets.corpus_dump.asset import KEY as CORPUS_DUMP
from pipeline_defs.dagster_private import UnresolvedAssetJobDefinition
from pipeline_defs.graph.dumps import NAME, DumpState, being_read, dump_states, remembered
from pipeline_defs.graph.partitions import CORPUS_DUMPS
from resources.corpus_source.base import SourceError
from resources.corpus_source.resource import CorpusSourcesResource
from resources.parquet_store import Snapshot, StoreWatch, TableAddress
from resources.parquet_store.address import DUMPS

MARKER = "_SUCCESS"
EVERY_DUMP_READ = "every_dump_was_read"


def complete_dumps_in_folder(folder: Path) -> list[str]:
    """Names of the sub-folders of `folder` that hold the marker, sorted. Raises `SourceError`."""
    if not folder.is_dir():
        raise SourceError(f"the watched folder {folder} is not there (setting dumps.folder)")
    return sorted(path.parent.name for path in folder.glob(f"*/{MARKER}"))


def complete_dumps_on_s3(client: Any, prefix: str, known: Iterable[str]) -> list[str]:
    """Names of the folders below `prefix` (`s3://bucket/prefix`) that hold the marker, sorted.

    Only folders that are not in `known` are looked into, so that a tick costs one listing of folder names,
    however many objects the dumps hold. `client` is boto3's S3 client.
    """
    bucket, _, rest = prefix.removeprefix("s3://").partition("/")
    base = f"{rest.strip('/')}/" if rest.strip("/") else ""
    pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=base, Delimiter="/")
    folders = [entry["Prefix"] for page in pages for entry in page.get("CommonPrefixes", [])]
    names = {folder.removeprefix(base).rstrip("/") for folder in folders} - set(known)
    return sorted(name for name in names if _exists(client, bucket, f"{base}{name}/{MARKER}"))


def _exists(client: Any, bucket: str, key: str) -> bool:
    return any(
        entry["Key"] == key
        for entry in client.list_objects_v2(Bucket=bucket, Prefix=key, MaxKeys=1).get("Contents", [])
    )


@dataclass(frozen=True)
class DumpLookout:
    """What the sensors of dumps share: the store, the sources, and the code version of `corpus_dump`."""

    watch: StoreWatch
    sources: CorpusSourcesResource
    code_version: str | None

    def states(
        self, instance: dg.DagsterInstance, found: Callable[[Snapshot], Iterable[str]]
    ) -> tuple[Snapshot, list[DumpState]]:
        """What is in the store, and the states of the dumps that `found` names.

        Runs are looked at before the store: one that ends in between is still seen as running, and not as lost.
        """
        reading, snapshot = being_read(instance), self.watch.look()
        return snapshot, dump_states(
            sorted(found(snapshot)),
            snapshot=snapshot,
            sources=self.sources,
            reading=reading,
            code_version=self.code_version,
        )

    def tick(
        self, context: dg.SensorEvaluationContext, found: Callable[[Snapshot], Iterable[str]]
    ) -> dg.SensorResult:
        """What is to be done about the dumps that `found` names.

        New and changed ones are read, each in a run of its own. Keys of dumps that could not be read are taken
        away, and those that are stored but not known to this instance are made known. A change among the failed
        ones is reported to the check of `corpus_dump`, so that its page and whoever listens to it show them.
        """
        snapshot, states = self.states(context.instance, found)
        keys = set(context.instance.get_dynamic_partitions(NAME))
        to_read = [state.name for state in states if state.wants_reading]
        unknown = [state.name for state in states if state.stored and state.name not in keys]
        lost = [
            state.name
            for state in states
            if state.name in keys and not (state.stored or state.wants_reading or state.state == "reading")
        ]
        failed = {state.name: state.detail for state in states if state.state == "failed"}
        events: list[Any] = [_known_again(snapshot, name) for name in unknown if name not in to_read]
        if json.dumps(failed, sort_keys=True) != (context.cursor or "{}"):
            events.append(_evaluation(failed))
            for name, why in failed.items():
                context.log.error(f"dump {name} could not be read: {why}")
        requests: list[Any] = []
        if to_read or unknown:
            requests.append(CORPUS_DUMPS.build_add_request(sorted({*to_read, *unknown})))
        if lost:
            requests.append(CORPUS_DUMPS.build_delete_request(lost))
        return dg.SensorResult(
            run_requests=[dg.RunRequest(partition_key=name) for name in to_read],
            skip_reason=None if to_read else dg.SkipReason(_summary(states)),
            dynamic_partitions_requests=requests,
            asset_events=events,
            cursor=json.dumps(failed, sort_keys=True),
        )


def _summary(states: Sequence[DumpState]) -> str:
    failed = [f"{state.name} ({state.detail[:200]})" for state in states if state.state == "failed"]
    known = sum(1 for state in states if state.stored)
    shown = f"; could not be read: {', '.join(failed)} (see `seedline dumps`)" if failed else ""
    return f"no new dump; {known} known{shown}"


def _known_again(snapshot: Snapshot, name: str) -> dg.AssetMaterialization:
    facts = snapshot.facts(TableAddress.of(DUMPS, name))
    tags = {"dagster/data_version": facts.digest, "dagster/code_version": facts.code_version} if facts else {}
    return dg.AssetMaterialization(
        CORPUS_DUMP,
        partition=name,
        description="found in the store",
        tags={k: v for k, v in tags.items() if v},
    )


def _evaluation(failed: dict[str, str]) -> dg.AssetCheckEvaluation:
    return dg.AssetCheckEvaluation(
        asset_key=CORPUS_DUMP,
        check_name=EVERY_DUMP_READ,
        passed=not failed,
        severity=dg.AssetCheckSeverity.ERROR,
        metadata={name: dg.MetadataValue.text(why) for name, why in failed.items()},
        description=f"could not be read: {', '.join(failed)}" if failed else "every dump was read",
    )


def dumps_check(lookout: DumpLookout, names: Callable[[], Iterable[str]]) -> dg.AssetChecksDefinition:
    """The check that shows dumps which could not be read; they hold nobody up."""

    @dg.asset_check(
        asset=CORPUS_DUMP,
        name=EVERY_DUMP_READ,
        blocking=False,
        description="Every dump that was found could be read; those that could not are left out until they change.",
    )
    def every_dump_was_read(context: dg.AssetCheckExecutionContext) -> dg.AssetCheckResult:
        _, states = lookout.states(context.instance, lambda snapshot: {*names(), *remembered(snapshot)})
        evaluation = _evaluation({one.name: one.detail for one in states if one.state == "failed"})
        return dg.AssetCheckResult(
            passed=evaluation.passed,
            severity=evaluation.severity,
            metadata=evaluation.metadata,
            description=evaluation.description,
        )

    return every_dump_was_read


def named_sensor(
    names: Sequence[str],
    lookout: DumpLookout,
    job: UnresolvedAssetJobDefinition,
    status: dg.DefaultSensorStatus,
) -> dg.SensorDefinition:
    """Looks at the dumps that the settings name."""

    @dg.sensor(
        name="named_dumps",
        job=job,
        minimum_interval_seconds=30,
        default_status=status,
        description="Reads each dump that the settings name when it is new or changed; it then is a partition of "
        "corpus_dump. What could not be read is shown by the check every_dump_was_read and holds nobody up.",
    )
    def named_dumps(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        """Each dump that the settings name is read when it is new or changed, and becomes a partition."""
        return lookout.tick(context, lambda _snapshot: names)

    return named_dumps


def folder_sensor(
    folder: Path, lookout: DumpLookout, job: UnresolvedAssetJobDefinition, status: dg.DefaultSensorStatus
) -> dg.SensorDefinition:
    """Watches `folder`."""

    @dg.sensor(
        name="new_dumps_in_folder",
        job=job,
        minimum_interval_seconds=10,
        default_status=status,
        description=f"Reads each sub-folder of {folder} that has a file {MARKER}; it then is a partition of "
        "corpus_dump. What could not be read is shown by the check every_dump_was_read, and read again when its "
        "folder changes.",
    )
    def new_dumps_in_folder(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        """Each sub-folder with a _SUCCESS file is read, and becomes a partition of corpus_dump."""
        return lookout.tick(context, lambda _snapshot: complete_dumps_in_folder(folder))

    return new_dumps_in_folder


def s3_sensor(
    prefix: str, lookout: DumpLookout, job: UnresolvedAssetJobDefinition, status: dg.DefaultSensorStatus
) -> dg.SensorDefinition:
    """Watches `prefix`, an address `s3://bucket/prefix`, through the resource `s3` (dagster-aws' S3Resource)."""

    @dg.sensor(
        name="new_dumps_on_s3",
        job=job,
        minimum_interval_seconds=60,
        default_status=status,
        description=f"Reads each folder below {prefix} that has an object {MARKER}; it then is a partition of "
        "corpus_dump. Only folders that are not stored yet are looked into.",
    )
    def new_dumps_on_s3(context: dg.SensorEvaluationContext, s3: dg.ResourceParam[Any]) -> dg.SensorResult:
        """Each folder below the prefix with a _SUCCESS object is read, and becomes a partition of corpus_dump."""
        return lookout.tick(
            context,
            # dumps on S3 do not change once they are stored; looking would cost a listing each
            lambda snapshot: complete_dumps_on_s3(s3.get_client(), prefix, snapshot.partitions(DUMPS)),
        )

    return new_dumps_on_s3
