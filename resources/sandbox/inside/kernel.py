"""The system calls that make a sandbox and that Python has no name for: clone, mount, capset, seccomp.

Runs inside, under the judged interpreter, so it uses the standard library alone. Every argument is built once
at start: what a forked program has to touch here is copied page by page for each program.
"""

import ctypes
import os
import platform
import resource

NEW_USER, NEW_PID, NEW_MOUNT, NEW_IPC = 0x10000000, 0x20000000, 0x00020000, 0x08000000
_NOSUID, _NODEV = 2, 4
_SIGCHLD = 17
_CLONE_CALL = {"x86_64": 56, "aarch64": 220}[platform.machine()]
_SET_NO_NEW_PRIVS, _SET_SECCOMP, _SECCOMP_FILTER, _SET_DUMPABLE, _CHILD_SUBREAPER = 38, 22, 2, 4, 36
_CAP_VERSION_3 = 0x20080522

_libc = ctypes.CDLL(None, use_errno=True)
_held = ctypes.PyDLL(
    None, use_errno=True
)  # keeps the interpreter's lock: the child goes on at this very point
_mount, _prctl, _capset = _libc.mount, _libc.prctl, _libc.capset
_open, _write, _close, _WRITE = os.open, os.write, os.close, os.O_WRONLY
_no_capabilities = ((ctypes.c_uint32 * 2)(_CAP_VERSION_3, 0), (ctypes.c_uint32 * 6)())


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_void_p)]


def _checked(result, what):
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result


def clone(flags):
    """A plain fork with `CLONE_*` flags and without the fork hooks of Python, which cost as much as the fork.

    Safe only for a process with one thread. Returns the child's pid, and 0 in the child.
    """
    return _checked(_held.syscall(_CLONE_CALL, flags | _SIGCHLD, 0, 0, 0, 0), "clone")


def own_ids(uid, gid):
    """What `map_own_ids` writes."""
    return (
        (b"/proc/self/setgroups", b"deny"),
        (b"/proc/self/uid_map", b"%d %d 1" % (uid, uid)),
        (b"/proc/self/gid_map", b"%d %d 1" % (gid, gid)),
    )


def map_own_ids(ids):
    """In a new user namespace: keep the same ids, and no others."""
    for path, line in ids:
        descriptor = _open(path, _WRITE)
        _write(descriptor, line)
        _close(descriptor)


def mount_tmpfs(target, size, inodes):
    """A fresh file system in memory with a bound on bytes and on files."""
    options = b"size=%d,nr_inodes=%d,mode=0755" % (size, inodes)
    _checked(_mount(b"tmpfs", target, b"tmpfs", _NOSUID | _NODEV, options), "mount")


def compile_filter(instructions):
    """Make the seccomp program of `seccomp.filter_program` ready for `give_up_privileges`."""
    buffer = ctypes.create_string_buffer(instructions, len(instructions))
    program = _Program(len(instructions) // 8, ctypes.cast(buffer, ctypes.c_void_p))
    return ctypes.byref(program), buffer, program


def refuse_for_good(program):
    """In the server: no new privileges, and no call that it does not need itself, for all that it forks."""
    _checked(_prctl(_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs")
    _checked(_prctl(_SET_SECCOMP, _SECCOMP_FILTER, program[0], 0, 0), "seccomp")
    for name in (resource.RLIMIT_CORE, resource.RLIMIT_MEMLOCK, resource.RLIMIT_MSGQUEUE):
        resource.setrlimit(name, (0, 0))


def give_up_privileges(program):
    """No capabilities and the rest of the filter: for good, and for every descendant."""
    _checked(_capset(_no_capabilities[0], _no_capabilities[1]), "capset")
    _checked(_prctl(_SET_SECCOMP, _SECCOMP_FILTER, program[0], 0, 0), "seccomp")


def set_dumpable(value):
    """0: nobody of the same uid may look into /proc/<this process>."""
    _checked(_prctl(_SET_DUMPABLE, value, 0, 0, 0), "dumpable")


def return_free_memory():
    """Give the pages of memory that nothing uses back; only glibc's allocator keeps them."""
    trim = getattr(_libc, "malloc_trim", None)
    if trim is not None:
        trim(0)


def become_subreaper():
    """Orphans of this process's children become its own children, so that they can be found and ended."""
    _checked(_prctl(_CHILD_SUBREAPER, 1, 0, 0, 0), "subreaper")


def set_limits(address_space, cpu_s, processes, files, file_bytes):
    """Per-process limits, hard and soft alike; `address_space` 0 leaves that one open."""
    limits = [
        (resource.RLIMIT_CPU, cpu_s),
        (resource.RLIMIT_NPROC, processes),
        (resource.RLIMIT_NOFILE, files),
        (resource.RLIMIT_FSIZE, file_bytes),
    ]
    if address_space:
        limits.append((resource.RLIMIT_AS, address_space))
    for name, value in limits:
        resource.setrlimit(name, (value, value))
