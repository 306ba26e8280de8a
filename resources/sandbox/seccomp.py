"""The seccomp filter every program runs under, assembled here as classic BPF: no libseccomp is needed.

Belongs here: which system calls are refused and why. Denied is what can reach beyond the program (other
namespaces, the kernel's settings, its parent's limits) or hold memory that no limit counts; everything else is
allowed, because a list of allowed calls fails right programs. Method: seccomp(2), Linux 6 tables.
"""

import errno
import platform
import struct
from collections.abc import Sequence

# number on x86_64, number on aarch64 (None: the call does not exist there)
_REFUSED: dict[str, tuple[int | None, int | None]] = {
    # other processes' memory
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271), "kcmp": (312, 272),
    "pidfd_getfd": (438, 438), "process_madvise": (440, 440), "process_mrelease": (448, 448),
    # mounts and namespaces
    "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41), "chroot": (161, 51),
    "unshare": (272, 97), "setns": (308, 268), "open_tree": (428, 428), "move_mount": (429, 429),
    "fsopen": (430, 430), "fsconfig": (431, 431), "fsmount": (432, 432), "fspick": (433, 433),
    "mount_setattr": (442, 442), "statmount": (457, 457), "listmount": (458, 458),
    "open_by_handle_at": (304, 265), "name_to_handle_at": (303, 264), "fanotify_init": (300, 262),
    # a wide way into the kernel, of no use to an answer
    "bpf": (321, 280), "perf_event_open": (298, 241), "userfaultfd": (323, 282), "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426), "io_uring_register": (427, 427), "keyctl": (250, 219), "add_key": (248, 217),
    "request_key": (249, 218), "modify_ldt": (154, None), "personality": (135, 92), "uselib": (134, None),
    "lookup_dcookie": (212, 18), "nfsservctl": (180, 42), "sysfs": (139, None), "_sysctl": (156, None),
    # the machine
    "kexec_load": (246, 104), "kexec_file_load": (320, 294), "init_module": (175, 105),
    "finit_module": (313, 273), "delete_module": (176, 106), "reboot": (169, 142), "swapon": (167, 224),
    "swapoff": (168, 225), "acct": (163, 89), "quotactl": (179, 60), "quotactl_fd": (443, 443),
    "settimeofday": (164, 170), "clock_settime": (227, 112), "clock_adjtime": (305, 266), "adjtimex": (159, 171),
    "syslog": (103, 116), "vhangup": (153, 58), "iopl": (172, None), "ioperm": (173, None),
    "sethostname": (170, 161), "setdomainname": (171, 162), "migrate_pages": (256, 238), "move_pages": (279, 239),
}  # fmt: skip

# Memory that belongs to no process's address space, so that no limit counts it: "not implemented", and the
# C library and runtimes fall back to files or mappings. clone3's flags cannot be read by BPF; libc falls back.
_ABSENT: dict[str, tuple[int | None, int | None]] = {
    "memfd_create": (319, 279), "memfd_secret": (447, 447), "shmget": (29, 194), "semget": (64, 190),
    "msgget": (68, 186), "mq_open": (240, 180), "clone3": (435, 435),
}  # fmt: skip

_SERVER_NEEDS = ("mount", "memfd_create")

_CLONE, _SOCKET, _IOCTL, _SETSOCKOPT = (56, 220), (41, 198), (16, 29), (54, 208)
_SOL_SOCKET, _SO_SNDBUF, _SO_RCVBUF = 1, 7, 8
# calls that can change another process's limits or priority, and which argument names that process
_AIMED = {
    "prlimit64": ((302, 261), 0), "sched_setparam": ((142, 118), 0), "sched_setscheduler": ((144, 119), 0),
    "sched_setaffinity": ((203, 122), 0), "sched_setattr": ((314, 274), 0), "setpriority": ((141, 140), 1),
    "ioprio_set": ((251, 30), 1),
}  # fmt: skip

_NEW_NAMESPACES = 0x7E020080  # every CLONE_NEW* flag
_AF_UNIX, _TIOCSTI, _TIOCLINUX = 1, 0x5412, 0x541C
_ARCH = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_LOAD, _JEQ, _JGE, _JSET, _RET = 0x20, 0x15, 0x35, 0x45, 0x06


