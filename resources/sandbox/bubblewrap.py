"""One command in isolation: the function every language's compile and run stage goes through.

Belongs here: `run` and what it hands back. How a sandbox is made stands in `inside/`, which programs of a
language are run in `languages/`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Literal

from resources.sandbox.face import Limits

LimitHit = Literal["cpu", "wall", "memory", "output"]


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
    memory is still watched. `outputs`: relative names of files (regular, at most 64 MiB together) to hand back
    in `RunOutcome.files`, read after every process of the sandbox is dead but its init.

    stdin is empty. Nothing it started lives on, and nothing it wrote but `outputs` is kept. Raises
    `SandboxUnavailable` where nothing can isolate, `OSError` where the sandbox itself fails twice.
    """
    del argv, files, limits, wall_s, binds, env, token, address_space, outputs, PurePosixPath
    raise NotImplementedError
