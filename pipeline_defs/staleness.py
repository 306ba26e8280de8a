"""Which partitions of which assets are out of date, and why: what `seedline plan` shows and the command runs.

Judged by the files themselves: each artifact carries the code version and the content digests it was made
from. Dagster's own staleness leaves out edges over many partitions, so it is not asked.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import dagster as dg
from dagster._core.definitions.assets.graph.asset_graph import AssetGraph

from pipeline_defs.partitions import CORPUS_DUMPS
from resources.parquet_store import ParquetStore, TableAddress


@dataclass(frozen=True)
class Work:
    """One partition of an asset (None: not partitioned) that is out of date, with the reason in words."""

    key: dg.AssetKey
    partition: str | None
    reason: str


def find_stale(
    graph: AssetGraph,
    instance: dg.DagsterInstance,
    store: ParquetStore,
    *,
    selected: Sequence[dg.AssetKey],
    partitions: Sequence[str],
    source_fingerprints: dict[str, str] | None = None,
    force: bool = False,
) -> list[Work]:
    """The stale ones among `selected`, in the order in which they must run.

    Of partitioned assets only `partitions` (languages or dumps) are looked at. An asset downstream of a stale
    one is stale too. `source_fingerprints` (dump to fingerprint) makes a dump stale whose source changed;
    `force` makes everything selected stale.
    """
    stale: dict[TableAddress, Work] = {}
    wanted = set(selected)
    for key in graph.toposorted_asset_keys:
        if key not in wanted:
            continue
        for partition in partitions_of(graph, instance, key, partitions):
            address = TableAddress.of(tuple(key.path), partition)
            fingerprints = source_fingerprints or {}
            reason = "forced" if force else None
            reason = reason or _reason(graph, instance, store, key, partition, address, stale, fingerprints)
            if reason is not None:
                stale[address] = Work(key, partition, reason)
    return list(stale.values())


def partitions_of(
    graph: AssetGraph, instance: dg.DagsterInstance, key: dg.AssetKey, wanted: Iterable[str]
) -> list[str | None]:
    """The partitions of `key` among `wanted`; `[None]` where it has none."""
    definition = graph.get(key).partitions_def
    if definition is None:
        return [None]
    known = set(definition.get_partition_keys(dynamic_partitions_store=instance))
    return [partition for partition in wanted if partition in known]


def _reason(
    graph: AssetGraph,
    instance: dg.DagsterInstance,
    store: ParquetStore,
    key: dg.AssetKey,
    partition: str | None,
    address: TableAddress,
    stale: dict[TableAddress, Work],
    fingerprints: dict[str, str],
) -> str | None:
    if not store.storage.exists(store.uri(address)):
        return "never materialized"
    if instance.get_latest_materialization_event(key) is None:
        return "unknown to this Dagster instance"
    metadata = store.facts(address)
    version = graph.get(key).code_version
    if metadata.get("code_version") != version:
        return f"code or settings changed ({metadata.get('code_version')} to {version})"
    made_from: dict[str, str] = json.loads(metadata.get("inputs", "{}"))
    source = fingerprints.get(partition or "") or fingerprints.get(key.to_user_string())
    if source is not None and made_from.get("source") != source:
        return "its source changed"
    expected = inputs_of(graph, instance, key, partition)
    if {str(one) for one in expected} != set(made_from) - {"source"}:
        return "its inputs are others (a new dump or language)"
    for one in expected:
        if one in stale:
            return f"{one} is rebuilt"
        if store.digest(one) != made_from[str(one)]:
            return f"{one} changed"
    return None


def inputs_of(
    graph: AssetGraph, instance: dg.DagsterInstance, key: dg.AssetKey, partition: str | None
) -> list[TableAddress]:
    """The tables that the partition of `key` reads."""
    node = graph.get(key)
    addresses: list[TableAddress] = []
    for parent in sorted(node.parent_keys):
        definition = graph.get(parent).partitions_def
        if definition is None:
            addresses.append(TableAddress.of(tuple(parent.path)))
            continue
        mapping = node.partition_mappings.get(parent)
        if isinstance(mapping, dg.SpecificPartitionsPartitionMapping):
            keys = list(mapping.partition_keys)
        elif partition is not None and definition != CORPUS_DUMPS:
            keys = [partition]
        else:
            keys = list(definition.get_partition_keys(dynamic_partitions_store=instance))
        addresses += [TableAddress.of(tuple(parent.path), one) for one in sorted(keys)]
    return addresses
