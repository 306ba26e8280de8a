"""`seedline ui`: the Dagster UI, daemon and row viewer over the instance that the command uses, from any folder.

What Dagster loads is the installed module, never a file of the current folder, so a project may have folders
named `assets` or `resources` of its own.
"""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer
import yaml

from pipeline_defs.commands.terminal import say
from pipeline_defs.configuration.settings import PREFIX, load_settings
from pipeline_defs.rows_page.serving import address_of, refuse_used_port, start_beside
from pipeline_defs.running.instance import open_instance, prepare_instance
from resources.ports import is_free

MODULE = "pipeline_defs.code_location"
SUPERSEDED = "ignore:Function `dev_command` is superseded"
"""A warning that Dagster prints of its own command; the one that it names wants a project of its own form."""
LOCATION = "seedline"
"""Dagster keeps the state of sensors and schedules under this name."""


def ui(
    port: Annotated[int, typer.Option(help="Port of the web server.")] = 3000,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    rows_port: Annotated[
        int | None,
        typer.Option(
            help="Port of the row viewer; the next free one after the web server's where not given."
        ),
    ] = None,
) -> None:
    """Open the Dagster UI, with its daemon and the row viewer, over the same instance that the command uses."""
    settings = load_settings()
    home = prepare_instance(settings).absolute()
    open_instance(settings).dispose()  # its tables are made before several processes open it at once
    refuse_used_port(host, port, what="the UI", options="--port or --host")
    if rows_port is None:
        rows_port = next((one for one in range(port + 1, port + 21) if is_free(host, one)), port + 1)
    refuse_used_port(host, rows_port, what="the row viewer", options="--rows-port or --host")
    if "rows_page" not in settings.model_fields_set:
        os.environ[f"{PREFIX}ROWS_PAGE"] = address_of(host, rows_port)
    os.environ["DAGSTER_HOME"] = str(home)
    os.environ["PYTHONSAFEPATH"] = (
        "1"  # for every process that Dagster starts: no import from the current folder
    )
    say(f"The UI will be at {address_of(host, port)} once Dagster serves it; rows:")
    start_beside(host, rows_port)
    workspace = str(write_workspace(home))
    command = [sys.executable, "-W", SUPERSEDED, "-m", "dagster", "dev", "-w", workspace]
    command += ["-p", str(port), "-h", host]
    os.execv(sys.executable, command)  # noqa: S606 - this process becomes the server


def write_workspace(folder: Path) -> Path:
    """Write the `workspace.yaml` that names the installed module into `folder`; returns its path."""
    # Dagster puts the working directory, else the current one, before the installed packages: not the project's folder
    module = {"module_name": MODULE, "location_name": LOCATION, "working_directory": str(folder)}
    path = folder / "workspace.yaml"
    path.write_text(yaml.safe_dump({"load_from": [{"python_module": module}]}), encoding="utf-8")
    return path
