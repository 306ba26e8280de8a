"""What was begun for a table and did not come off: how often, from what, and why.

A record is in the store from the moment when a step begins until its table is in place, so a step that was
killed leaves one too. It keeps automation from beginning the same thing again for ever, and it remembers dumps
that a person wants forgotten. Who reads it decides what follows.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Literal

from resources.ids import text_id
from resources.parquet_store.address import TableAddress
from resources.storage import Storage

FOLDER = ".attempts"

AttemptState = Literal["begun", "failed", "forgotten"]


@dataclass(frozen=True)
class Attempt:
    """The last try for a table. `made_from` is the signature of what it would have been made from."""

    made_from: str
    tries: int = 1
    state: AttemptState = "begun"
    error: str = ""
    run: str = ""
    at: str = ""
    source: str | None = None

    def failed(self, error: str) -> "Attempt":
        """The same try, ended by `error`."""
        return replace(self, state="failed", error=error[:2000])


class Attempts:
    """The records of one store."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def path(self, address: TableAddress) -> str:
        """Where the record of `address` is."""
        return self._storage.path(FOLDER, f"{address}.json")

    def read(self, address: TableAddress) -> Attempt | None:
        """The record of `address`; None where the last try came off, or where there was none."""
        try:
            return parse_attempt(self._storage.read_bytes(self.path(address)))
        except FileNotFoundError:
            return None

    def write(self, address: TableAddress, attempt: Attempt) -> None:
        """Put the record of `address`."""
        stamped = replace(attempt, at=datetime.now(UTC).isoformat(timespec="seconds"))
        self._storage.write_bytes(self.path(address), json.dumps(asdict(stamped)).encode())

    def begin(self, address: TableAddress, made_from: str, *, run: str, source: str | None) -> Attempt:
        """Note that a step begins; tries from the same inputs are counted."""
        before = self.read(address)
        same = before is not None and before.made_from == made_from and before.state != "forgotten"
        attempt = Attempt(made_from, before.tries + 1 if before and same else 1, run=run, source=source)
        self.write(address, attempt)
        return attempt

    def clear(self, address: TableAddress) -> None:
        """Forget the record of `address`."""
        self._storage.remove(self.path(address))


def signature(code_version: str, made_from: Mapping[str, str]) -> str:
    """One value for what a table would be made from."""
    return text_id(code_version, json.dumps(dict(made_from), sort_keys=True))


def parse_attempt(data: bytes) -> Attempt | None:
    """A record from its bytes; None for bytes that are no record (a disk that was full)."""
    try:
        return Attempt(**json.loads(data))
    except (ValueError, TypeError):
        return None
