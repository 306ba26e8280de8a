"""New dumps, noticed: a folder and an S3 prefix are watched, each complete dump becomes a partition, once.

A dump is complete when its folder holds `_SUCCESS`, as Spark and its kin write it last. The set of partitions
is the memory, so there is no cursor to lose and a restarted sensor misses nothing.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from assets.corpus_dump.asset import KEY as CORPUS_DUMP
from pipeline_defs.partitions import CORPUS_DUMPS
from resources.corpus_source.base import SourceError

MARKER = "_SUCCESS"
FORBIDDEN_IN_NAMES = "|,[]"
"""Characters that Dagster does not allow in partition keys."""


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


def requests_for(found: Iterable[str], known: Iterable[str]) -> dg.SensorResult | dg.SkipReason:
    """One new partition and one run of `corpus_dump` for each dump that is not known yet.

    Dumps whose name cannot be a partition do not hold up the others; alone they raise `dg.Failure`, so that
    the sensor's page shows them until they are renamed.
    """
    seen = set(known)
    unknown = [name for name in found if name not in seen]
    bad = [name for name in unknown if any(letter in FORBIDDEN_IN_NAMES for letter in name)]
    new = [name for name in unknown if name not in bad]
    if bad and not new:
        raise dg.Failure(
            f"dump names must not contain any of {' '.join(FORBIDDEN_IN_NAMES)}: rename {', '.join(bad)}"
        )
    if not new:
        return dg.SkipReason(f"no new dump; {len(seen)} known")
    return dg.SensorResult(
        dynamic_partitions_requests=[CORPUS_DUMPS.build_add_request(new)],
        # the run key makes a dump that was just requested, and not yet seen as a partition, start once
        run_requests=[dg.RunRequest(run_key=f"corpus_dump/{name}", partition_key=name) for name in new],
    )


def folder_sensor(folder: Path, job: UnresolvedAssetJobDefinition) -> dg.SensorDefinition:
    """Watches `folder`."""

    @dg.sensor(name="new_dumps_in_folder", job=job, minimum_interval_seconds=30)
    def new_dumps_in_folder(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        """Each sub-folder with a _SUCCESS file becomes a partition of corpus_dump, and its run starts."""
        known = context.instance.get_dynamic_partitions(CORPUS_DUMPS.name or "")
        return requests_for(complete_dumps_in_folder(folder), known)

    return new_dumps_in_folder


def s3_sensor(prefix: str, job: UnresolvedAssetJobDefinition) -> dg.SensorDefinition:
    """Watches `prefix`, an address `s3://bucket/prefix`, through the resource `s3` (dagster-aws' S3Resource)."""

    @dg.sensor(name="new_dumps_on_s3", job=job, minimum_interval_seconds=60)
    def new_dumps_on_s3(
        context: dg.SensorEvaluationContext, s3: dg.ResourceParam[Any]
    ) -> dg.SensorResult | dg.SkipReason:
        """Each folder below the prefix with a _SUCCESS object becomes a partition of corpus_dump."""
        known = context.instance.get_dynamic_partitions(CORPUS_DUMPS.name or "")
        return requests_for(complete_dumps_on_s3(s3.get_client(), prefix, known), known)

    return new_dumps_on_s3


CORPUS_DUMP_JOB = "read_corpus_dump"


def corpus_dump_job() -> UnresolvedAssetJobDefinition:
    """The job that a new dump starts."""
    return dg.define_asset_job(CORPUS_DUMP_JOB, selection=dg.AssetSelection.assets(CORPUS_DUMP))
