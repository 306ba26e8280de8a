"""The process that stands over a shared server: `python -m resources.engines.server_watch STATE`, plan on stdin.

It starts the server, writes its lease, looks after its health, and ends it when nobody has used it for its idle
time, when it is told to (SIGTERM), or when it no longer answers. It belongs to nobody: it outlives the step that
started it. The server ends with it.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from resources.engines.lease import Lease, LeaseFile, Process
from resources.engines.process_group import end_group
from resources.ports import free_port

HEALTH_EVERY_S = 5.0
UNHEALTHY_S = 60.0
"""A server that has not said it is well for so long is ended; its users start another."""

END_S = 20.0
"""How long a server may take to end by itself."""

IDLE, TOLD = "nobody used it for its idle time", "stopped by command"


@dataclass(frozen=True)
class Plan:
    """A server to start. In `command` and `environment`, `{port}` and `{key}` are filled in."""

    digest: str
    name: str
    command: list[str]
    memory_share: float
    devices: str
    idle_s: float
    load_timeout_s: float
    key: str
    environment: dict[str, str] = field(default_factory=dict)
    health: str = "/health"

    def lease(self, port: int) -> Lease:
        """Its lease at the start, held by this process."""
        shared = {name: value for name, value in asdict(self).items() if name in Lease.__dataclass_fields__}
        return Lease(**shared, watch=Process.of(os.getpid()), port=port, last_used=time.time())


class Watch:
    """One server from its start to its end."""

    def __init__(self, plan: Plan, state: Path) -> None:
        self.plan = plan
        self.file = LeaseFile(state, plan.digest)
        self.told = False

    def run(self, on_leased: Callable[[], object]) -> None:
        """Start it and stay until it has ended. `on_leased` is called when the lease is first written."""
        signal.signal(signal.SIGTERM, self._tell)
        lease = self.plan.lease(free_port())
        self.file.write(lease)
        on_leased()
        with self.file.log.open("ab") as log:
            server = subprocess.Popen(
                [self._filled(part, lease) for part in self.plan.command],
                stdin=subprocess.PIPE,  # closes when this process dies, however it dies
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env=os.environ
                | {name: self._filled(text, lease) for name, text in self.plan.environment.items()},
            )
        self.file.amend(server=Process.of(server.pid))
        reason = "its watch process ended"
        try:
            reason = self._wait_until_well(server, lease) or self._stand_by(server, lease)
        finally:
            ended_well = reason in (IDLE, TOLD)
            self.file.amend(state="stopped" if ended_well else "failed", reason=reason)
            with contextlib.suppress(subprocess.TimeoutExpired):
                server.terminate()
                server.wait(END_S if ended_well else 1.0)
            end_group(server.pid)
            server.wait()

    def _filled(self, text: str, lease: Lease) -> str:
        return text.replace("{port}", str(lease.port)).replace("{key}", lease.key)

    def _tell(self, *_: object) -> None:
        self.told = True

    def _wait_until_well(self, server: "subprocess.Popen[bytes]", lease: Lease) -> str | None:
        """Until the server is well; why it never was, otherwise."""
        until = time.monotonic() + self.plan.load_timeout_s
        while not self._well(lease):
            if self.told:
                return TOLD
            if server.poll() is not None:
                return f"it ended with status {server.returncode} while it was loading"
            if time.monotonic() > until:
                return f"it was not ready after {self.plan.load_timeout_s:g} s (engines.vllm.load_timeout_s)"
            time.sleep(0.25)
        self.file.amend(state="ready", last_used=time.time())
        return None

    def _stand_by(self, server: "subprocess.Popen[bytes]", lease: Lease) -> str:
        """Until something ends the server; what."""
        used = well = looked = time.monotonic()
        while True:
            time.sleep(min(1.0, self.plan.idle_s / 4))
            now = time.monotonic()
            if self.told:
                return TOLD
            if server.poll() is not None:
                return f"it ended with status {server.returncode}"
            with self.file.unused() as unused:
                if unused and now - used > self.plan.idle_s:
                    self.file.amend(state="stopped", reason=IDLE)
                    return IDLE
            if not unused:
                if now - looked > HEALTH_EVERY_S:
                    self.file.amend(last_used=time.time())
                used = now
            if now - looked > HEALTH_EVERY_S:
                looked = now
                if self._well(lease):
                    well = now
                elif now - well > UNHEALTHY_S:
                    return f"it did not say that it is well for {UNHEALTHY_S:g} s"

    def _well(self, lease: Lease) -> bool:
        try:
            with urllib.request.urlopen(lease.url + self.plan.health, timeout=10) as answer:
                return answer.status == 200
        except (OSError, urllib.error.URLError, ValueError):
            return False


def main(state: str) -> int:
    """Leave whoever started this, and watch; who waits for this to return finds the lease written."""
    plan = Plan(**json.loads(sys.stdin.read()))
    leased, leased_end = os.pipe()
    if os.fork():
        os.close(leased_end)
        return 0 if os.read(leased, 1) else 1
    os.setsid()
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    Watch(plan, Path(state)).run(lambda: os.write(leased_end, b"."))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1]))
