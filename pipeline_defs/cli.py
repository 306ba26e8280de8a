"""The command `seedline`: what the UI does, from a terminal, and the stages as tools of their own.

Each command is a thin function in `commands/`, and `commands/registry.py` lists them. Errors that a user can mend are
printed as one message without a traceback.
"""

import sys
from typing import Annotated

import typer

from pipeline_defs.commands.registry import LazyGroup

app = typer.Typer(
    name="seedline",
    cls=LazyGroup,
    help="Dumps of source code in; verified, decontaminated instruction data, a checkpoint and its scores out.\n\n"
    "Start with `seedline init FOLDER` on a small project, or `seedline demo`; then `seedline show sft_dataset`, "
    "`seedline audit`, `seedline ui`.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


def _print_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        from pipeline_defs.commands.terminal import say

        say(f"seedline {version('seedline')}")
        raise typer.Exit


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
    from resources.printable import printable_logs

    printable_logs()
    try:
        app()
    except Exception as error:
        from pipeline_defs.commands.terminal import say_error, say_trace
        from pipeline_defs.expected_errors import is_expected

        if is_expected(error):
            say_error(error)
        elif (short := _shortage(error)) is not None:
            say_error(OSError(short))
        else:
            say_trace(type(error), error, error.__traceback__)
        sys.exit(1)


def _shortage(error: Exception) -> str | None:
    """What the machine was short of, where that ended the command."""
    from pipeline_defs.configuration.settings import SettingsError, load_settings
    from pipeline_defs.machine.shortage import shortage

    try:
        home = str(load_settings().home)
    except (SettingsError, OSError):
        home = "."
    return shortage(error, home)


if __name__ == "__main__":
    main()
