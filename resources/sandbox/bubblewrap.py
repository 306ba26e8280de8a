"""One command in isolation: the function every language's compile and run stage goes through.

Belongs here: `run` and what it hands back. How a sandbox is made is in `inside/`, which programs of a
language are run in `languages/`.
"""

import json
import os
import struct
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Literal

from resources.sandbox.base import Limits
from resources.sandbox.interpreter import interpreter
from resources.sandbox.isolation import isolation
from resources.sandbox.server_process import (
    COMMAND,
    CPU,
    DISK,
    MEMORY,
    NO_LIMIT,
    OUTPUT,
    WALL,
    Backend,
    ServerDied,
    ServerProcess,
)

LimitHit = Literal["cpu", "wall", "memory", "output", "disk"]

_LIMITS: dict[int, LimitHit | None] = {
    NO_LIMIT: None,
    CPU: "cpu",
    WALL: "wall",
    MEMORY: "memory",
    OUTPUT: "output",
}
_LIMITS[DISK] = "disk"  # only without namespaces; with them a full disk is an error the command sees
_RECYCLE_AFTER = 2000  # programs a server runs before it is replaced, should anything have grown
_kept = threading.local()


@dataclass(frozen=True)
class RunOutcome:
    """How one command ended, and what it left."""

    exit_code: int | None  # None where a signal or a limit ended it
    signal: int | None  # the signal that ended it, if it was not ended by a limit
    cpu_ms: float  # of all its processes together
    wall_ms: float
    peak_mb: float  # of all its processes together, as the watchdog saw it
    output_tail: str  # last 4 KiB of stdout and stderr together, valid UTF-8
    limit_hit: LimitHit | None
    proof: bytes = b""  # what it wrote to descriptor 3, at most 4 KiB
    files: dict[str, bytes] = field(default_factory=dict)  # the asked-for outputs that exist


def run(
    argv: Sequence[str],
    *,
    files: Mapping[str, bytes] | None = None,
    limits: Limits | None = None,
    wall_s: float | None = None,
    binds: Sequence[str] = (),
    env: Mapping[str, str] | None = None,
    token: bytes | None = None,
    address_space: bool = True,
    outputs: Sequence[str] = (),
) -> RunOutcome:
    """Run `argv` in a fresh sandbox whose working folder `/tmp` (private, size-limited, `$HOME`) holds `files`.

    `files`: relative name -> content; a name that starts with `bin/` or whose content starts with `#!` or the
    ELF magic is made executable. `limits`: CPU seconds (`cpu_s`), memory, processes, open files, disk and
    output for all of its processes together; `wall_s`: backstop, default 3 x cpu_s + 1. `binds`: absolute
    folders (toolchain roots) that are readable inside at the same path; /usr, /bin, /lib* and
    /etc/alternatives always are. `env`: the whole environment beside PATH=/usr/bin:/bin, HOME, LANG.
    `token`: bytes that can be read once from descriptor 4; what the command writes to descriptor 3 comes back
    as `proof`. Both are closed for the command when `token` is None. `address_space`: also limit each
    process's address space; give False for runtimes that reserve much (JVM, Go, Node, .NET), whose resident
    memory is still watched. `outputs`: patterns (fnmatch, where * also matches /) of relative names of files
    (regular, at most 64 MiB and 4000 together) to hand back in `RunOutcome.files`, read after every process
    of the sandbox is dead.

    Under Landlock the folder is another than /tmp: `argv` and programs name files by relative names or `$HOME`, and
    values of `env` that begin with /tmp name that folder; `$TMPDIR` is it as well.

    stdin is empty. Nothing it started lives on, and nothing it wrote but `outputs` is kept. A sandbox is kept
    per thread and set of binds, so a call costs little more than the command; `close_sandboxes` ends them.
    Raises `SandboxUnavailable` where nothing can isolate, `ServerDied` where the sandbox fails twice.
    """
    hidden = [folder for folder in binds if PurePosixPath(folder).is_relative_to("/tmp")]
    if hidden:
        raise ValueError(
            f"{hidden[0]} cannot be bound: /tmp in the sandbox is the command's own; put it elsewhere"
        )
    limits = limits or Limits()
    wall_s = wall_s or 3 * limits.cpu_s + 1
    contents = files or {}
    order = {
        "argv": list(argv),
        "env": {"PATH": "/usr/bin:/bin", "HOME": "/tmp", "LANG": "C.UTF-8", **(env or {})},
        "files": [[name, len(content), _executable(name, content)] for name, content in contents.items()],
    }
    head = json.dumps(order).encode()
    payload = struct.pack("<I", len(head)) + head + b"".join(contents.values())
    key = tuple(sorted(binds))
    settings = {
        "address_space": address_space,
        "token": token or b"",
        "has_token": token is not None,
        "outputs": outputs,
    }
    try:
        reply = _server(key).ask(COMMAND, [payload], limits, wall_s, **settings)
    except ServerDied:  # once more with a new one
        _drop(key)
        reply = _server(key).ask(COMMAND, [payload], limits, wall_s, **settings)
    if reply.served >= _RECYCLE_AFTER:
        _drop(key)
    ended_by = _LIMITS[reply.limit]
    exited = os.WIFEXITED(reply.status) and ended_by is None
    return RunOutcome(
        exit_code=os.WEXITSTATUS(reply.status) if exited else None,
        signal=os.WTERMSIG(reply.status) if os.WIFSIGNALED(reply.status) and ended_by is None else None,
        cpu_ms=reply.cpu_s * 1e3,
        wall_ms=reply.wall_s * 1e3,
        peak_mb=reply.peak_bytes / (1 << 20),
        output_tail=reply.tail.decode(errors="backslashreplace").replace("\0", "\\0"),
        limit_hit=ended_by,
        proof=reply.proof,
        files=reply.files,
    )


def use(backend: Backend, worker: int) -> None:
    """What the calling thread's sandboxes are made of, and which of the workers it is."""
    _kept.backend, _kept.worker = backend, worker


@contextmanager
def using(backend: Backend) -> Iterator[None]:
    """The calling thread's sandboxes are made of `backend` inside, and of what they were made of before after it."""
    before: Backend | None = getattr(_kept, "backend", None)
    _kept.backend = backend
    try:
        yield
    finally:
        close_sandboxes()
        _kept.backend = before


def backend_in_use() -> Backend:
    """What the calling thread's sandboxes are made of: what `use` named, else the first that stands its probe."""
    return getattr(_kept, "backend", None) or isolation()


def close_sandboxes() -> None:
    """End the sandboxes that `run` keeps for the calling thread."""
    for binds in list(getattr(_kept, "servers", {})):
        _drop(binds)


def _server(binds: tuple[str, ...]) -> ServerProcess:
    if not hasattr(_kept, "servers"):
        _kept.servers = {}
    if binds not in _kept.servers:
        python = interpreter(sys.executable)
        folders = dict.fromkeys((*python.folders, *binds))
        _kept.servers[binds] = ServerProcess(
            python.executable, list(folders), worker=getattr(_kept, "worker", 0), backend=backend_in_use()
        )
    return _kept.servers[binds]


def _drop(binds: tuple[str, ...]) -> None:
    server = _kept.servers.pop(binds, None)
    if server is not None:
        server.close()


def _executable(name: str, content: bytes) -> bool:
    return name.startswith("bin/") or content.startswith((b"#!", b"\x7fELF"))
