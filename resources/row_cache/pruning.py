"""Which spaces of a row cache may go: what nobody would use, and nobody has used for a while.

Belongs here: the rule. What the enabled recipes are is told by the caller; who used what is in `usage.py`.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from resources.row_cache.fragments import FragmentFolder, written_at
from resources.row_cache.spaces import list_spaces
from resources.row_cache.usage import read_usage
from resources.storage import Storage


@dataclass(frozen=True)
class Space:
    """One space with who used it last."""

    name: str
    record: Mapping[str, object] | None  # of `usage.read_usage`; null: nobody has left one
    last_used: datetime
    wanted: bool  # an enabled recipe would use it as its settings are now
    user_is_on: bool


def surveyed(storage: Storage, code_versions: Mapping[str, str | None], on: Collection[str]) -> list[Space]:
    """All spaces of the cache.

    `code_versions` says what each asset (`recipe/artifact`) of the recipes that are `on` would use now. A record
    that names no code version counts as wanted while its recipe is enabled.
    """
    records = sorted(read_usage(storage), key=lambda record: str(record.get("last_used", "")))
    by_space: dict[str, list[dict[str, object]]] = {}
    for record in records:
        by_space.setdefault(str(record.get("space")), []).append(record)
    found = []
    for name in list_spaces(storage):
        users = by_space.get(name, [])
        those_on = [record for record in users if str(record["user"]).split("/")[0] in on]
        wanted = [record for record in those_on if _would_use(record, code_versions)]
        record = next(reversed(wanted or those_on or users), None)
        times = [written_at(path) for path in FragmentFolder(storage, storage.path(name)).names()]
        times += [datetime.fromisoformat(str(each["last_used"])) for each in users]
        found.append(Space(name, record, max(times), bool(wanted), bool(those_on)))
    return found


def unused(spaces: list[Space], days: float, now: datetime | None = None) -> list[Space]:
    """Those of `spaces` that no enabled recipe would use, and that nobody has used for `days`."""
    before = (now or datetime.now(UTC)) - timedelta(days=days)
    return [space for space in spaces if not space.wanted and space.last_used <= before]


def _would_use(record: Mapping[str, object], code_versions: Mapping[str, str | None]) -> bool:
    version = record.get("code_version")
    asset = "/".join(str(record["user"]).split("/")[:2])
    return not version or code_versions.get(asset) == version
