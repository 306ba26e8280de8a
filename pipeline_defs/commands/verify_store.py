"""`seedline verify-store`: every table held against its own digest; what is damaged is named and made again."""

from dataclasses import dataclass

import polars as pl
import typer

from pipeline_defs.commands.output import AsCsv, AsJson, Output
from pipeline_defs.deployment import Deployment
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


def verify_store(json: AsJson = False, csv: AsCsv = False) -> None:
    """Hold every table against the digest of its rows; the damaged ones are named and count as out of date."""
    count, found = damaged_tables(Deployment.open().store())
    output = Output(json, csv)
    rows = [(str(finding.address), finding.why) for finding in found]
    if rows or not output.for_people:
        output.table(pl.DataFrame(rows, schema={"damaged": pl.String, "why": pl.String}, orient="row"))
    output.say(f"{count} tables, {len(found)} damaged" + ("; `seedline plan` lists them" if found else ""))
    if found:
        raise typer.Exit(1)
