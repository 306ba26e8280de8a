"""The record of every version of a data set, a checkpoint and its scores: kept though their rows are replaced.

A record is an in-toto Statement (https://in-toto.io/Statement/v1) whose subject is the table's file, so that others'
tools can read and sign it; beside that of a data set stand the ids of its rows, without their text, so that two
versions can be compared row by row and a take-down finds what was trained on what.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl

from resources.parquet_store import MissingTableError, ParquetStore, StagedTable, TableAddress

FOLDER = ".versions"
RECORDED = ("sft_dataset", "checkpoint", "eval_scores")
"""Artifacts whose versions are kept."""
IDS = ("sft_id", "response_id", "instruction_id", "seed_id", "file_id")
CHAIN = ("filtered_seeds", "instructions", "candidate_responses", "verified_responses")
STATEMENT = "https://in-toto.io/Statement/v1"
PREDICATE = "https://slsa.dev/provenance/v1"
BUILD_TYPE = "urn:seedline:table:1"


@dataclass(frozen=True)
class Version:
    """One version of one table."""

    path: str
    statement: Mapping[str, Any]

    @cached_property
    def _facts(self) -> Mapping[str, Any]:
        return self.statement["predicate"]["buildDefinition"]["internalParameters"]

    @property
    def table(self) -> str:
        """Its address."""
        return str(self.statement["subject"][0]["name"])

    @property
    def digest(self) -> str:
        """Digest of its rows: what other tables name it by."""
        return str(self._facts["rows_digest"])

    @property
    def rows(self) -> int:
        """How many it has."""
        return int(self._facts["rows"])

    @property
    def first_id(self) -> str:
        """Id of its first row: of a checkpoint's only one."""
        return next(iter(self._facts["first_ids"]), "")

    @property
    def code_version(self) -> str:
        """Of the stage that made it, with its settings."""
        return str(self._facts["code_version"])

    @property
    def made(self) -> str:
        """When, in UTC."""
        return str(self.statement["predicate"]["runDetails"]["metadata"]["finishedOn"])

    @property
    def inputs(self) -> dict[str, str]:
        """Digest of each input's rows by its address."""
        parts = self.statement["predicate"]["buildDefinition"]["resolvedDependencies"]
        return {part["name"]: part["annotations"]["rows_digest"] for part in parts}

    def ids(self, store: ParquetStore) -> pl.DataFrame | None:
        """The ids of its rows (`IDS`); None where none are kept."""
        path = f"{self.path.removesuffix('.json')}.parquet"
        try:
            return pl.read_parquet(store.storage.read_bytes(path))
        except FileNotFoundError:
            return None


def record_version(
    store: ParquetStore,
    address: TableAddress,
    staged: StagedTable,
    facts: Mapping[str, str],
    *,
    run: str,
) -> None:
    """Write down the version that `staged` is, where its artifact is one of `RECORDED`."""
    if address.key[-1] not in RECORDED:
        return
    path = store.storage.path(FOLDER, str(address), f"{staged.digest[:32]}.json")
    if store.storage.exists(path):
        return
    if set(IDS) <= set(staged.schema):
        ids = pl.read_parquet(staged.path, columns=list(IDS))
        sink = Path(f"{staged.path}.ids")
        ids.write_parquet(sink, compression="zstd")
        store.storage.write_bytes(f"{path.removesuffix('.json')}.parquet", sink.read_bytes())
        sink.unlink()
    statement = provenance(store, address, staged, facts, run=run)
    store.storage.write_bytes(path, json.dumps(statement, indent=1, ensure_ascii=False).encode())


def record_stored(store: ParquetStore, address: TableAddress) -> None:
    """Write down the version that is at `address`, where an earlier release left no record of it."""
    facts = store.facts(address)
    path = store.storage.path(FOLDER, str(address), f"{facts.get('digest', '')[:32]}.json")
    if address.key[-1] not in RECORDED or store.storage.exists(path):
        return
    frame = store.scan(address).collect()
    copy = store.storage.staging_folder() / f"{facts['digest'][:32]}.record"
    copy.write_bytes(store.storage.read_bytes(store.uri(address)))
    size = copy.stat().st_size
    staged = StagedTable(copy, frame.height, facts["digest"], frame.schema, size, frame.head(1))
    try:
        record_version(store, address, staged, facts, run="")
    finally:
        copy.unlink()


def provenance(
    store: ParquetStore,
    address: TableAddress,
    staged: StagedTable,
    facts: Mapping[str, str],
    *,
    run: str,
) -> dict[str, Any]:
    """The Statement: the file as its subject, and where it came from as SLSA provenance."""
    with staged.path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    made_from: dict[str, str] = json.loads(facts.get("inputs") or "{}")
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return {
        "_type": STATEMENT,
        "subject": [{"name": str(address), "digest": {"sha256": sha256}}],
        "predicateType": PREDICATE,
        "predicate": {
            "buildDefinition": {
                "buildType": BUILD_TYPE,
                "externalParameters": {
                    "settings": json.loads(facts.get("settings") or "{}"),
                    "run_settings": json.loads(facts.get("run_settings") or "{}"),
                },
                "internalParameters": {
                    "rows": staged.rows,
                    "first_ids": staged.head.to_series(0).cast(pl.String).to_list() if staged.rows else [],
                    "rows_digest": staged.digest,
                    "code_version": facts.get("code_version", ""),
                    "checks": json.loads(facts.get("checks") or "{}"),
                    "stages": _stages(store, address),
                    "models": _unique(store, address, "generation", ("engine", "model", "revision")),
                    "sandbox": _unique(store, address, None, ("isolation", "toolchain", "proof")),
                },
                "resolvedDependencies": [
                    {"name": name, "annotations": {"rows_digest": digest}}
                    for name, digest in sorted(made_from.items())
                ],
            },
            "runDetails": {
                "builder": {"id": "urn:seedline"},
                "metadata": {"invocationId": run, "finishedOn": now},
            },
        },
    }


def _stages(store: ParquetStore, address: TableAddress) -> dict[str, Any]:
    """Code version and settings of the stages that its rows came through; prompts count in the code version."""
    found = {}
    for artifact in CHAIN:
        try:
            facts = store.facts(TableAddress((*address.key[:-1], artifact), address.partition))
        except MissingTableError:
            continue
        settings = json.loads(facts.get("settings") or "{}")
        found[artifact] = {"code_version": facts.get("code_version"), "settings": settings}
    return found


def _unique(
    store: ParquetStore, address: TableAddress, inside: str | None, names: tuple[str, ...]
) -> list[dict[str, Any]]:
    """Different values of some columns of the verified responses (of the struct `inside`, where it is given)."""
    table = TableAddress((*address.key[:-1], "verified_responses"), address.partition)
    try:
        frame = store.scan(table)
    except MissingTableError:
        return []
    if inside is not None:
        frame = frame.select(pl.col(inside).struct.field(name) for name in names)
    return frame.select(names).unique().sort(names).collect().to_dicts()


def versions(store: ParquetStore, key: tuple[str, ...]) -> list[Version]:
    """Every recorded version of an artifact, the oldest first."""
    return sorted(_read(store, key), key=lambda version: (version.made, version.table))


def _read(store: ParquetStore, key: tuple[str, ...]) -> Iterator[Version]:
    base = store.storage.path(FOLDER, *key)
    if not store.storage.exists(base):
        return
    for pattern in (f"{base}/*.json", f"{base}/*=*/*.json"):
        for found in store.storage.fs.glob(pattern):
            path = f"s3://{found}" if store.storage.is_s3 else str(found)
            yield Version(path, json.loads(store.storage.read_bytes(path)))
