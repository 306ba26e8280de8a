"""Ending a process with all that it started, when it leads a process group of its own."""

import contextlib
import os
import signal
import time

GONE_S = 10.0
"""How long killed processes may take to be gone, and a GPU's memory with them."""


def end_group(group: int) -> None:
    """Kill every process of `group` and wait until they are gone; nothing happens where none is left."""
    until = time.monotonic() + GONE_S
    with contextlib.suppress(ProcessLookupError, PermissionError):
        while time.monotonic() < until:
            os.killpg(group, signal.SIGKILL)
            time.sleep(0.05)
