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
_libc = ctypes.CDLL(None, use_errno=True)


def main():
    """Stage the folders, drop to the uid, execute the command with the staged paths filled in."""
    order = json.loads(sys.argv[1])
    with open("/proc/self/oom_score_adj", "w") as score:  # the kernel shall take a program before its judge
        score.write("500")
    staged = {path: path for path in order["binds"]}
    if os.getuid() == 0:
        if order["in_place"]:
            open_in_place([path for path in order["binds"] if not reachable(path)])
        else:
            staged = stage(order["binds"]) or staged
        os.setgroups([])
        os.setresgid(order["uid"], order["uid"], order["uid"])
        os.setresuid(order["uid"], order["uid"], order["uid"])
    if _libc.prctl(38, 1, 0, 0, 0) != 0 or os.getuid() == 0:
        sys.exit("could not give up root")
    os.chdir("/")
    command = []
    for word in order["command"]:
        if isinstance(word, list):  # a path inside and the folder that holds it
            bound, rest = word
            word = staged[bound] + rest
        command.append(word)
    os.execve(command[0], command, order["env"])


def mount(source, target, kind, flags, options=None):
    """mount(2), raising `OSError`."""
    if _libc.mount(source, target, kind, flags, options) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"mount {target!r}: {os.strerror(number)}")


def reachable(path):
    """Whether any user may enter every folder above `path`."""
    if not os.path.isdir(path):
        path = os.path.dirname(path)
    while path != "/":
        if not os.stat(path).st_mode & 1:
            return False
        path = os.path.dirname(path)
    return True


def open_in_place(folders):
    """Without bubblewrap there is no other root: cover the closed folder above each, and bind it there again."""
    if not folders or _libc.unshare(_NEW_MOUNT) != 0:
        return
    mount(b"none", b"/", None, _RECURSIVE | _PRIVATE)
    held = {folder: os.open(folder, os.O_PATH) for folder in folders}
    for folder, descriptor in held.items():
        closed = folder
        above = folder
        while above != "/":
            if not os.stat(above).st_mode & 1:
                closed = above
            above = os.path.dirname(above)
        if not reachable(closed):
            mount(b"tmpfs", closed.encode(), b"tmpfs", _NOSUID | _NODEV, b"mode=0755,size=1m")
        os.makedirs(folder, exist_ok=True)
        mount(b"/proc/self/fd/%d" % descriptor, folder.encode(), None, _BIND | _RECURSIVE)
        mount(b"none", folder.encode(), None, _BIND | _REMOUNT | _READ_ONLY | _NOSUID | _NODEV)
        os.close(descriptor)


def stage(folders):
    """Bind each folder read-only below `/mnt` of a mount namespace of our own; None where that is refused."""
    if _libc.unshare(_NEW_MOUNT) != 0:
        return None
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
