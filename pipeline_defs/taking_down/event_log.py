"""Taking text out of Dagster's event log, in its SQLite files: previews of rows, and whatever holds a removed line.

A preview shows the first characters of rows that may be gone, so all are wiped. The freed pages are overwritten. An
event log elsewhere (Postgres) is not ours to write; the receipt names it.
"""

import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

WIPED = "removed with a take-down"
PREVIEW = "preview"
COLUMNS = (
    ("event_logs", "event"),
    ("asset_keys", "last_materialization"),
    ("asset_check_executions", "evaluation_event"),
)
"""Tables and columns of the event log that hold events as JSON."""


def wipe_event_log(home: Path, found_by: Sequence[str]) -> tuple[int, int]:
    """Wipe previews, and texts with one of `found_by`, in the event log of the instance at `home`.

    Returns how many events were changed, and the bytes of the files that were written anew.
    """
    changed, size = 0, 0
    for path in sorted((home / "history").glob("**/*.db")):
        events = _wipe(path, found_by)
        changed += events
        size += path.stat().st_size if events else 0
    return changed, size


def _wipe(path: Path, found_by: Sequence[str]) -> int:
    changed = 0
    with closing(sqlite3.connect(path, timeout=60)) as connection:
        connection.execute("PRAGMA secure_delete=ON")
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type='table'")}
        for table, column in COLUMNS:
            if table not in tables:
                continue
            names = {row[1] for row in connection.execute(f"PRAGMA table_info({table})")}
            if column not in names:
                continue
            events = f"SELECT rowid, {column} FROM {table}"  # noqa: S608 - our own names
            for number, event in connection.execute(events).fetchall():
                cleaned = _cleaned_text(event, found_by)
                if cleaned is not None:
                    change = f"UPDATE {table} SET {column}=? WHERE rowid=?"  # noqa: S608 - our own names
                    connection.execute(change, (cleaned, number))
                    changed += 1
        connection.commit()
        if changed:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.execute("VACUUM")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return changed


def _cleaned_text(event: str | None, found_by: Sequence[str]) -> str | None:
    """The event without what is to go; None where there is nothing."""
    if not event or (f'"{PREVIEW}"' not in event and not any(text in event for text in found_by)):
        return None
    try:
        read = json.loads(event)
    except ValueError:
        return None
    cleaned = _cleaned(read, found_by)
    return json.dumps(cleaned) if cleaned != read else None


def _cleaned(value: Any, found_by: Sequence[str]) -> Any:
    if isinstance(value, dict):
        data = value.get("entry_data")
        if value.get("label") == PREVIEW and isinstance(data, dict) and "md_str" in data:
            return {**value, "entry_data": {**data, "md_str": f"_{WIPED}_"}}
        return {name: _cleaned(inner, found_by) for name, inner in value.items()}
    if isinstance(value, list):
        return [_cleaned(inner, found_by) for inner in value]
    if isinstance(value, str) and any(text in value for text in found_by):
        return WIPED
    return value
