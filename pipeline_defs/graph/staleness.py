"""Which partitions of which assets are out of date, and why: for `seedline plan`, the command, and automation.

Judged by the files themselves: each artifact carries the code version, the content digests it was made from and
the outcome of its checks. Dagster's own staleness leaves out edges over many partitions, and knows nothing of
files that were changed, so it is not asked. When something is run is said elsewhere.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

import dagster as dg

from assets.publishing.step import also_read
from pipeline_defs.dagster_private import BaseAssetGraph
from resources.parquet_store import Snapshot, TableAddress
from resources.parquet_store.address import DUMPS
from resources.parquet_store.attempts import Attempt, signature
from resources.parquet_store.snapshot import input_digests

RAW_CORPUS = ("raw_corpus",)
BENCHMARKS = ("benchmarks",)

SourceFingerprint = Callable[[dg.AssetKey, str | None], str | None]
"""Fingerprint of an asset's input that is no table; None where it has none, or where it is gone."""

TRIES = {"begun": 3, "failed": 2}
"""How often the same thing is begun without anybody asking, by how the last try ended."""


class Cause(StrEnum):
    """What kind of change made a table out of date; one that is rebuilt because of another has that one's cause."""

    CODE = "code"
    SETTINGS = "settings"
    """Settings, prompts and questions, those of one run too."""
    DATA = "data"
    BENCHMARK = "benchmark"
    TAKE_DOWN = "take_down"
    MISSING = "missing"
    DAMAGE = "damage"
    CHECK = "check"
    """A blocking check failed, or was never evaluated over the rows."""
    FORCED = "forced"


@dataclass(frozen=True)
class Why:
    """Why a table is out of date: in words, and the class of the cause."""

    cause: Cause
    words: str

    def __str__(self) -> str:
        """The words."""
        return self.words


@dataclass(frozen=True)
class Work:
    """One partition of an asset (None: not partitioned) that is out of date, with the reason in words and its class."""

    key: dg.AssetKey
    partition: str | None
    reason: str
    cause: Cause


