"""One running fork-server, seen from the host: started in bubblewrap, asked, and ended.

Belongs here: the command line of bubblewrap, the messages to `inside/server.py`, and the wall-clock backstop
for a server that does not answer. What a reply means for a program is decided by the callers.
"""

import contextlib
import json
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from resources.sandbox.base import Limits, SandboxUnavailable
from resources.sandbox.sandbox_uid import sandbox_uid
from resources.sandbox.seccomp import filter_programs

COMMAND, ALONE, SPLIT = 0, 1, 2
NO_LIMIT, CPU, WALL, MEMORY, OUTPUT, DISK = range(6)
_REQUEST = struct.Struct("<BBBxIIIIddQQQ")
_REPLY = struct.Struct("<iiBxxxddQQII")
_INSIDE = Path(__file__).parent / "inside"
_HOME = "/seedline"  # where `inside` is bound
_REPLY_BYTES = 1 << 16
_START_S = 60.0
_READING_S = 20.0
_SHORT = 32 << 10  # as in `inside/reader.py`
_SYSTEM = ("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
_SETTINGS = ("/etc/alternatives", "/etc/ld.so.cache")


class Backend(StrEnum):
    """What keeps a program in."""

    BWRAP = "bwrap"
    LANDLOCK = "landlock"


class ServerDied(OSError):
    """The sandbox itself ended or stopped answering; the request may be tried again with a new one."""


@dataclass(frozen=True)
class Reply:
    """How one program ended, as the server saw it."""

    status: int  # as waitpid gives it, of the command or of the tests' process
    helper_status: int  # of the answer's process in split mode
    limit: int
    cpu_s: float  # of all its processes
    wall_s: float
    peak_bytes: int
    written: int
    served: int  # programs this server has run
    proof: bytes
    tail: bytes
    files: dict[str, bytes]


class ServerProcess:
    """A fork-server in its own bubblewrap. Not for use by two threads at once.

    The thread that makes it must live as long as it: the kernel ends the sandbox with that thread.
    """

    def __init__(
        self, python: str, binds: Sequence[str], *, preload: Sequence[str] = (), worker: int = 0, hash_seed: int = 0,
        backend: Backend = Backend.BWRAP, reader: bool = False,
    ):  # fmt: skip
        self._ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - both live as long as the server
        self._filter = tempfile.NamedTemporaryFile(suffix=".bpf")  # noqa: SIM115
        programs = filter_programs(own_pids_only=backend == Backend.BWRAP)
        self._filter.write(struct.pack("<I", len(programs[0])) + b"".join(programs))
        self._filter.flush()
        Path(self._filter.name).chmod(0o644)
        uid = sandbox_uid(worker)
        self._home = tempfile.mkdtemp(prefix="seedline-") if backend == Backend.LANDLOCK else None
        if self._home and os.getuid() == 0:
            os.chown(self._home, uid, uid)
        settings = {"filter": f"{_HOME}.bpf", "home": self._home, "readable": [], "preload": list(preload)}
        settings["reader"] = reader
        order: dict[str, object] = {"uid": uid, "env": {}, "in_place": backend == Backend.LANDLOCK}
        sources = {str(_INSIDE): _HOME, self._filter.name: f"{_HOME}.bpf"}
        sources |= {path: _seen_at(path, python) for path in binds}
        order["binds"] = list(sources)
        flags = ["-s", "-B" if preload else "-SB"]
        if backend == Backend.BWRAP:
            program = [_seen_at(python, python), *flags, f"{_HOME}/server.py", json.dumps(settings)]
            order["command"] = [*_namespaces(sources, hash_seed), *program]
        else:
            settings |= {"filter": self._filter.name, "readable": [*_SYSTEM, "/usr", *_SETTINGS, *binds]}
            order["command"] = [python, *flags, str(_INSIDE / "server.py"), json.dumps(settings)]
            order["env"] = _environment(hash_seed)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-S", str(_INSIDE / "enter.py"), json.dumps(order)],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=self._errors,
                env={},
                start_new_session=True,
            )
        self._ours.settimeout(_START_S)
        try:
            greeting = self._ours.recv(64)
        except OSError:
            greeting = b""
        if greeting != b"ready":
            complaint = self._complaint()
            self.close()
            raise ServerDied(f"the sandbox did not start: {complaint}")

    def ask(
        self,
        mode: int,
        payloads: Sequence[bytes],
        limits: Limits,
        wall_s: float,
        *,
        seed: int = 0,
        address_space: bool = True,
        token: bytes = b"",
        has_token: bool = False,
        outputs: Sequence[str] = (),
    ) -> Reply:
        """Run one program. Raises `ServerDied` if the server ends or is silent well past `wall_s`."""
        packet = _REQUEST.pack(
            mode, address_space, has_token, limits.processes, limits.files, seed, len(token), limits.cpu_s,
            wall_s, limits.memory_mb << 20, limits.disk_mb << 20, limits.output_kb << 10,
        ) + token + "\n".join(outputs).encode()  # fmt: skip
        descriptors = [_in_memory(payload) for payload in payloads]
        try:
            self._ours.settimeout(12 * wall_s + 60)  # waiting for a processor is not counted
            socket.send_fds(self._ours, [packet], descriptors)
            reply, given, _, _ = socket.recv_fds(self._ours, _REPLY_BYTES, 1)
        except OSError as error:
            raise ServerDied(f"the sandbox does not answer: {error}; {self._complaint()}") from error
        finally:
            for descriptor in descriptors:
                os.close(descriptor)
        files = {}
        for descriptor in given:
            with os.fdopen(descriptor, "rb") as archive:
                archive.seek(0)
                files = _unpacked(archive.read())
        if len(reply) < _REPLY.size:
            raise ServerDied(f"the sandbox ended: {self._complaint()}")
        status, helper, limit, cpu_s, wall, peak, written, proof_size, served = _REPLY.unpack_from(reply)
        rest = reply[_REPLY.size :]
        proof, tail = rest[:proof_size], rest[proof_size:]
        return Reply(status, helper, limit, cpu_s, wall, peak, written, served, proof, tail, files)

    def read(self, kind: bytes, text: bytes) -> bytes:
        """What a server that was made as a `reader` makes of source text. Raises `ServerDied`."""
        try:
            self._ours.settimeout(_READING_S)
            if len(text) <= _SHORT:
                self._ours.send(kind + text)
            else:
                descriptor = _in_memory(text)
                try:
                    socket.send_fds(self._ours, [kind], [descriptor])
                finally:
                    os.close(descriptor)
            message, given, _, _ = socket.recv_fds(self._ours, 1 + _SHORT, 1)
        except OSError as error:
            raise ServerDied(f"the reader does not answer: {error}") from error
        if not message:
            raise ServerDied(f"the reader ended: {self._complaint()}")
        if not given:
            return message[1:]
        with os.fdopen(given[0], "rb") as answer:
            answer.seek(0)
            return answer.read()

    @property
    def pid(self) -> int:
        """The host's pid of the sandbox's outermost process."""
        return self._process.pid

    def close(self) -> None:
        """End the server and everything in its sandbox."""
        self._ours.close()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._filter.close()
        self._errors.close()
        if self._home:
            shutil.rmtree(self._home, ignore_errors=True)

    def _complaint(self) -> str:
        self._errors.seek(0)
        text = self._errors.read(4096).decode(errors="backslashreplace").strip()
        return text.splitlines()[-1] if text else "no message"