def filter_programs(*, own_pids_only: bool, machine: str | None = None) -> tuple[bytes, bytes]:
    """The filter as two `struct sock_filter[]` for prctl(PR_SET_SECCOMP): the server's and the program's.

    All that the server does not need itself is refused to it already and inherited by every program; only the
    short second part, which takes mounts and namespaces away, is left to be installed for each.
    `own_pids_only`: the program sits in a pid namespace whose process 1 is its judge, so only 1 must be kept
    from it; else every process but itself is refused as a target. Raises `OSError` on an unknown machine.
    """
    machine = machine or platform.machine()
    if machine not in _ARCH:
        raise OSError(errno.ENOSYS, f"no seccomp table for {machine}: only {', '.join(_ARCH)} are known")
    column, arch = _ARCH[machine]
    start = [(_LOAD, 0, 0, 4), (_JEQ, 1, 0, arch), (_RET, 0, 0, _KILL), (_LOAD, 0, 0, 0)]
    if machine == "x86_64":  # the x32 numbers reach the same calls
        start += [(_JGE, 0, 1, 0x40000000), (_RET, 0, 0, _ERRNO | errno.ENOSYS)]
    code = list(start)
    for table, error in ((_REFUSED, errno.EPERM), (_ABSENT, errno.ENOSYS)):
        numbers = [
            pair[column]
            for name, pair in table.items()
            if pair[column] is not None and name not in _SERVER_NEEDS
        ]
        code += _any_of(numbers, _ERRNO | error)
    # without an own network even a Unix socket would reach the host's services; socketpair stays
    allowed = [(_JEQ, 1, 0, _AF_UNIX)] if own_pids_only else []
    code += _when(_SOCKET[column], 0, [*allowed, (_RET, 0, 0, _ERRNO | errno.EACCES)])
    # what lies in a socket is the kernel's memory, which no limit counts: its size stays the default, and the call
    # says that it was done, as a kernel with a low maximum does
    grown = [(_JEQ, 0, 4, _SOL_SOCKET), (_LOAD, 0, 0, 32), (_JEQ, 1, 0, _SO_SNDBUF), (_JEQ, 0, 1, _SO_RCVBUF)]
    code += _when(_SETSOCKOPT[column], 1, [*grown, (_RET, 0, 0, _ERRNO)])
    terminal = [(_JEQ, 1, 0, _TIOCSTI), (_JEQ, 0, 1, _TIOCLINUX), (_RET, 0, 0, _ERRNO | errno.EPERM)]
    code += _when(_IOCTL[column], 1, terminal)
    refuse = (_RET, 0, 0, _ERRNO | errno.EPERM)
    for name, (numbers, argument) in _AIMED.items():
        at_judge = [(_JEQ, 0, 1, 1), refuse] if own_pids_only else [(_JEQ, 1, 0, 0), refuse]
        if name == "prlimit64":  # of use on a process's own limits alone, which have the number 0
            at_judge = [(_JEQ, 1, 0, 0), refuse]
        if name in ("setpriority", "ioprio_set"):  # "every process of this user or group" is aimed at all
            single = 0 if name == "setpriority" else 1
            at_judge = [(_LOAD, 0, 0, 16), (_JEQ, 1, 0, single), refuse, (_LOAD, 0, 0, 24), *at_judge]
        code += _when(numbers[column], argument, at_judge)
    code.append((_RET, 0, 0, _ALLOW))
    last = start + _any_of([_REFUSED["mount"][column]], _ERRNO | errno.EPERM)
    last += _any_of([_ABSENT["memfd_create"][column]], _ERRNO | errno.ENOSYS)
    last += _when(_CLONE[column], 0, [(_JSET, 0, 1, _NEW_NAMESPACES), refuse])
    last.append((_RET, 0, 0, _ALLOW))
    return _packed(code), _packed(last)


def _packed(code: list[tuple[int, int, int, int]]) -> bytes:
    return b"".join(struct.pack("=HBBI", *instruction) for instruction in code)


def _any_of(numbers: Sequence[int | None], answer: int) -> list[tuple[int, int, int, int]]:
    """`answer` when the call is one of `numbers`; falls through to the next rule."""
    tests = [(_JEQ, len(numbers) - at, 0, number or 0) for at, number in enumerate(numbers)]
    return [*tests, (_JGE, 1, 1, 0), (_RET, 0, 0, answer)]


def _when(
    number: int, argument: int, body: list[tuple[int, int, int, int]]
) -> list[tuple[int, int, int, int]]:
    """`body` on the low half of one argument when the call is `number`; falls through to the next rule."""
    block = [(_LOAD, 0, 0, 16 + 8 * argument), *body, (_LOAD, 0, 0, 0)]
    return [(_JEQ, 0, len(block), number), *block]
