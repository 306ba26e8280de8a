"""Running a checker's process: within a limit of CPU time, in a bare environment, never left behind.

Tells what the sources did to the checker (it hung, it crashed: `CheckerFailed`) from what has nothing to do with
them (it is not installed, it was killed: `TypeCheckerUnavailable`).
"""

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Collection, Sequence
from pathlib import Path

import psutil

from resources.type_checker.base import TypeCheckerUnavailable

CLOCK_FACTOR = 10
"""How much longer than its CPU time a checker may take by the clock."""


class CheckerFailed(Exception):
    """The checker hung or crashed on these sources; the message says how."""


def run_checker(
    arguments: Sequence[str],
    folder: Path,
    *,
    timeout_s: float,
    install: str,
    node_options: str = "",
    exits: Collection[int] = (0, 1),
    cancelled: threading.Event | None = None,
) -> str:
    """Standard output of the checker, run in `folder`.

    `install` says how to get it, for the error; `exits` are its exit statuses when it did its work;
    setting `cancelled` ends it.

    Raises `CheckerFailed` when it ends by a crash, or has had `timeout_s` seconds of CPU (or ten times that
    by the clock: a busy machine must not change a verdict), `TypeCheckerUnavailable` when it cannot be started
    or somebody kills it.
    """
    # its language, colors and search paths come from the environment: none is passed on
    environment = {"PATH": os.defpath, "HOME": str(folder), "LC_ALL": "C.UTF-8", "NO_COLOR": "1"}
    environment["NODE_OPTIONS"] = node_options
    try:
        process = subprocess.Popen(
            list(arguments),
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,  # so that its children end with it
        )
    except OSError as error:
        raise TypeCheckerUnavailable(f"{arguments[0]}: cannot be started ({error}); {install}") from error
    try:
        output, errors = _wait(process, timeout_s, cancelled)
    finally:
        _end(process)
    tail = errors.decode(errors="replace").strip()[-500:]
    if process.returncode in (-signal.SIGKILL, -signal.SIGTERM, -signal.SIGINT):
        raise TypeCheckerUnavailable(
            f"{arguments[0]} was killed by signal {-process.returncode}: out of memory, or stopped by someone; "
            "give the machine more memory or the checker fewer processes and smaller batches"
        )
    if "No module named" in tail:
        raise TypeCheckerUnavailable(f"{' '.join(arguments[:3])}: {tail.splitlines()[-1]}; {install}")
    if process.returncode not in exits:
        raise CheckerFailed(
            f"ended with exit status {process.returncode}: {tail.splitlines()[-1:] or 'silent'}"
        )
    return output.decode(errors="replace")


def _wait(
    process: "subprocess.Popen[bytes]", timeout_s: float, cancelled: threading.Event | None
) -> tuple[bytes, bytes]:
    deadline = time.monotonic() + CLOCK_FACTOR * timeout_s
    while True:
        try:
            return process.communicate(timeout=0.2)
        except subprocess.TimeoutExpired:
            if cancelled is not None and cancelled.is_set():
                raise TypeCheckerUnavailable("the type check was stopped") from None
            if _cpu_s(process.pid) > timeout_s or time.monotonic() > deadline:
                raise CheckerFailed(f"no verdict within {timeout_s:.0f} s") from None


def _cpu_s(pid: int) -> float:
    """CPU seconds that the process and its children have used."""
    try:
        parent = psutil.Process(pid)
        times = [process.cpu_times() for process in (parent, *parent.children(recursive=True))]
    except psutil.Error:  # it has just ended
        return 0.0
    return sum(spent.user + spent.system for spent in times)


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End the process and its children, if any is left."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
