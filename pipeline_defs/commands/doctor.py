"""`seedline doctor`: what this machine has and lacks, a line each, with the remedy."""

import polars as pl
import typer

from pipeline_defs.commands.output import AsCsv, AsJson, Output
from pipeline_defs.configuration.settings import Settings, load_settings
from pipeline_defs.machine.checks import findings, needed
from pipeline_defs.machine.finding import Finding, State

FINDINGS = pl.Schema({"part": pl.String, "state": pl.String, "found": pl.String, "remedy": pl.String})
"""Columns of the table; `remedy` is null where nothing is to be done."""
COLOURS = {State.OK: "green", State.NOTE: "yellow", State.PROBLEM: "bold red"}


def doctor(json: AsJson = False, csv: AsCsv = False) -> None:
    """Say what this machine has and lacks, with the remedies; fails where the demo could not run."""
    output = Output(json, csv)
    found = []
    for one in findings(load_settings()):
        found.append(one)
        if output.for_people:
            print_finding(output, one)
    if not output.for_people:
        rows = [(one.part, one.state.value, one.found, one.remedy or None) for one in found]
        output.table(pl.DataFrame(rows, schema=FINDINGS, orient="row"))
    if any(one.state is State.PROBLEM for one in found):
        raise typer.Exit(1)


def refuse_lacking(output: Output, settings: Settings) -> None:
    """Print what the demo needs and this machine lacks, and exit; nothing where it lacks nothing."""
    lacking = [one for one in needed(settings) if one.state is State.PROBLEM]
    for one in lacking:
        print_finding(output, one)
    if lacking:
        raise typer.Exit(1)


def print_finding(output: Output, finding: Finding) -> None:
    """A line, and the remedy below it."""
    from rich.markup import escape

    mark = f"[{COLOURS[finding.state]}]{finding.state.value:<7}[/]"
    text = f"{mark} {escape(f'{finding.part}: {finding.found}')}"
    output.console.print(text, highlight=False, soft_wrap=True)
    if finding.remedy:
        output.say(f"        {finding.remedy}")
