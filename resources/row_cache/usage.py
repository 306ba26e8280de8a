"""Who used which cache space last, and how often it saved work: what `seedline cache` shows and prunes by.

A small JSON file a user (recipe/partition) and stage points at the space of its last run; a space that no
recipe's pointer names any more is not used. Two runs that update one pointer at once may lose a count, never
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
    computed: int
    reused: int


def record_usage(storage: Storage, usage: Usage) -> None:
    """Point `usage.user` at the space it just used and add to its counts."""
    pointer = f"{usage.user}--{usage.stage.name}.json".replace("/", "--")
    path = storage.path(FOLDER, pointer)
    record = read_json(storage, path)
    same = record.get("space") == usage.stage.space
    counts = {
        name: (int(str(record.get(name, 0))) if same else 0) + value
        for name, value in (("computed", usage.computed), ("reused", usage.reused))
    }
    written = {
        "user": usage.user,
        "stage": usage.stage.name,
        "version": usage.stage.version,
        "settings": usage.stage.settings,
        "space": usage.stage.space,
        "last_used": datetime.now(UTC).isoformat(timespec="seconds"),
        **counts,
    }
    storage.write_bytes(path, json.dumps(written, indent=1).encode())


def read_usage(storage: Storage) -> list[dict[str, object]]:
    """All pointers: user, stage, version, settings, space, last_used, computed, reused."""
    paths = storage.list_files(storage.path(FOLDER))
    return [record for path in paths if (record := read_json(storage, path))]


def read_json(storage: Storage, path: str) -> dict[str, object]:
    """The JSON object at `path`; empty when there is none or it cannot be read."""
    try:
        value = json.loads(storage.read_bytes(path))
    except (FileNotFoundError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}
