"""Who uses which cache space, how long ago, and how often it saved work: what `seedline cache` goes by.

A small JSON file for each user (recipe/artifact/partition) and space, written when the space is opened, before
anything is paid for, and again when the call ends. Two runs that update one file at once may lose a count, never
a result.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime

from resources.row_cache.stage import CacheStage
from resources.storage import Storage

FOLDER = "_usage"


@dataclass(frozen=True)
class Usage:
    """One call of `RowCache.map`: how many distinct keys were computed and how many reused."""

    stage: CacheStage
    user: str
    code_version: str = ""  # of the user: its stage's version with its settings
    computed: int = 0
    reused: int = 0


def record_usage(storage: Storage, usage: Usage) -> None:
    """Write down that `usage.user` uses the space, and add to its counts."""
    path = storage.path(FOLDER, f"{usage.user}--{usage.stage.space}.json".replace("/", "--"))
    record = read_json(storage, path)
    counts = {
        name: int(str(record.get(name, 0))) + value
        for name, value in (("computed", usage.computed), ("reused", usage.reused))
    }
    written = {
        "user": usage.user,
        "code_version": usage.code_version,
        "stage": usage.stage.name,
        "version": usage.stage.version,
        "settings": usage.stage.settings,
        "space": usage.stage.space,
        "last_used": datetime.now(UTC).isoformat(timespec="seconds"),
        **counts,
    }
    try:
        storage.write_bytes(path, json.dumps(written, indent=1).encode())
    except OSError as error:
        raise OSError(
            error.errno,
            f"row cache cannot write {path}: {error.strerror or error}; free space or set another cache",
        ) from error


def read_usage(storage: Storage) -> list[dict[str, object]]:
    """All records: user, code_version, stage, version, settings, space, last_used, computed, reused."""
    paths = storage.list_files(storage.path(FOLDER))
    return [record for path in paths if (record := read_json(storage, path))]


def forget_space(storage: Storage, space: str) -> None:
    """Remove the records of a space that is no more."""
    for path in storage.list_files(storage.path(FOLDER)):
        if read_json(storage, path).get("space") == space:
            storage.remove(path)


def read_json(storage: Storage, path: str) -> dict[str, object]:
    """The JSON object at `path`; empty when there is none or it cannot be read."""
    try:
        value = json.loads(storage.read_bytes(path))
    except (FileNotFoundError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}