@dataclass(frozen=True)
class Judge:
    """Judges partitions by what is in the store in one snapshot."""

    graph: BaseAssetGraph
    snapshot: Snapshot
    source: SourceFingerprint = field(default=lambda _key, _partition: None)

    def out_of_date(
        self, key: dg.AssetKey, partition: str | None, *, code_matters: bool = True
    ) -> Why | None:
        """Why the table is to be made again; None where it is up to date.

        A failed check does not make it so: the same inputs would give the same rows.
        """
        address = TableAddress.of(tuple(key.path), partition)
        facts = self.snapshot.facts(address)
        if facts is None:
            return Why(Cause.MISSING, "never materialized")
        if facts.damage:
            return Why(Cause.DAMAGE, facts.damage)
        version = self.graph.get(key).code_version
        if code_matters and facts.code_version != version and facts.run_settings:
            said = ", ".join(f"{path}={value}" for path, value in sorted(facts.run_settings.items()))
            return Why(Cause.SETTINGS, f"made under settings of one run ({said})")
        if code_matters and facts.code_version != version:
            said = f"code or settings changed ({facts.code_version or 'unknown'} to {version})"
            return Why(_code_or_settings(facts.code_version, version), said)
        unchecked = [name for name in self.blocking_checks(key) if name not in facts.checks]
        if unchecked:
            return Why(Cause.CHECK, f"its check {unchecked[0]} was never evaluated over it")
        source = self.source(key, partition)
        if source is not None and facts.made_from.get("source") != source:
            return Why(_OF_SOURCE.get(tuple(key.path), Cause.DATA), "its source changed")
        for suffix, digest in facts.beside.items():
            beside = self.snapshot.facts(address.sibling(suffix))
            if beside is None or beside.damage or beside.digest != digest:
                said = f"its table {address.sibling(suffix)} is missing, damaged or another one"
                return Why(Cause.DAMAGE, said)
        return self._other_inputs(key, partition, facts.made_from)

    def _other_inputs(self, key: dg.AssetKey, partition: str | None, made_from: dict[str, str]) -> Why | None:
        now, before = self.made_from(key, partition), dict(made_from)
        now.pop("source", None)
        before.pop("source", None)
        changed = sorted(one for one in now.keys() & before.keys() if now[one] != before[one])
        if changed:
            of_benchmarks = all(one.split("/")[0] in BENCHMARKS for one in changed)
            return Why(Cause.BENCHMARK if of_benchmarks else Cause.DATA, f"{changed[0]} changed")
        other = sorted(now.keys() ^ before.keys())
        if not other:
            return None
        return Why(Cause.DATA, f"its inputs are others (a new dump or language: {other[0]})")

    def made_from(self, key: dg.AssetKey, partition: str | None) -> dict[str, str]:
        """Digest of each input as it stands now, and of its source."""
        digests = input_digests(self.snapshot.facts, self.inputs(key, partition), partition)
        source = self.source(key, partition)
        return digests if source is None else {**digests, "source": source}

    def inputs(self, key: dg.AssetKey, partition: str | None) -> list[TableAddress]:
        """The tables that the partition of `key` reads, there or not; dumps as far as they are stored."""
        node = self.graph.get(key)
        addresses: list[TableAddress] = []
        for parent in sorted(node.parent_keys):
            if tuple(parent.path) == DUMPS:
                names: Sequence[str | None] = self.snapshot.partitions(DUMPS)
            else:
                names = self._parent_partitions(node, parent, partition)
            addresses += [TableAddress.of(tuple(parent.path), name) for name in names]
        for table in also_read(node.metadata):
            addresses += [TableAddress.of(table, name) for name in self.snapshot.partitions(table)]
        return addresses

    def _parent_partitions(
        self, node: object, parent: dg.AssetKey, partition: str | None
    ) -> list[str | None]:
        definition = self.graph.get(parent).partitions_def
        if definition is None:
            return [None]
        mapping = getattr(node, "partition_mappings", {}).get(parent)
        if isinstance(mapping, dg.SpecificPartitionsPartitionMapping):
            return [*sorted(mapping.partition_keys)]
        return [partition] if partition is not None else [*sorted(definition.get_partition_keys())]

    def blocking_checks(self, key: dg.AssetKey) -> list[str]:
        """Names of the checks without which no row of `key` goes on."""
        checks = self.graph.get_check_keys_for_assets({key})
        return sorted(check.name for check in checks if self.graph.get(check).blocking)

    def has_something_to_come(self, key: dg.AssetKey, partition: str | None) -> bool:
        """Whether there is anything to make the table from: a language that no dump has needs no table."""
        if not self.graph.get(key).parent_keys:
            return True
        return partition in self.languages if partition is not None else bool(self.languages)

    @cached_property
    def languages(self) -> set[str]:
        """Languages that a stored dump or the corpus has."""
        found = set(self.snapshot.partitions(RAW_CORPUS))
        for dump in self.snapshot.partitions(DUMPS):
            facts = self.snapshot.facts(TableAddress.of(DUMPS, dump))
            found.update(facts.languages if facts is not None else ())
        return found

    def readable(self, key: dg.AssetKey, partition: str | None) -> bool:
        """Whether others may read the table: it is whole, and its blocking checks passed over these very rows."""
        facts = self.snapshot.facts(TableAddress.of(tuple(key.path), partition))
        if facts is None:
            return not self.has_something_to_come(key, partition)
        return (
            not facts.damage
            and not facts.held_back_by
            and all(name in facts.checks for name in self.blocking_checks(key))
        )

    def held_back_by(self, key: dg.AssetKey, partition: str | None) -> list[str]:
        """Blocking checks that failed over the table as it stands."""
        facts = self.snapshot.facts(TableAddress.of(tuple(key.path), partition))
        return facts.held_back_by if facts is not None else []

    def given_up(self, key: dg.AssetKey, partition: str | None) -> Attempt | None:
        """The record of a table that was tried often enough from the same code and inputs."""
        attempt = self.snapshot.attempt(TableAddress.of(tuple(key.path), partition))
        if attempt is None or attempt.state == "forgotten" or attempt.tries < TRIES[attempt.state]:
            return None
        now = signature(self.graph.get(key).code_version or "", self.made_from(key, partition))
        return attempt if attempt.made_from == now else None


