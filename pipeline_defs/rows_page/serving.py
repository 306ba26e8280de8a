"""The row viewer as a process: started beside the Dagster UI and ended with it, or on its own.

What it answers is in `app.py`.
"""

import os
import subprocess
import sys
import threading
import time
from contextlib import suppress
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import urlopen

from pipeline_defs.configuration.settings import Settings, SettingsError
from pipeline_defs.deployment import Deployment
from pipeline_defs.rows_page.addresses import identity_of
from resources.ports import bind_error

PARENT_VARIABLE = "SEEDLINE_ROWS_ENDS_WITH"
"""Process id after whose end a viewer that was started beside the UI ends too."""


def serve(deployment: Deployment, host: str, port: int) -> None:
    """Serve until it is stopped; beside a UI, until that is gone."""
    import uvicorn

    from pipeline_defs.rows_page.app import build_app
    from pipeline_defs.rows_page.pages import Pages

    named = urlsplit(deployment.settings.rows_page).hostname
    app = build_app(Pages(deployment), [one for one in (host, named) if one])
    server = uvicorn.Server(
        uvicorn.Config(app, host=host, port=port, log_level="warning", server_header=False)
    )
    parent = os.environ.pop(PARENT_VARIABLE, None)
    if parent is not None:
        threading.Thread(target=_end_with, args=(server, int(parent)), daemon=True).start()
    server.run()


def start_beside(host: str, port: int) -> "subprocess.Popen[bytes]":
    """A viewer in a process of its own, which ends when this process has ended."""
    command = [sys.executable, "-P", "-m", "pipeline_defs.cli", "rows", "--no-browser"]
    return subprocess.Popen(
        [*command, "--host", host, "--port", str(port)],
        env={**os.environ, PARENT_VARIABLE: str(os.getpid())},
        stdin=subprocess.DEVNULL,
    )


def is_served(settings: Settings, address: str) -> bool:
    """Whether the row viewer of this store answers at `address` (`http://host:port`)."""
    with suppress(URLError, OSError, ValueError), urlopen(f"{address}/alive", timeout=2) as answer:
        return answer.read(200).decode(errors="replace") == identity_of(_root(settings))
    return False


def address_of(host: str, port: int) -> str:
    """The address of a server as a browser of this machine reaches it."""
    name = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"


def refuse_used_port(host: str, port: int, *, what: str, options: str) -> None:
    """Raise `SettingsError` where a port is taken: Dagster says so only after its other processes have started."""
    if (error := bind_error(host, port)) is not None:
        raise SettingsError(
            f"{what} cannot listen on {host} port {port}: {error.strerror}; choose another with {options}"
        ) from error


def _root(settings: Settings) -> str:
    return Deployment(settings, ()).store().storage.root


def _end_with(server, parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    server.should_exit = True
