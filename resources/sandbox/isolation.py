"""Which isolation this machine offers, found out by real attempts to break out of it.

Belongs here: the choice of backend and the probe. A backend is used only after a program inside it has failed
to read a canary, connect to the host, signal its judge, write kernel settings, fork past its limit, write
outside its folder and leave something behind. With no backend: a refusal with the remedy, never less silently.
"""

import contextlib
import json
import logging
import os
import resource
import secrets
import socket
import sys
import tempfile
from functools import cache
from pathlib import Path

from resources.sandbox.base import Limits, SandboxUnavailable
from resources.sandbox.interpreter import interpreter
from resources.sandbox.server_process import ALONE, Backend, ServerDied, ServerProcess

LEVELS: dict[Backend, str] = {Backend.BWRAP: "bwrap-forkserver", Backend.LANDLOCK: "landlock"}
"""Backend -> the isolation that Python's verdicts carry."""

_REMEDY = (
    "the sandbox needs user namespaces and bubblewrap, or Landlock (Linux 6.12 or newer, ABI 6). Install it with "
    "`apt-get install bubblewrap`; allow user namespaces with `sysctl -w kernel.unprivileged_userns_clone=1 "
    "user.max_user_namespaces=10000` (Ubuntu 24.04: also `kernel.apparmor_restrict_unprivileged_userns=0`); in a "
    "container, run with a seccomp profile that allows them (docker: --security-opt seccomp=unconfined "
    "--security-opt systempaths=unconfined)"
)
_DESCRIPTORS = 1024
"""Open files that a server may need: programs find their pipes at 901 to 903, where no program's own ones are."""

_TRIES = 3
_log = logging.getLogger(__name__)
_PROBE_LIMITS = Limits(cpu_s=5, retry_cpu_s=0, processes=8)
_ATTEMPTS = (Path(__file__).parent / "inside" / "escape_attempts.py").read_text()


def isolation(wanted: str = "auto", python: str = "") -> Backend:
    """The backend to use: the first of bwrap and landlock that stands the probe, or the one that is `wanted`.

    `python`: the interpreter that runs the probe; empty: this process's. Found out once in a process, so that
    all who ask get the same. Raises `SandboxUnavailable` with what to do where none does.
    """
    return _chosen(wanted, python or sys.executable)


def forget() -> None:
    """Probe anew at the next question, for tests that change what this machine seems to offer."""
    _chosen.cache_clear()


@cache
def _chosen(wanted: str, python: str) -> Backend:
    _allow_descriptors()
    tried = [choice for choice in Backend if wanted in ("auto", choice)]
    if not tried:
        raise SandboxUnavailable(f"unknown sandbox backend {wanted!r}: give auto, bwrap or landlock")
    problems = []
    for backend in tried:
        if not (broken := _probed(backend, python)):
            if problems:
                _log.warning("programs are isolated by %s; not by %s", backend, " | ".join(problems))
            return backend
        problems.append(f"{backend}: {'; '.join(broken)}")
    raise SandboxUnavailable(f"no isolation on this machine ({' | '.join(problems)}): {_REMEDY}")


def _probed(backend: Backend, python: str) -> list[str]:
    """What speaks against `backend`. One that does not end on a busy machine is tried again."""
    broken: list[str] = []
    for _try in range(_TRIES):
        try:
            return probe(backend, python)
        except SandboxUnavailable as error:
            return [str(error)]
        except (ServerDied, OSError, _DidNotEnd) as error:
            broken = [str(error)]
    return broken


class _DidNotEnd(Exception):
    """The probe ran into a limit before it could tell anything."""


def _allow_descriptors() -> None:
    """Raise this process's soft limit of open files to what the sandbox's fixed descriptors need.

    Raises `SandboxUnavailable` where the hard limit is lower: that is no lack of isolation.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < _DESCRIPTORS:
        if hard != resource.RLIM_INFINITY and hard < _DESCRIPTORS:
            raise SandboxUnavailable(
                f"at most {hard} files may be open here (`ulimit -Hn`), and the sandbox needs {_DESCRIPTORS}: raise "
                "that limit (`ulimit -n 1024` as root, LimitNOFILE= of a service, `docker run --ulimit nofile=1024`)"
            )
        resource.setrlimit(resource.RLIMIT_NOFILE, (_DESCRIPTORS, hard))


def probe(backend: Backend, python: str = sys.executable) -> list[str]:
    """Try to escape from `backend`. Returns what worked, in words; empty if nothing did."""
    about = interpreter(python)
    with contextlib.ExitStack() as held:
        folder = Path(held.enter_context(tempfile.TemporaryDirectory(prefix="seedline-canary-")))
        folder.chmod(0o755)
        canary = folder / "canary"
        canary.write_text(secrets.token_hex(16))
        canary.chmod(0o666)
        listening = held.enter_context(socket.create_server(("127.0.0.1", 0)))
        abstract = held.enter_context(socket.socket(socket.AF_UNIX))
        name = f"seedline-{secrets.token_hex(8)}"
        abstract.bind(f"\0{name}")
        abstract.listen()
        facts = {
            "canary": str(canary), "port": listening.getsockname()[1], "abstract": name,
            "processes": _PROBE_LIMITS.processes, "judge": os.getpid(),
        }  # fmt: skip
        server = ServerProcess(about.executable, about.folders, preload=("unittest",), backend=backend)
        held.callback(server.close)
        code = f"FACTS = {facts!r}\n{_ATTEMPTS}".encode()
        first = server.ask(ALONE, [_payload(code), _payload(b"assert attempts()")], _PROBE_LIMITS, 20)
        second = server.ask(ALONE, [_payload(code), _payload(b"assert leavings()")], _PROBE_LIMITS, 20)
        broken = [*_worked(first.tail), *_worked(second.tail)]
        if len(canary.read_text()) != 32:
            broken.append("a file of the host was changed")
    return broken


def _payload(text: bytes) -> bytes:
    return len(text).to_bytes(4, "little") + text


def _worked(output: bytes) -> list[str]:
    for line in output.decode(errors="replace").splitlines():
        if line.startswith("ESCAPES "):
            return json.loads(line.removeprefix("ESCAPES "))
    raise _DidNotEnd(f"the probe did not end: {output.decode(errors='replace')[-200:]!r}")
