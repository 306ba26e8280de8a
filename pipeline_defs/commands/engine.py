"""`seedline engine`: the model servers that this machine shares, and ending them."""

import time
from typing import Annotated

import polars as pl
import typer

from pipeline_defs.commands.output import AsCsv, AsJson, Output
from pipeline_defs.commands.terminal import Console
from pipeline_defs.configuration.settings import load_settings
from resources.engines.base import EngineUnavailable
from resources.engines.lease import Lease, LeaseFile, lease_files
from resources.engines.shared_server import stop as stop_server

engine = typer.Typer(
    add_completion=False,
    help="Model servers that the steps and runs of this machine share.",
    no_args_is_help=True,
)

SERVERS = pl.Schema(
    {
        "model": pl.String,
        "state": pl.String,
        "address": pl.String,
        "process": pl.Int64,
        "memory": pl.Float64,
        "seconds_since_use": pl.Int64,
        "log": pl.String,
    }
)
"""Columns of the table; `memory` is the share of the GPU's."""


@engine.command()
def status(json: AsJson = False, csv: AsCsv = False) -> None:
    """Show every server that ran here: its model, state, memory share, who uses it and when it stops."""
    rows = [
        {
            "model": lease.name,
            "state": _state(file, lease),
            "address": lease.url if lease.alive else None,
            "process": lease.watch.pid if lease.alive else None,
            "memory": lease.memory_share,
            "seconds_since_use": max(0, round(time.time() - lease.last_used)),
            "log": str(file.log),
        }
        for file, lease in _servers()
    ]
    frame = pl.DataFrame(rows, schema=SERVERS)
    shown = frame.select(
        "model",
        "state",
        "address",
        pl.col("process").cast(pl.String),
        pl.format("{}%", (pl.col("memory") * 100).round().cast(pl.Int64)).alias("memory"),
        pl.format("{} s ago", "seconds_since_use").alias("last used"),
        "log",
    )
    nothing = "no server has run here; the first step with the engine vllm_server starts one"
    Output(json, csv).table(frame, shown=shown, nothing=nothing)


@engine.command()
def stop(
    model: Annotated[
        str | None, typer.Argument(help="Only servers of this model, as `status` shows it.")
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Also servers that a step uses; the step fails.")
    ] = False,
) -> None:
    """End the servers of this machine; their memory is free when this returns."""
    console = Console()
    running = [(file, lease) for file, lease in _servers() if lease.alive and model in (None, lease.name)]
    if not running:
        console.print("no server runs" + (f" for {model}" if model else ""), markup=False)
    used: list[str] = []
    for file, lease in running:
        with file.unused() as unused:
            in_use = not unused
        if in_use and not force:
            used.append(lease.name)
            continue
        stop_server(lease)
        console.print(f"stopped {lease.name}", markup=False)
    if used:
        raise EngineUnavailable(
            f"in use by a step, so it was left alone: {', '.join(used)}; end the run first, or stop it with --force"
        )


def _servers() -> list[tuple[LeaseFile, Lease]]:
    files = lease_files(load_settings().home / "engines")
    return [(file, lease) for file in files if (lease := file.read()) is not None]


def _state(file: LeaseFile, lease: Lease) -> str:
    if not lease.alive:
        return f"{lease.state}: {lease.reason}" if lease.reason else "killed"
    if lease.state == "starting":
        return "starting"
    with file.unused() as unused:
        return f"idle, stops after {lease.idle_s:g} s" if unused else "in use"
