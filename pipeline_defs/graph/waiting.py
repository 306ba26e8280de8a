"""What waits and why: of every partition of every asset whether it is up to date, waits, failed or is held back.

For people, as a table; judged by the same files as automation and `seedline plan` (`graph/staleness.py`).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

import dagster as dg

from pipeline_defs.graph.staleness import Judge, partitions_of
from resources.parquet_store import TableAddress
from resources.parquet_store.address import DUMPS

State = Literal["up to date", "to be made", "waits", "held back", "failed"]

MEANING: dict[State, str] = {
    "up to date": "made from what stands there now, with the code and settings of now",
    "to be made": "missing or out of date, and everything it needs is there",
    "waits": "missing or out of date, and so is something that it is made from",
    "held back": "made, but a blocking check failed: no later artifact reads it",
    "failed": "tried, and not tried again by itself until its inputs or its code change",
}


@dataclass(frozen=True)
class Standing:
    """One partition of an asset (None: not partitioned), its state, and why it is in it."""

    key: dg.AssetKey
    partition: str | None
    state: State
    why: str


def standings(judge: Judge, languages: Iterable[str]) -> Iterator[Standing]:
    """The standing of everything there is or could be, in the order in which it is made.

    Languages that no dump has, and that were never made, are left out.
    """
    dumps = sorted({*judge.snapshot.partitions(DUMPS), *judge.snapshot.attempted(DUMPS)})
    known = list(languages)
    for key in judge.graph.toposorted_asset_keys:
        if judge.graph.get(key).code_version is None:  # the nightly check keeps no table
            continue
        for partition in partitions_of(judge.graph, key, known, dumps):
            address = TableAddress.of(tuple(key.path), partition)
            if judge.has_something_to_come(key, partition) or judge.snapshot.facts(address) is not None:
                yield _standing(judge, key, partition)


def _standing(judge: Judge, key: dg.AssetKey, partition: str | None) -> Standing:
    attempt = judge.snapshot.attempt(TableAddress.of(tuple(key.path), partition))
    if attempt is not None and attempt.state == "failed" and tuple(key.path) == DUMPS:
        return Standing(key, partition, "failed", attempt.error)
    reason = judge.out_of_date(key, partition)
    if reason is None:
        failed = judge.held_back_by(key, partition)
        return Standing(
            key,
            partition,
            "held back" if failed else "up to date",
            f"its check {failed[0]} failed" if failed else "",
        )
    given_up = judge.given_up(key, partition)
    if given_up is not None:
        return Standing(key, partition, "failed", given_up.error or f"{reason}; its last try was cut short")
    missing = [one for one in judge.inputs(key, partition) if not _there(judge, one)]
    if missing:
        return Standing(
            key, partition, "waits", f"{reason}; {missing[0]} is not there yet, or not up to date"
        )
    return Standing(key, partition, "to be made", reason.words)


def _there(judge: Judge, address: TableAddress) -> bool:
    """Whether an input can be read and needs no rebuilding itself."""
    key, partition = dg.AssetKey(list(address.key)), address.partition[0][1] if address.partition else None
    if not judge.has_something_to_come(key, partition):
        return True
    return judge.readable(key, partition) and (
        address.key == DUMPS or judge.out_of_date(key, partition) is None
    )
