"""The step from the judge's process to bubblewrap: leave root, keep nothing, execute.

Started as `python -I -S enter.py JSON` before any sandbox exists. As root it first makes a mount namespace in
which toolchains from folders that only root may enter (pyenv in /root) are bound read-only to a place that the
sandbox's uid can reach: bubblewrap itself is never started as uid 0, because as root it leaves /proc/sys
writable.
"""

import ctypes
import json
import os
import sys

_NEW_MOUNT, _BIND, _RECURSIVE, _PRIVATE, _REMOUNT = 0x00020000, 4096, 16384, 1 << 18, 32
_READ_ONLY, _NOSUID, _NODEV = 1, 2, 4
_STAGE = "/mnt"


def main():
    """Stage the folders, drop to the uid, execute the command with the staged paths filled in."""
    order = json.loads(sys.argv[1])
    with open("/proc/self/oom_score_adj", "w") as score:  # the kernel shall take a program before its judge
        score.write("500")
    staged = {path: path for path in order["binds"]}
    if os.getuid() == 0:
        staged = stage(order["binds"]) or staged
        os.setgroups([])
        os.setresgid(order["uid"], order["uid"], order["uid"])
        os.setresuid(order["uid"], order["uid"], order["uid"])
    if ctypes.CDLL(None).prctl(38, 1, 0, 0, 0) != 0 or os.getuid() == 0:
        sys.exit("could not give up root")
    os.chdir("/")
    command = []
    for word in order["command"]:
        if isinstance(word, list):  # a path inside and the folder that holds it
            bound, rest = word
            word = staged[bound] + rest
        command.append(word)
    os.execve(command[0], command, order["env"])


def stage(folders):
    """Bind each folder read-only below `/mnt` of a mount namespace of our own; None where that is refused."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(_NEW_MOUNT) != 0:
        return None

    def mount(source, target, kind, flags, options=None):
        if libc.mount(source, target, kind, flags, options) != 0:
            number = ctypes.get_errno()
            raise OSError(number, f"mount {target!r}: {os.strerror(number)}")

    mount(b"none", b"/", None, _RECURSIVE | _PRIVATE)
    held = {folder: os.open(folder, os.O_PATH) for folder in folders}
    mount(b"tmpfs", _STAGE.encode(), b"tmpfs", _NOSUID | _NODEV, b"mode=0755,size=1m")
    staged = {}
    for number, (folder, descriptor) in enumerate(held.items()):
        target = f"{_STAGE}/{number}"
        if os.path.isdir(folder):
            os.mkdir(target)
        else:
            os.close(os.open(target, os.O_CREAT | os.O_WRONLY))
        mount(b"/proc/self/fd/%d" % descriptor, target.encode(), None, _BIND | _RECURSIVE)
        mount(b"none", target.encode(), None, _BIND | _REMOUNT | _READ_ONLY | _NOSUID | _NODEV)
        os.close(descriptor)
        staged[folder] = target
    return staged


main()
