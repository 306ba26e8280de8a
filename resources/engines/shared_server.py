"""Using a server together with the other processes of this machine: found, or started; left, or stopped.

The rule for memory: a server may start beside those that run while the shares of the GPUs they have in common add
up to no more than 1. Otherwise those that nobody uses are stopped first; while one that is in use is in the way,
the newcomer waits for its users to end.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import IO

from resources.engines.base import EngineUnavailable
from resources.engines.lease import Lease, LeaseFile, held_alone, lease_files
from resources.engines.process_group import end_group
from resources.engines.server_watch import END_S, TOLD, Plan
from resources.engines.vllm_words import failure, tail

POLL_S = 0.2


class SharedServer:
    """The server of `plan`, with this process among its users until `leave`."""

    def __init__(self, plan: Plan, state: Path) -> None:
        self.plan = plan
        self.state = state.absolute()
        self.file = LeaseFile(self.state, plan.digest)
        self._use: IO[bytes] | None = None

    def lease(self) -> Lease:
        """Where the server is, started if need be. Raises `EngineUnavailable` when it cannot be had."""
        self.state.mkdir(parents=True, exist_ok=True)
        until = time.monotonic() + self.plan.load_timeout_s
        in_the_way = "another process is starting a server"
        while True:
            found = self._running()
            if found is not None:
                return found
            # two that load at once would measure each other's memory
            with held_alone(self.state / "start.lock") as alone:
                if alone:
                    found = self._running()
                    if found is not None:
                        return found
                    blocking = self._make_room()
                    if blocking is None:
                        return self._start()
                    in_the_way = (
                        f"the server of {blocking.name!r} (share {blocking.memory_share:g} of the memory) is in use; "
                        "wait until its steps are over, lower engines.vllm.memory_share, or end it by "
                        "`seedline engine stop --force`"
                    )
            if time.monotonic() > until:
                raise EngineUnavailable(
                    f"no server for model {self.plan.name!r} after {self.plan.load_timeout_s:g} s: {in_the_way}"
                )
            time.sleep(POLL_S)

    @property
    def alive(self) -> bool:
        """Whether the server still runs."""
        lease = self.file.read()
        return lease is not None and lease.alive

    def leave(self) -> None:
        """Be no longer among its users."""
        use, self._use = self._use, None
        if use is not None:
            use.close()

    def explain(self, said: str) -> str:
        """`said` about the server, with what its log tells."""
        return failure(said, tail(self.file.log))

    def _running(self) -> Lease | None:
        """The lease of a server that is ready, with this process among its users from before it was looked at."""
        if self._use is None:
            self._use = self.file.use()
        lease = self.file.read()
        return lease if lease is not None and lease.alive and lease.state == "ready" else None

    def _make_room(self) -> Lease | None:
        """Stop what is not used, as far as its memory is needed; a lease that is in the way, if any is."""
        others = [
            (file, lease)
            for file in lease_files(self.state)
            if (lease := file.read()) is not None
            and lease.alive
            and lease.digest != self.plan.digest
            and lease.competes_with(self.plan.devices)
        ]
        taken = sum(lease.memory_share for _, lease in others)
        for file, lease in sorted(others, key=lambda other: other[1].last_used):
            if taken + self.plan.memory_share <= 1.0 + 1e-9:
                return None
            with file.unused() as unused:
                if unused:
                    stop(lease)
                    taken -= lease.memory_share
        if taken + self.plan.memory_share <= 1.0 + 1e-9:
            return None
        return next((lease for file, lease in others if lease.alive and not _is_unused(file)), others[0][1])

    def _start(self) -> Lease:
        before = self.file.read()
        if before is None or not before.alive:
            if before is not None:
                _end_remains(before)
                self.file.path.unlink(missing_ok=True)
            root = str(Path(__file__).parents[2])
            command = [sys.executable, "-P", "-m", "resources.engines.server_watch", str(self.state)]
            paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
            self.file.log.write_bytes(b"")
            with self.file.log.open("ab") as log:
                started = subprocess.run(
                    command,
                    input=json.dumps(asdict(self.plan)).encode(),
                    stdout=log,
                    stderr=log,
                    check=False,
                    env=os.environ | {"PYTHONPATH": os.pathsep.join(paths)},
                    start_new_session=True,
                )
            if started.returncode:
                raise EngineUnavailable(
                    self.explain("the process that watches over the server did not start")
                )
        return self._wait_until_ready()

    def _wait_until_ready(self) -> Lease:
        # a little longer than the watch process waits, whose word on it is the better one
        until = time.monotonic() + self.plan.load_timeout_s + 2 * END_S
        while time.monotonic() < until:
            lease = self.file.read()
            if lease is not None and lease.state == "ready" and lease.alive:
                return lease
            if lease is not None and not lease.alive:
                why = lease.reason or "its watch process was killed"
                raise EngineUnavailable(
                    self.explain(f"the server of model {self.plan.name!r} did not start: {why}")
                )
            time.sleep(POLL_S)
        raise EngineUnavailable(self.explain(f"the server of model {self.plan.name!r} did not start in time"))


def stop(lease: Lease) -> None:
    """End a server and wait until it is gone."""
    if lease.watch.alive:
        with contextlib.suppress(ProcessLookupError):
            os.kill(lease.watch.pid, signal.SIGTERM)
        until = time.monotonic() + END_S + 15
        while lease.watch.alive and time.monotonic() < until:
            time.sleep(0.05)
        if lease.watch.alive:
            os.kill(lease.watch.pid, signal.SIGKILL)
    _end_remains(lease)


def told_to_stop(lease: Lease | None) -> bool:
    """Whether somebody ended the server by command."""
    return lease is not None and lease.state == "stopped" and lease.reason == TOLD


def _end_remains(lease: Lease) -> None:
    """Of a server whose watch process was killed."""
    if lease.server is not None and lease.server.alive:
        end_group(lease.server.pid)


def _is_unused(file: LeaseFile) -> bool:
    with file.unused() as unused:
        return unused
