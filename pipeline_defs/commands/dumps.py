"""`seedline dumps`: what there is to read, what was read, what failed and why; retry and forget."""

from typing import Annotated

import polars as pl
import typer
from rich.markup import escape

from pipeline_defs.commands.output import AsCsv, AsJson, Output
from pipeline_defs.commands.terminal import Console
from pipeline_defs.deployment import Deployment
from pipeline_defs.graph import dumps as states
from resources.corpus_source.base import SourceError

console = Console()

STATES = pl.Schema(
    {
        "dump": pl.String,
        "state": pl.String,
        "languages": pl.List(pl.String),
        "stored": pl.Boolean,
        "detail": pl.String,
    }
)
"""Columns of the list."""

dumps = typer.Typer(
    add_completion=False,
    help="Dumps with their state: list, retry, forget.",
    no_args_is_help=False,
    invoke_without_command=True,
)

Name = Annotated[str, typer.Argument(help="Name of the dump.")]


@dumps.callback()
def default(context: typer.Context, json: AsJson = False, csv: AsCsv = False) -> None:
    """Dumps with their state; without a sub-command they are listed."""
    if context.invoked_subcommand is None:
        list_dumps(json, csv)


@dumps.command("list")
def list_dumps(json: AsJson = False, csv: AsCsv = False) -> None:
    """Every dump that is named, watched, stored or was tried, with its state and the reason."""
    found = [
        {"dump": one.name, "state": one.state, "languages": list(one.languages), "stored": one.stored}
        | {"detail": one.detail}
        for one in Deployment.open().dumps()
    ]
    frame = pl.DataFrame(found, schema=STATES)
    Output(json, csv).table(
        frame,
        shown=frame.select("dump", "state", pl.col("languages").list.join(", "), "detail"),
        nothing="there is no dump: name one in the settings (dumps.named), or watch a folder or prefix",
    )


@dumps.command()
def retry(name: Name) -> None:
    """Let a failed or forgotten dump be read again, by its sensor or by the next `seedline materialize`."""
    deployment = Deployment.open()
    _known(name, deployment)
    states.retry(name, deployment.store())
    console.print(
        f"{escape(name)} is read again: by its sensor at its next tick, or by `seedline materialize`"
    )


@dumps.command()
def forget(name: Name) -> None:
    """Take a dump out of the store and the partitions; its rows leave the corpus with the next rebuild."""
    deployment = Deployment.open()
    _known(name, deployment)
    with deployment.instance() as instance:
        fingerprint = states.fingerprint_of(name, deployment.sources())
        states.forget(name, deployment.store(), instance, fingerprint)
    console.print(
        f"{escape(name)} is forgotten until its source changes (seedline dumps retry reads it again)"
    )


def _known(name: str, deployment: Deployment) -> None:
    found = {state.name: state for state in deployment.dumps()}
    if name not in found:
        raise SourceError(f"there is no dump {name!r}; there are {', '.join(found) or 'none'}")
    if found[name].misnamed:
        raise SourceError(f"dump {name!r}: {found[name].detail}")
