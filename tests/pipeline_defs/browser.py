"""The real UI with the row viewer beside it, and a real Chromium that looks at both; nothing is asserted here."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from resources.ports import free_port

if TYPE_CHECKING:
    from playwright.sync_api import Page

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@contextlib.contextmanager
def ui(log: Path) -> Iterator[tuple[str, str]]:
    """`seedline ui` over the deployment of this environment: the addresses of the UI and of the row viewer."""
    port, rows_port = free_port(), free_port()
    command = [
        sys.executable,
        "-m",
        "pipeline_defs.cli",
        "ui",
        "--port",
        str(port),
        "--rows-port",
        str(rows_port),
    ]
    with log.open("wb") as output:
        server = subprocess.Popen(
            command, cwd=Path(__file__).parents[2], stdout=output, stderr=output, start_new_session=True
        )
    address, rows = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{rows_port}"
    try:
        for waited in (f"{rows}/alive", f"{address}/server_info"):
            _wait_for(waited, server, log)
        yield address, rows
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(timeout=60)


@contextlib.contextmanager
def chromium() -> Iterator["Page"]:
    """A page of the system's Chromium; the test is skipped where there is none."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        pytest.skip("no chromium on this machine (apt-get install chromium)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 1500, "height": 1000})
        page.set_default_timeout(90_000)
        yield page
        browser.close()


def _wait_for(url: str, server: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and server.poll() is None:
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=2):
            return
        time.sleep(0.2)
    raise AssertionError(f"{url} did not answer\n{log.read_text(errors='replace')[-4000:]}")
