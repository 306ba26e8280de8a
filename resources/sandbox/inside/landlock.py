"""Landlock: the file system, TCP, signals and abstract sockets refused without any namespace.

Runs inside, where user namespaces are not to be had. A rule set cannot be taken back, and every descendant of a
confined process is confined. Method: landlock(7); what an older kernel cannot refuse is left out of the rule
set, and the probe at start finds out whether the rest is enough.
"""

import ctypes
import os
import struct

_CREATE, _ADD_RULE, _RESTRICT = 444, 445, 446
_VERSION, _PATH_BENEATH = 1, 1
_HANDLED = {1: 0x1FFF, 2: 0x3FFF, 3: 0x7FFF, 4: 0x7FFF, 5: 0xFFFF}
_READ = 0x1 | 0x4 | 0x8  # execute, read a file, list a folder
_ON_FILES = 0x1 | 0x2 | 0x4 | 0x4000 | 0x8000
_DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
_ABOUT = ("/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/proc/self")
_libc = ctypes.CDLL(None, use_errno=True)


def _call(number, *arguments):
    result = _libc.syscall(number, *arguments)
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"landlock: {os.strerror(code)}")
    return result


class Ruleset:
    """What may be read everywhere; the folder that may be written is a program's own."""

    def __init__(self, readable):
        self.abi = _call(_CREATE, 0, 0, _VERSION)
        self.files = _HANDLED[min(self.abi, 5)]
        self.readable = [(path, _READ) for path in (*readable, *_ABOUT)]
        self.readable += [(path, 0x2 | 0x4 | (0x8000 if self.abi >= 5 else 0)) for path in _DEVICES]

    def confine(self, workplace):
        """Confine this process and its descendants for good. Needs no_new_privs."""
        network = 3 if self.abi >= 4 else 0
        scope = 3 if self.abi >= 6 else 0
        size = 24 if self.abi >= 6 else 16 if self.abi >= 4 else 8
        attributes = struct.pack("<QQQ", self.files, network, scope)[:size]
        rules = _call(_CREATE, attributes, ctypes.c_size_t(size), 0)
        for path, access in (*self.readable, (workplace, self.files)):
            try:
                folder = os.open(path, os.O_PATH | os.O_CLOEXEC)
            except OSError:
                continue
            allowed = access if os.path.isdir(path) else access & _ON_FILES
            _call(_ADD_RULE, rules, _PATH_BENEATH, struct.pack("<Qi", allowed & self.files, folder), 0)
            os.close(folder)
        _libc.prctl(38, 1, 0, 0, 0)
        _call(_RESTRICT, rules, 0)
        os.close(rules)
