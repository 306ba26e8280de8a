"""`seedline ui`: the Dagster UI and daemon over the instance that the command uses, from any folder.

What Dagster loads is the installed module, never a file of the current folder, so a project may have folders
named `assets` or `resources` of its own.
"""

import os
import socket
import sys
from pathlib import Path
from typing import Annotated

import typer
import yaml

from pipeline_defs.instance import open_instance, prepare_instance
from pipeline_defs.settings import SettingsError, load_settings

MODULE = "pipeline_defs.code_location"
LOCATION = "seedline"
"""Dagster keeps the state of sensors and schedules under this name."""


def ui(
    port: Annotated[int, typer.Option(help="Port of the web server.")] = 3000,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
) -> None:
    """Open the Dagster UI, with its daemon, over the same instance that the command uses."""
    settings = load_settings()
    home = prepare_instance(settings).absolute()
    open_instance(settings).dispose()  # its tables are made before several processes open it at once
    _refuse_used_port(host, port)
    os.environ["DAGSTER_HOME"] = str(home)
    os.environ["PYTHONSAFEPATH"] = (
        "1"  # for every process that Dagster starts: no import from the current folder
    )
    workspace = str(write_workspace(home))
    command = [sys.executable, "-m", "dagster", "dev", "-w", workspace, "-p", str(port), "-h", host]
    os.execv(sys.executable, command)  # noqa: S606 - this process becomes the server


def write_workspace(folder: Path) -> Path:
    """Write the `workspace.yaml` that names the installed module into `folder`; returns its path."""
    # Dagster puts the working directory, else the current one, before the installed packages: not the project's folder
    module = {"module_name": MODULE, "location_name": LOCATION, "working_directory": str(folder)}
    path = folder / "workspace.yaml"
    path.write_text(yaml.safe_dump({"load_from": [{"python_module": module}]}), encoding="utf-8")
    return path


def _refuse_used_port(host: str, port: int) -> None:
    """Dagster says that a port is taken only after its other processes have started."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise SettingsError(
                f"the UI cannot listen on {host} port {port}: {error.strerror}; choose another with --port or --host"
            ) from error
