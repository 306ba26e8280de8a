"""The lease of a server that the processes of this machine share: a small JSON file that says where it is.

Only the watch process that started the server (`server_watch`) writes it. Whoever uses the server holds a shared
lock on the file beside it, which the kernel releases however a process ends; so nobody has to be asked whether
they are still there. Starting and stopping is `shared_server`'s part.
"""

import contextlib
import fcntl
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import IO, Literal, Self

import psutil

from resources.whole_files import replacing

State = Literal["starting", "ready", "failed", "stopped"]


@dataclass(frozen=True)
class Process:
    """A process by its id and start time (seconds since the epoch): ids are given out again, pairs are not."""

    pid: int
    started: float

    @classmethod
    def of(cls, pid: int) -> Self:
        """The process that has `pid` now."""
        return cls(pid, psutil.Process(pid).create_time())

    @property
    def alive(self) -> bool:
        """Whether that very process still runs."""
        try:
            found = psutil.Process(self.pid)
            same = abs(found.create_time() - self.started) < 1.0
            return same and found.status() != psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return False


@dataclass(frozen=True)
class Lease:
    """A server: what it is, where, since when, and what it takes of the machine."""

    digest: str  # of all that its answers and its memory depend on
    name: str  # of its model, for people
    watch: Process
    port: int
    key: str  # that requests must carry
    memory_share: float  # of each of its devices
    devices: str  # as CUDA_VISIBLE_DEVICES gives them; empty: all
    idle_s: float
    server: Process | None = None  # leads a process group
    state: State = "starting"
    reason: str | None = None  # why it failed or stopped
    last_used: float = 0.0  # seconds since the epoch, a few seconds behind

    @property
    def url(self) -> str:
        """Where it answers; it is to be had from this machine only."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def alive(self) -> bool:
        """Whether its watch process runs, and is not about to end."""
        return self.state in ("starting", "ready") and self.watch.alive

    def competes_with(self, devices: str) -> bool:
        """Whether it has a GPU in common with a server on `devices`."""
        mine, theirs = set(self.devices.split(",")) - {""}, set(devices.split(",")) - {""}
        return not mine or not theirs or bool(mine & theirs)


class LeaseFile:
    """The lease of one server in the folder `state`, the log beside it, and the lock of its users."""

    def __init__(self, state: Path, digest: str) -> None:
        self.path = state / f"{digest}.json"
        self.log = state / f"{digest}.log"
        self._users = state / f"{digest}.users"

    def read(self) -> Lease | None:
        """The lease, whether or not its server still runs; None where there never was one."""
        try:
            found = json.loads(self.path.read_text(encoding="utf-8"))
            found["watch"] = Process(**found["watch"])
            found["server"] = Process(**found["server"]) if found["server"] else None
            return Lease(**found)
        except (FileNotFoundError, ValueError, TypeError, KeyError):
            return None

    def write(self, lease: Lease) -> None:
        """Put the lease in place, readable for this user only: it holds the server's key."""
        with replacing(self.path, mode=0o600) as unfinished:
            unfinished.write_text(json.dumps(asdict(lease), indent=1) + "\n", encoding="utf-8")

    def amend(self, **fields: object) -> None:
        """Change fields of the lease."""
        lease = self.read()
        if lease is not None:
            self.write(replace(lease, **fields))  # pyright: ignore[reportArgumentType]

    def use(self) -> IO[bytes]:
        """Count as a user of the server until the returned file is closed, or this process ends."""
        file = self._users.open("ab")
        fcntl.flock(file, fcntl.LOCK_SH)
        return file

    @contextlib.contextmanager
    def unused(self) -> Iterator[bool]:
        """Whether nobody uses the server; when so, nobody can begin to within the block."""
        with held_alone(self._users) as alone:
            yield alone


def lease_files(state: Path) -> list[LeaseFile]:
    """Every server that ever ran for `state`."""
    return [LeaseFile(state, path.stem) for path in sorted(state.glob("*.json"))]


@contextlib.contextmanager
def held_alone(lock: Path) -> Iterator[bool]:
    """Whether this process alone holds the file `lock` within the block; it does not wait for it."""
    with lock.open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