def _seen_at(path: str, python: str) -> str:
    """Where a path of the interpreter's is seen inside: a program's own /tmp would hide a virtual environment there.

    An environment whose link names another interpreter below /tmp stays where it is, as the link would lead nowhere;
    what it has not loaded before a program starts is then not seen.
    """
    tmp, linked = Path("/tmp"), Path(python).resolve()
    movable = not linked.is_relative_to(tmp) or linked.parent == Path(python).parent.resolve()
    return f"/mnt{path}" if movable and Path(path).is_relative_to(tmp) else path


def _namespaces(sources: dict[str, str], hash_seed: int) -> list[object]:
    """The command line of bubblewrap up to the program. A pair [folder, rest] is filled in by `enter.py`."""
    bwrap = shutil.which("bwrap")
    if bwrap is None:
        raise SandboxUnavailable("bubblewrap is not installed: apt-get install bubblewrap")
    words: list[object] = [bwrap, "--unshare-user", "--unshare-pid", "--unshare-ipc", "--unshare-net"]
    words += ["--unshare-uts", "--unshare-cgroup-try", "--as-pid-1", "--die-with-parent", "--new-session"]
    words += ["--cap-drop", "ALL", "--hostname", "sandbox", "--ro-bind", "/usr", "/usr"]
    for path in _SYSTEM:
        if Path(path).is_symlink():
            words += ["--symlink", str(Path(path).readlink()), path]
        elif Path(path).is_dir():
            words += ["--ro-bind", path, path]
    for path in _SETTINGS:
        words += ["--ro-bind-try", path, path]
    for source, target in sources.items():
        words += ["--ro-bind", [source, ""], target]
    words += ["--proc", "/proc", "--dir", "/tmp", "--dir", "/dev", "--dir", "/dev/pts"]
    for name in ("null", "zero", "random", "urandom"):  # each mount is copied for each program
        words += ["--dev-bind", f"/dev/{name}", f"/dev/{name}"]
    for name, target in {"fd": "fd", "stdin": "fd/0", "stdout": "fd/1", "stderr": "fd/2"}.items():
        words += ["--symlink", f"/proc/self/{target}", f"/dev/{name}"]
    words += ["--symlink", "/tmp", "/dev/shm"]
    # what bubblewrap builds the tree on is writable until this
    words += ["--remount-ro", "/", "--chdir", "/", "--clearenv"]
    for name, value in _environment(hash_seed).items():
        words += ["--setenv", name, value]
    return words


def _environment(hash_seed: int) -> dict[str, str]:
    return {
        "PATH": "/usr/bin:/bin", "HOME": "/tmp", "LANG": "C.UTF-8", "PYTHONHASHSEED": str(hash_seed),
        "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1",
        "ARROW_DEFAULT_MEMORY_POOL": "system",
        "LD_BIND_NOW": "1",  # symbols are looked up once in the server, not by every program; no program sees it
    }  # fmt: skip


def _in_memory(content: bytes) -> int:
    """A descriptor from which a child reads `content`; no name, no disk."""
    descriptor = os.memfd_create("payload")
    view = memoryview(content)
    while view:
        view = view[os.write(descriptor, view) :]
    return descriptor


def _unpacked(archive: bytes) -> dict[str, bytes]:
    """The files of `command.collect`'s archive."""
    (head,) = struct.unpack_from("<I", archive)
    at, files = 4 + head, {}
    for name, size in json.loads(archive[4:at]):
        files[name] = archive[at : at + size]
        at += size
    return files
