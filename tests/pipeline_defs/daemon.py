"""A real Dagster daemon over a small deployment, started and killed by tests; nothing is asserted here."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from pipeline_defs.deployment import Deployment
from pipeline_defs.running.instance import open_instance, prepare_instance


class Daemon:
    """The daemon, with a code server of its own, over the instance of `deployment`."""

    def __init__(self, deployment: Deployment, log: Path) -> None:
        self._home = prepare_instance(deployment.settings)
        open_instance(deployment.settings).dispose()
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it."""
        command = [sys.executable, "-m", "dagster._daemon", "run", "-m", "pipeline_defs.code_location"]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                command,
                cwd=self._log.parent,
                env={**os.environ, "DAGSTER_HOME": str(self._home)},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def kill(self, how: signal.Signals = signal.SIGKILL) -> None:
        """End it with everything that it started, as a reboot does (or `how`)."""
        if self._process is None:
            return
        for group in _groups_below(self._process.pid):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(group, how)
        self._process.wait(timeout=60)
        self._process = None

    def wait_for(self, what: str, holds: Callable[[], bool], *, seconds: float) -> float:
        """Wait until `holds`; returns how long that took. Raises with the end of the log."""
        began = time.monotonic()
        while not holds():
            if time.monotonic() - began > seconds:
                tail = self._log.read_text(errors="replace")[-6000:]
                raise AssertionError(f"not within {seconds:.0f} s: {what}\n{tail}")
            time.sleep(0.5)
        return time.monotonic() - began


def _groups_below(pid: int) -> set[int]:
    """Process groups of `pid` and of all that descend from it."""
    parents: dict[int, int] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()
            parents[int(stat.parent.name)] = int(fields[1])
    family = {pid}
    while grown := {child for child, parent in parents.items() if parent in family} - family:
        family |= grown
    groups = set()
    for one in family:
        with contextlib.suppress(ProcessLookupError):
            groups.add(os.getpgid(one))
    return groups - {os.getpgid(0)}


@contextlib.contextmanager
def running(deployment: Deployment, log: Path) -> Iterator[Daemon]:
    """A daemon that is ended with the block."""
    daemon = Daemon(deployment, log)
    daemon.start()
    try:
        yield daemon
    finally:
        daemon.kill()
