"""The command `seedline`: what the UI does, from a terminal, and the stages as tools of their own.

Each command is a thin function; commands with more to say stand in `commands/`. Errors that a user can mend
are printed as one message without a traceback.
"""

import sys
from collections.abc import Callable, Sequence
from importlib.metadata import version
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from pipeline_defs.commands import (
    audit,
    cache,
    coreset,
    dedup,
    dumps,
    engine,
    init,
    lab,
    materialize,
    recipes,
    score,
    seeds,
    show,
    sources,
    toolchains,
    trace,
    typecheck,
    ui,
    verify,
    verify_store,
)

app = typer.Typer(
    name="seedline",
    help="Dumps of source code in; verified, decontaminated instruction data, a checkpoint and its scores out.\n\n"
    "Start with `seedline demo`; then `seedline recipes`, `seedline show sft_dataset`, `seedline audit`.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)

PIPELINE = "The pipeline"
DATA = "Looking at the data"
TOOLS = "Stages as tools"


def _print_version(asked: bool) -> None:
    if asked:
        print(f"seedline {version('seedline')}")
        raise typer.Exit


def mount(panel: str, commands: Sequence[tuple[str, Callable[..., object]]]) -> None:
    """Add `commands` (name and function) to the help's section `panel`."""
    for name, function in commands:
        app.command(name, rich_help_panel=panel)(function)


mount(
    PIPELINE,
    [
        ("demo", materialize.demo),
        ("init", init.init),
        ("lab", lab.lab),
        ("materialize", materialize.materialize),
        ("plan", materialize.plan),
        ("ui", ui.ui),
        ("recipes", recipes.recipes),
    ],
)
mount(
    DATA,
    [
        ("show", show.show),
        ("audit", audit.audit),
        ("trace", trace.trace),
        ("cache", cache.cache),
        ("sources", sources.sources),
        ("verify-store", verify_store.verify_store),
    ],
)
mount(
    TOOLS,
    [
        ("seeds", seeds.seeds),
        ("typecheck", typecheck.typecheck),
        ("dedup", dedup.dedup),
        ("coreset", coreset.coreset),
        ("verify", verify.verify),
        ("score", score.score),
        ("toolchains", toolchains.toolchains),
    ],
)

app.add_typer(dumps.dumps, name="dumps", rich_help_panel=DATA)
app.add_typer(engine.engine, name="engine", rich_help_panel=PIPELINE)


@app.callback()
def options(
    show_version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit."),
    ] = False,
) -> None:
    """Options of the command itself; its help is the app's."""


def main() -> None:
    """Entry point: expected errors become one message and exit code 1."""
    from pipeline_defs.commands.errors import EXPECTED

    try:
        app()
    except EXPECTED as error:
        Console(stderr=True).print(
            f"[bold red]error[/]: {escape(str(error))}", highlight=False, soft_wrap=True
        )
        sys.exit(1)


if __name__ == "__main__":
    main()
