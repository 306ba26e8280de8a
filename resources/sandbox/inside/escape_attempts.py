"""The probe's program: real attempts to break out, each of which must be refused.

Belongs here: what runs inside as an untrusted answer with `FACTS` of the host. It prints what worked.
"""

import ctypes
import json
import os
import signal
import socket
import time

LEFT = (
    "/tmp/seedline-left",
    "/dev/shm/seedline-left",
    "/seedline-left",
    "/dev/seedline-left",
    "/usr/seedline-left",
)


def worked(attempt):
    try:
        return attempt() is not False
    except (OSError, PermissionError, ValueError):
        return False


def open_for_writing(path):
    os.close(os.open(path, os.O_WRONLY))


def connect(family, address):
    with socket.socket(family, socket.SOCK_STREAM) as line:
        line.settimeout(2)
        line.connect(address)


def fork_past_the_limit():
    children = []
    try:
        for _ in range(200):
            child = os.fork()
            if child == 0:
                time.sleep(5)
                os._exit(0)
            children.append(child)
    except OSError:
        pass
    for child in children:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    return len(children) > FACTS["processes"] * 2


def signal_the_judge():
    os.kill(FACTS["judge"], 0)
    with open(f"/proc/{FACTS['judge']}/comm") as name:  # the same number may be a process in here
        return "python" in name.read() and FACTS["judge"] not in (os.getpid(), os.getppid())


def become_root():
    os.setuid(0)


def look_into_the_server():
    with open(f"/proc/{os.getppid()}/environ", "rb") as environ:
        environ.read()


def mount_something():
    libc = ctypes.CDLL(None, use_errno=True)
    return libc.mount(b"none", b"/tmp", b"tmpfs", 0, None) == 0


def leave_a_process():
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            time.sleep(600)
        os._exit(0)


def attempts():
    """Everything that must fail; then the beginnings of what must not be there for the next program."""
    tried = {
        "a file of the host was read": lambda: open(FACTS["canary"]).close(),
        "a file of the host was opened for writing": lambda: open_for_writing(FACTS["canary"]),
        "the host's password file was read": lambda: open("/etc/shadow").close(),
        "a TCP connection to the host was made": lambda: connect(
            socket.AF_INET, ("127.0.0.1", FACTS["port"])
        ),
        "an abstract socket of the host was reached": lambda: connect(
            socket.AF_UNIX, "\0" + FACTS["abstract"]
        ),
        "the kernel's core pattern was opened for writing": lambda: open_for_writing(
            "/proc/sys/kernel/core_pattern"
        ),
        "the kernel's overcommit was opened for writing": lambda: open_for_writing(
            "/proc/sys/vm/overcommit_memory"
        ),
        "more processes than allowed were started": fork_past_the_limit,
        "the judge could be signalled": signal_the_judge,
        "root was taken": become_root,
        "the server's environment was read": look_into_the_server,
        "something was mounted": mount_something,
    }
    found = [name for name, attempt in tried.items() if worked(attempt)]
    for path in LEFT:
        worked(lambda path=path: open(path, "w").close())
    worked(leave_a_process)
    print("ESCAPES", json.dumps(found), flush=True)
    return not found


def leavings():
    """What the program before left."""
    found = [f"{path} was left behind" for path in LEFT if os.path.exists(path)]
    if os.getppid() == 1:  # a pid namespace of our own
        others = [pid for pid in os.listdir("/proc") if pid.isdigit() and int(pid) not in (1, os.getpid())]
        found += ["a process was left behind"] * bool(others)
    print("ESCAPES", json.dumps(found), flush=True)
    return not found
