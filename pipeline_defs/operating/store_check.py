"""Every table held against its own digest: `seedline verify-store`, and the nightly check."""

from dataclasses import dataclass

from resources.parquet_store import DamagedTableError, ParquetStore, StoreWatch, TableAddress, TableFacts


@dataclass(frozen=True)
class Finding:
    """A table that is not what was written, and how."""

    address: TableAddress
    why: str


def damaged_tables(store: ParquetStore) -> tuple[int, list[Finding]]:
    """How many tables were looked at, and those that are damaged, edited or lack a table beside them.

    The damage is noted in the store: plans and automation then count these tables as out of date.
    """
    snapshot = StoreWatch(store).look()
    addresses = snapshot.tables()
    found = []
    for address in addresses:
        try:
            store.check_rows(address)
        except DamagedTableError as error:
            found.append(Finding(address, str(error)))
            continue
        facts = TableFacts.read(store.facts(address))
        for suffix, digest in facts.beside.items():
            beside = snapshot.facts(address.sibling(suffix))
            if beside is None:
                found.append(Finding(address, f"its table {address.sibling(suffix)} is missing"))
            elif not beside.damage and beside.digest != digest:
                found.append(Finding(address, f"its table {address.sibling(suffix)} is another one"))
    return len(addresses), found
