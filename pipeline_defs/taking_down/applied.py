"""What was applied last: the digest of the rules, the dumps they were held against, and how many files each names."""

import hashlib
import json
from dataclasses import asdict, dataclass

from pipeline_defs.taking_down.named import Named
from resources.parquet_store import ParquetStore
from resources.parquet_store.address import DUMPS

PATH = (".take_downs", "applied.json")


@dataclass(frozen=True)
class Applied:
    """The last application: digests of rules and dumps, and a warning for each rule that names nothing."""

    rules: str
    dumps: str
    files: int
    warnings: list[str]


def read_applied(store: ParquetStore) -> Applied | None:
    """The record; None where rules were never applied, or nobody can read it."""
    try:
        return Applied(**json.loads(store.storage.read_bytes(store.storage.path(*PATH))))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def write_applied(store: ParquetStore, rules: str, dumps: str, named: Named) -> None:
    """Write the record."""
    applied = Applied(rules, dumps, named.file_ids.len(), named.warnings())
    store.storage.write_bytes(store.storage.path(*PATH), json.dumps(asdict(applied)).encode())


def digest_of_dumps(store: ParquetStore) -> str:
    """One value for the dumps as they are stored."""
    parts = [f"{address} {store.digest(address)}" for address in store.partitions(DUMPS)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
