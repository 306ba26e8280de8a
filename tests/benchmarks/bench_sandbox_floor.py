"""The distance to the limit: what the kernel alone asks for a bare fork, each namespace and each mount.

    python tests/benchmarks/bench_sandbox_floor.py [--rounds 300]

Run from a process as large as the sandbox's server and without its judge, so that the difference to a program's
CPU in `bench_sandbox.py` is what judging costs. Starts itself again under bubblewrap as nobody of the host.
"""

import argparse
import ctypes
import importlib
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

USER, PID, MOUNT, IPC, NET = 0x10000000, 0x20000000, 0x20000, 0x8000000, 0x40000000


def inside(rounds: int, modules: list[str]) -> None:
    """Measure here; every child ends at once after its own part."""
    for name in modules:
        importlib.import_module(name)
    held = ctypes.PyDLL(None, use_errno=True)
    uid, number = os.getuid(), {"x86_64": 56, "aarch64": 220}[os.uname().machine]

    def maps() -> None:
        for name, line in (
            ("setgroups", "deny"),
            ("uid_map", f"{uid} {uid} 1"),
            ("gid_map", f"{uid} {uid} 1"),
        ):
            descriptor = os.open(f"/proc/self/{name}", os.O_WRONLY)
            os.write(descriptor, line.encode())
            os.close(descriptor)

    def mount(kind: bytes, target: bytes, options: bytes | None) -> None:
        if held.mount(b"x", target, kind, 6, options) != 0:
            raise OSError(ctypes.get_errno(), f"mount {target!r}")

    def with_tmp() -> None:
        maps()
        mount(b"tmpfs", b"/tmp", b"size=32m,nr_inodes=4096")

    def with_proc() -> None:
        with_tmp()
        mount(b"proc", b"/proc", None)

    steps: list[tuple[str, int, Callable[[], None] | None]] = [
        ("clone", 0, None),
        ("+ user namespace and its id maps", USER, maps),
        ("+ mount namespace", USER | MOUNT, maps),
        ("+ ipc namespace", USER | MOUNT | IPC, maps),
        ("+ one tmpfs (what a program gets)", USER | MOUNT | IPC, with_tmp),
        ("+ pid namespace", USER | MOUNT | IPC | PID, with_tmp),
        ("+ proc of its own", USER | MOUNT | IPC | PID, with_proc),
        ("+ network namespace", USER | MOUNT | IPC | PID | NET, with_tmp),
    ]

    def once(flags: int, work: Callable[[], None] | None) -> None:
        child = held.syscall(number, flags | 17, 0, 0, 0, 0)
        if child == 0:
            try:
                if work:
                    work()
                os._exit(0)
            finally:
                os._exit(1)
        if child < 0 or os.waitpid(child, 0)[1] != 0:
            raise OSError(ctypes.get_errno(), f"a child with flags {flags:#x} failed")

    def forked() -> None:
        if (child := os.fork()) == 0:
            os._exit(0)
        os.waitpid(child, 0)

    print(f"{'a process of its own with':40} {'CPU ms':>8} {'wall ms':>8}")
    measure("os.fork, with Python's fork hooks", forked, rounds)
    for name, flags, work in steps:
        measure(name, lambda flags=flags, work=work: once(flags, work), rounds)


def measure(name: str, step: Callable[[], None], rounds: int) -> None:
    """One line: the mean CPU of parent and child, and the wall time."""
    for _ in range(10):
        step()
    before, start = spent(), time.perf_counter()
    for _ in range(rounds):
        step()
    wall = (time.perf_counter() - start) / rounds * 1e3
    print(f"{name:40} {(spent() - before) / rounds * 1e3:8.2f} {wall:8.2f}", flush=True)


def spent() -> float:
    """CPU seconds of this process and the children it has waited for."""
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in both)


def main() -> None:
    """Start again inside bubblewrap, with the modules that a server holds."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--rounds", type=int, default=300)
    options.add_argument("--inside", nargs="*")
    given = options.parse_args()
    if given.inside is not None:
        inside(given.rounds, given.inside)
        return
    sys.path.insert(0, str(Path(__file__).parents[2]))
    from resources.sandbox.python_programs import STANDARD

    words = [
        "bwrap",
        "--ro-bind",
        "/usr",
        "/usr",
        "--symlink",
        "usr/lib",
        "/lib",
        "--symlink",
        "usr/lib64",
        "/lib64",
    ]
    words += [
        "--symlink",
        "usr/bin",
        "/bin",
        "--proc",
        "/proc",
        "--dev",
        "/dev",
        "--tmpfs",
        "/tmp",
        "--unshare-all",
    ]
    words += ["--file", "3", "/bench.py", "/usr/bin/python3", "-I", "-S", "/bench.py"]
    words += ["--rounds", str(given.rounds), "--inside", *STANDARD]
    if os.getuid() == 0:
        words = ["setpriv", "--reuid=60577", "--regid=60577", "--clear-groups", "--no-new-privs", *words]
    with Path(__file__).open("rb") as script:
        os.dup2(script.fileno(), 3)
        subprocess.run(words, check=True, pass_fds=(3,), cwd="/")


if __name__ == "__main__":
    main()
