"""`seedline benchmarks`: the registered benchmarks as they are, the well-known ones that are not, and pins."""

from typing import Annotated

import polars as pl
import typer

from assets.benchmarks.pins import read_pins, write_pins
from assets.benchmarks.registered import overview, pin_of
from assets.benchmarks.registry import BUILT_IN, benchmark_files
from pipeline_defs.commands.output import AsCsv, AsJson, Output
from pipeline_defs.configuration.settings import load_settings


def benchmarks(
    names: Annotated[
        list[str] | None,
        typer.Argument(help="Registered benchmarks to pin; none: every one that is registered."),
    ] = None,
    pin: Annotated[
        bool,
        typer.Option(
            "--pin", help="Write what they are now (problems, digest, commit) into the file of pins."
        ),
    ] = False,
    registered: Annotated[
        bool, typer.Option("--registered", help="Leave out the well-known ones that are not registered.")
    ] = False,
    json: AsJson = False,
    csv: AsCsv = False,
) -> None:
    """List benchmarks: the registered ones, with what could not be read, and where to get the well-known others.

    With --pin, what the named ones are now is what recipes that require them rely on: another file stops their plans.
    """
    output, settings = Output(json, csv), load_settings()
    if names and not pin:
        raise typer.BadParameter("names are for --pin")
    if pin:
        wanted = names or [name for name in benchmark_files(settings.benchmarks) if name not in BUILT_IN]
        pins = read_pins(settings.benchmark_pins) | {
            name: pin_of(name, settings.benchmarks) for name in wanted
        }
        write_pins(settings.benchmark_pins, pins)
        output.say(f"{len(wanted)} pinned in {settings.benchmark_pins}")
    found = overview(settings.benchmarks, read_pins(settings.benchmark_pins), others=not registered)
    short = pl.col("digest").str.slice(0, 12)
    shown = found.with_columns(short).drop("solutions", "revision")
    output.table(
        found, shown=shown.drop([name for name in shown.columns if shown[name].null_count() == shown.height])
    )
