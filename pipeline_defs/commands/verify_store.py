"""`seedline verify-store`: every table held against its own digest; what is damaged is named and made again."""

import polars as pl
import typer

from pipeline_defs.commands.output import AsCsv, AsJson, Output
from pipeline_defs.deployment import Deployment
from pipeline_defs.operating.store_check import damaged_tables


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
