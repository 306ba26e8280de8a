"""The state of every dump: read, new, being read, failed, forgotten, or without its source.

A dump becomes a partition of `corpus_dump` when it was read: its key is added with the run that reads it and
taken away when that fails, so that a bad dump is never an input that others wait for. What is known of it stands
in the store: the table with the fingerprint of its source, and the record of a try that did not come off.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import dagster as dg

from pipeline_defs.dagster_private import NOT_FINISHED_STATUSES
from pipeline_defs.graph.partitions import CORPUS_DUMPS
from pipeline_defs.graph.staleness import TRIES
from resources.corpus_source.base import SourceError
from resources.corpus_source.resource import CorpusSourcesResource
from resources.parquet_store import ParquetStore, Snapshot, StoreWatch, TableAddress
from resources.parquet_store.address import DUMPS
from resources.parquet_store.attempts import Attempt

CORPUS_DUMP_JOB = "read_corpus_dump"
PARTITION_TAG = "dagster/partition"
NAME = CORPUS_DUMPS.name or ""
FORBIDDEN_IN_NAMES = "|,[]"
"""Characters that Dagster does not allow in partition keys."""

LONGEST_NAME = 200
"""In bytes: a dump's name is part of the names of its files in the store, and file systems allow 255."""


@dataclass(frozen=True)
class DumpState:
    """One dump. `state` is read, new, changed, reading, failed or forgotten; `detail` says why, in words."""

    name: str
    state: str
    detail: str
    languages: tuple[str, ...] = ()
    stored: bool = False
    misnamed: bool = False
    """Whether it failed for its name: then `name` is as it can be shown, and only another name helps."""

    @property
    def wants_reading(self) -> bool:
        """Whether it is to be read now."""
        return self.state in ("new", "changed")


def dump_states(
    names: Iterable[str],
    *,
    snapshot: Snapshot,
    sources: CorpusSourcesResource,
    reading: Iterable[str],
    code_version: str | None,
) -> list[DumpState]:
    """The states of the dumps `names`, by name."""
    busy = set(reading)
    return [_state(name, snapshot, sources, busy, code_version) for name in sorted(set(names))]


def remembered(snapshot: Snapshot) -> set[str]:
    """Names of the dumps that are stored, or were tried."""
    return {*snapshot.partitions(DUMPS), *snapshot.attempted(DUMPS)}


def wrong_name(name: str) -> str:
    """Why a dump cannot have this name, and the remedy; empty where it can.

    A name that is let through and cannot be written down would fail in every run that reads the dump, and without a
    record of it the dump would be read again for ever.
    """
    if any(letter in FORBIDDEN_IN_NAMES for letter in name):
        return f"a dump's name must not contain any of {' '.join(FORBIDDEN_IN_NAMES)}: rename it"
    if name != _showable(name):
        return "a dump's name must be text in UTF-8: rename it"
    if (length := len(name.encode())) > LONGEST_NAME:
        return f"a dump's name must not be longer than {LONGEST_NAME} bytes, and this has {length}: rename it"
    return ""


def refuse_unknown(name: str, store: ParquetStore, sources: CorpusSourcesResource) -> None:
    """Raise `SourceError` where no dump has this name: neither stored nor tried, and no source leads to it."""
    if wrong := wrong_name(name):
        raise SourceError(f"dump {_showable(name)!r}: {wrong}")
    known = remembered(StoreWatch(store).look())
    if name in known or name in sources.named or fingerprint_of(name, sources) is not None:
        return
    there = ", ".join(sorted({*known, *sources.named})) or "none"
    raise SourceError(f"there is no dump {name!r}; known are {there}")


def being_read(instance: dg.DagsterInstance) -> set[str]:
    """Dumps that a run is reading, or is queued to read."""
    runs = instance.get_runs(dg.RunsFilter(statuses=NOT_FINISHED_STATUSES))
    return {
        run.tags[PARTITION_TAG]
        for run in runs
        if PARTITION_TAG in run.tags
        and (run.job_name == CORPUS_DUMP_JOB or dg.AssetKey(DUMPS) in (run.asset_selection or ()))
    }


def forget(name: str, store: ParquetStore, instance: dg.DagsterInstance, fingerprint: str | None) -> None:
    """Take a dump out: its table, its partition, and the memory of its failure.

    It is read again when its source changes, or when somebody asks for it.
    """
    address = TableAddress.of(DUMPS, name)
    facts = StoreWatch(store).look().facts(address)
    for suffix in facts.beside if facts is not None else ():
        store.remove(address.sibling(suffix))
    store.remove(address)
    instance.delete_dynamic_partition(NAME, name)
    store.attempts.write(
        address, Attempt("", state="forgotten", error="forgotten by hand", source=fingerprint)
    )


def retry(name: str, store: ParquetStore) -> None:
    """Let a failed or forgotten dump be read again: the next look at the dumps finds it new."""
    store.attempts.clear(TableAddress.of(DUMPS, name))


def fingerprint_of(name: str, sources: CorpusSourcesResource) -> str | None:
    """The fingerprint of a dump's source; None where the source is gone or cannot be listed."""
    try:
        return sources.open(name).fingerprint()
    except (SourceError, OSError):
        return None


def _state(
    name: str,
    snapshot: Snapshot,
    sources: CorpusSourcesResource,
    busy: set[str],
    code_version: str | None,
) -> DumpState:
    if wrong := wrong_name(name):
        return DumpState(_showable(name), "failed", wrong, misnamed=True)
    address = TableAddress.of(DUMPS, name)
    facts, attempt = snapshot.facts(address), snapshot.attempt(address)
    known = DumpState(
        name, "read", "", tuple(sorted(facts.languages)) if facts else (), stored=facts is not None
    )
    if name in busy:
        return replace(known, state="reading", detail="a run is reading it, or waits for its turn")
    try:
        fingerprint, gone = sources.open(name).fingerprint(), ""
    except (SourceError, OSError) as error:
        fingerprint, gone = None, str(error)
    if attempt is not None and attempt.state == "forgotten" and attempt.source == fingerprint:
        return replace(
            known, state="forgotten", detail=f"since {attempt.at}; `seedline dumps retry` reads it"
        )
    if fingerprint is None:
        if facts is not None and not facts.damage:
            return replace(known, detail=f"its source is gone; what is stored is used ({gone})")
        return replace(known, state="failed", detail=facts.damage if facts is not None else gone)
    if attempt is not None and attempt.source == fingerprint and attempt.state != "forgotten":
        if attempt.tries >= TRIES[attempt.state]:
            return replace(known, state="failed", detail=_why(attempt))
        return replace(known, state="changed" if facts else "new", detail=f"tried before: {_why(attempt)}")
    if facts is None:
        return replace(known, state="new", detail="not read yet")
    if facts.damage:
        return replace(known, state="changed", detail=facts.damage)
    if facts.made_from.get("source") != fingerprint:
        return replace(known, state="changed", detail="its source changed since it was read")
    if code_version is not None and facts.code_version != code_version:
        return replace(known, state="changed", detail="settings or code changed since it was read")
    return known


def _showable(name: str) -> str:
    """A folder's name whose bytes are no text, with these bytes as escapes; any other name as it is."""
    return name.encode(errors="backslashreplace").decode()


def _why(attempt: Attempt) -> str:
    return attempt.error or f"run {attempt.run} began at {attempt.at} and never ended"