def find_stale(
    judge: Judge,
    instance: dg.DagsterInstance,
    *,
    selected: Sequence[dg.AssetKey],
    languages: Sequence[str],
    dumps: Sequence[str],
    force: bool = False,
) -> list[Work]:
    """The stale ones among `selected`, in the order in which they must run.

    Of partitioned assets only `languages` and `dumps` are looked at. An asset downstream of a stale
    one is stale too. A language that no dump has needs no table. `force` makes everything selected stale.
    """
    stale: dict[TableAddress, Work] = {}
    wanted = set(selected)
    for key in judge.graph.toposorted_asset_keys:
        if key not in wanted:
            continue
        for partition in partitions_of(judge.graph, key, languages, dumps):
            coming = judge.has_something_to_come(key, partition) or any(one.key == DUMPS for one in stale)
            if not coming and not judge.snapshot.facts(TableAddress.of(tuple(key.path), partition)):
                continue
            why = Why(Cause.FORCED, "forced") if force else _reason(judge, instance, key, partition, stale)
            if why is not None:
                address = TableAddress.of(tuple(key.path), partition)
                stale[address] = Work(key, partition, why.words, why.cause)
    return list(stale.values())


def partitions_of(
    graph: BaseAssetGraph, key: dg.AssetKey, languages: Iterable[str], dumps: Iterable[str]
) -> list[str | None]:
    """The partitions of `key` among `languages` or `dumps`, whichever it has; `[None]` where it has none."""
    definition = graph.get(key).partitions_def
    if definition is None:
        return [None]
    if tuple(key.path) == DUMPS:
        return list(dumps)
    known = set(definition.get_partition_keys())
    return [name for name in languages if name in known]


def _reason(
    judge: Judge,
    instance: dg.DagsterInstance,
    key: dg.AssetKey,
    partition: str | None,
    stale: dict[TableAddress, Work],
) -> Why | None:
    why = judge.out_of_date(key, partition)
    if why is not None:
        return _cause_of_inputs(why, judge.inputs(key, partition), stale)
    if instance.get_latest_materialization_event(key) is None:
        return Why(Cause.MISSING, "unknown to this Dagster instance")
    failed = judge.held_back_by(key, partition)
    if failed:
        return Why(Cause.CHECK, f"its check {failed[0]} failed")
    coming = {address for address in stale if address.key == DUMPS}
    reads_dumps = any(tuple(parent.path) == DUMPS for parent in judge.graph.get(key).parent_keys)
    inputs = [*judge.inputs(key, partition), *(sorted(coming, key=str) if reads_dumps else ())]
    rebuilt = [one for one in inputs if one in stale]
    return Why(stale[rebuilt[0]].cause, f"{rebuilt[0]} is rebuilt") if rebuilt else None


def _cause_of_inputs(why: Why, inputs: list[TableAddress], stale: dict[TableAddress, Work]) -> Why:
    """`why`; where other inputs are its reason, and one of them is damaged or missing, that one's cause."""
    if why.cause is not Cause.DATA:
        return why
    causes = (stale[one].cause for one in inputs if one in stale)
    return next((Why(one, why.words) for one in causes if one in (Cause.DAMAGE, Cause.MISSING)), why)


_OF_SOURCE = {RAW_CORPUS: Cause.TAKE_DOWN, BENCHMARKS: Cause.BENCHMARK}
"""What another source means: that of the corpus is the take-down rules, that of a dump its files."""


def _code_or_settings(before: str, now: str | None) -> Cause:
    """Of code versions `<artifact>/<version>-<digest of the settings>`: settings where the digest alone differs."""
    same_code = before.rpartition("-")[0] == (now or "").rpartition("-")[0]
    return Cause.SETTINGS if same_code and before else Cause.CODE
