"""What is in the store at one moment, cheaply: one listing, and each file's facts read once a version.

Sensors and plans look at every table again and again; only what was written since is opened. Whether a table is
out of date is not judged here.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from resources.parquet_store.address import DUMPS, TableAddress
from resources.parquet_store.attempts import FOLDER, Attempt, parse_attempt
from resources.parquet_store.damage import DamagedTableError, DamageNote, parse_note
from resources.parquet_store.store import FILE, MissingTableError, ParquetStore

Record = TypeVar("Record")

EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
"""Digest of a table without rows."""


@dataclass(frozen=True)
class CheckOutcome:
    """How a check ended over the rows of one file."""

    passed: bool
    blocking: bool
    severity: str = "ERROR"
    description: str = ""

    @property
    def holds_back(self) -> bool:
        """Whether the rows must go nowhere."""
        return self.blocking and not self.passed


@dataclass(frozen=True)
class TableFacts:
    """What a table's file says of itself."""

    digest: str
    code_version: str
    made_from: dict[str, str]
    """Digests of what it was made from, by address; `source` is an input that is no table."""
    checks: dict[str, "CheckOutcome"]
    """Checks that were evaluated over these very rows, by name."""
    languages: dict[str, str]
    """Digest of the rows of each language, for tables that hold several."""
    beside: dict[str, str]
    """Digest of each table that belongs to this one, by suffix."""
    damage: str = ""
    """What is wrong with the file; nothing else is known of it then."""
    run_settings: dict[str, Any] = field(default_factory=dict)
    """Settings that were changed for the run that made it, by dotted path; empty: none."""

    @classmethod
    def read(cls, facts: dict[str, str]) -> "TableFacts":
        """From what the store read out of the file."""

        def mapping(name: str) -> dict:
            return json.loads(facts.get(name) or "{}")

        return cls(
            facts.get("digest", ""),
            facts.get("code_version", ""),
            mapping("inputs"),
            {name: CheckOutcome(**outcome) for name, outcome in mapping("checks").items()},
            mapping("languages"),
            mapping("beside"),
            run_settings=mapping("run_settings"),
        )

    @classmethod
    def damaged(cls, damage: str) -> "TableFacts":
        """Of a file that cannot be read."""
        return cls("", "", {}, {}, {}, {}, damage)

    @property
    def held_back_by(self) -> list[str]:
        """Blocking checks that failed: the rows are not to be read by any later artifact."""
        return [name for name, outcome in self.checks.items() if outcome.holds_back]

    def part(self, language: str | None) -> str | None:
        """Digest of the rows of `language`, None where it has none; without languages, of the whole table."""
        return self.languages.get(language) if self.languages and language else self.digest


@dataclass
class StoreWatch:
    """Takes snapshots of one store and remembers what it read for as long as the files stay the same."""

    store: ParquetStore
    _facts: dict[str, tuple[str, TableFacts]] = field(default_factory=dict)
    _attempts: dict[str, tuple[str, Attempt | None]] = field(default_factory=dict)
    _notes: dict[str, tuple[str, DamageNote | None]] = field(default_factory=dict)

    def look(self) -> "Snapshot":
        """What is there now."""
        return Snapshot(self, self.store.storage.versions())

    def facts(self, path: str, version: str, address: TableAddress) -> TableFacts | None:
        """The facts of the table at `address`, whose file has this version."""
        known = self._facts.get(path)
        if known is not None and known[0] == version:
            return known[1]
        try:
            facts = TableFacts.read(self.store.facts(address))
        except MissingTableError:
            return None
        except DamagedTableError as error:
            facts = TableFacts.damaged(str(error))
        self._facts[path] = (version, facts)
        return facts

    def attempt(self, path: str, version: str) -> Attempt | None:
        """The record at `path`, which has this version."""
        return self._remembered(self._attempts, path, version, parse_attempt)

    def note(self, path: str, version: str) -> DamageNote | None:
        """The note of damage at `path`, which has this version."""
        return self._remembered(self._notes, path, version, parse_note)

    def _remembered(
        self,
        known: dict[str, tuple[str, Record | None]],
        path: str,
        version: str,
        parse: Callable[[bytes], Record | None],
    ) -> Record | None:
        found = known.get(path)
        if found is None or found[0] != version:
            try:
                found = (version, parse(self.store.storage.read_bytes(path)))
            except FileNotFoundError:
                return None
            known[path] = found
        return found[1]


@dataclass(frozen=True)
class Snapshot:
    """The tables and records that stood in a store when `files` (path to version) was listed."""

    watch: StoreWatch
    files: dict[str, str]

    def facts(self, address: TableAddress) -> TableFacts | None:
        """The facts of a table; None where there is none."""
        path = self.watch.store.uri(address)
        version = self.files.get(path)
        if version is None:
            return None
        noted = self.watch.store.damage.path(address)
        if noted in self.files:
            note = self.watch.note(noted, self.files[noted])
            if note is not None and note.version == version:
                return TableFacts.damaged(note.why)
        return self.watch.facts(path, version, address)

    def attempt(self, address: TableAddress) -> Attempt | None:
        """The record of a try that did not come off."""
        path = self.watch.store.attempts.path(address)
        version = self.files.get(path)
        return None if version is None else self.watch.attempt(path, version)

    def partitions(self, key: tuple[str, ...]) -> list[str]:
        """Values of the partitions of `key` that are stored, sorted."""
        return sorted(self._values(self.watch.store.storage.path(*key), f"/{FILE}"))

    def tables(self) -> list[TableAddress]:
        """Every table that is stored, those beside others included."""
        root, found = self.watch.store.storage.root, []
        for path in sorted(self.files):
            parts = path.removeprefix(f"{root}/").split("/")
            if parts[-1] == FILE and not parts[0].startswith("."):
                pairs = [part.partition("=") for part in parts[:-1] if "=" in part]
                key = tuple(part for part in parts[:-1] if "=" not in part)
                found.append(TableAddress(key, tuple((column, value) for column, _, value in pairs)))
        return found

    def attempted(self, key: tuple[str, ...]) -> list[str]:
        """Values of the partitions of `key` that have a record, sorted."""
        return sorted(self._values(self.watch.store.storage.path(FOLDER, *key), ".json"))

    def _values(self, base: str, ending: str) -> set[str]:
        found = set()
        for path in self.files:
            if path.startswith(f"{base}/") and path.endswith(ending):
                middle = path.removeprefix(f"{base}/").removesuffix(ending)
                _column, equals, value = middle.partition("=")
                if equals and "/" not in middle:
                    found.add(value)
        return found


def input_digests(
    facts_of: Callable[[TableAddress], TableFacts | None],
    inputs: Iterable[TableAddress],
    language: str | None,
) -> dict[str, str]:
    """Digest of each input by its address; of a dump only the files of `language` count.

    An input without rows counts as none, so that it makes no difference whether an empty table was ever written.
    """
    digests = {}
    for address in inputs:
        facts = facts_of(address)
        part = None if facts is None else facts.part(language if address.key == DUMPS else None)
        if part and part != EMPTY:
            digests[str(address)] = part
    return digests
