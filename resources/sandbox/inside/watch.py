"""Watching a running program from outside it, and ending everything it started.

Belongs here: limits that hold for the sum of all of a program's processes (CPU, memory, output, wall time), and
the kill. Runs in the server. Time limits count CPU, so that a loaded machine makes no false time-outs; wall time
is only a backstop, and what a program spends waiting for a processor does not count towards it. In a pid
namespace the kernel's list of processes is the program's; without one it is the tree below the server, which is
a subreaper so that orphans stay in it.
"""

import os
import select
import signal
import time

NO_LIMIT, CPU, WALL, MEMORY, OUTPUT, DISK, JUDGE_GONE = range(7)
TAIL, PROOF = 4096, 4096
STILL_RAN = -1
_LAST_MS = 200  # what a process may need from closing its line to its end
_MOST_WAITING = 10  # times the wall limit that waiting for a processor can add
_FIRST_LOOK_MS, _LOOK_MS = 15, 25
_TICK = 1.0 / os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


class Ended:
    """How a program ended, and what it used."""

    def __init__(self):
        self.status = None  # of the main child, as waitpid gives it
        self.limit = NO_LIMIT
        self.helper_status = None
        self.cpu_s = 0.0
        self.peak = 0
        self.waited_s = 0.0  # for a processor, the process that waited longest
        self.written = 0
        self.proof = b""
        self.tail = b""


def until_end(child, helper, out, proof, request, control, started, folders):
    """Wait for `child` or a limit, then end every other process. `helper`: a second child, or None.

    `folders`: what the program may write to where there is no namespace; None: a pid namespace and bounded
    file systems of its own.
    """
    ended = Ended()
    alone_in_namespace = folders is None
    exits = os.pidfd_open(child)
    poll = select.poll()
    poll.register(out, select.POLLIN)
    poll.register(exits, select.POLLIN)
    poll.register(control, 0)  # only its hanging up
    look_ms = _FIRST_LOOK_MS
    try:
        running = True
        while running and not ended.limit:
            events = poll.poll(look_ms)
            for descriptor, event in events:
                if descriptor == out:
                    if event & select.POLLIN:
                        take(ended, os.read(out, 65536), request.output)
                    else:
                        poll.unregister(out)
                elif descriptor == exits:
                    running = False
                else:
                    ended.limit = JUDGE_GONE
            if running and not events:
                look_ms = _LOOK_MS
                look(ended, request, alone_in_namespace)
                if folders and sum(map(bytes_below, folders)) > request.disk:
                    ended.limit = DISK
            if running and not ended.limit and time.monotonic() - started > request.wall_s:
                waited = min(longest_wait(ended, alone_in_namespace), _MOST_WAITING * request.wall_s)
                if time.monotonic() - started - waited > request.wall_s:
                    ended.limit = WALL
    finally:
        os.close(exits)
    if helper and not ended.limit:
        ended.proof = drain(proof, PROOF)
        if ended.proof.lstrip(b"cfw")[:1] == b"D":  # the answer left: how, must be seen before the kill
            if not wait_for(helper, _LAST_MS):
                ended.helper_status = STILL_RAN
    end_all(ended, child, helper, alone_in_namespace)
    if proof is not None:
        ended.proof += drain(proof, PROOF - len(ended.proof))
    take(ended, drain(out, request.output + 65536), request.output)
    if ended.limit == NO_LIMIT and ended.cpu_s > request.cpu_s:
        ended.limit = CPU
    return ended


def wait_for(pid, longest_ms):
    """Whether `pid` ends by itself within a time."""
    exits = os.pidfd_open(pid)
    poll = select.poll()
    poll.register(exits, select.POLLIN)
    try:
        return bool(poll.poll(longest_ms))
    finally:
        os.close(exits)


def take(ended, data, bound):
    """Count output; past `bound` bytes the program has hit a limit. Only the tail is kept."""
    ended.written += len(data)
    ended.tail = (ended.tail + data)[-TAIL:]
    if ended.written > bound and not ended.limit:
        ended.limit = OUTPUT


def drain(descriptor, bound):
    """What still lies in a pipe, at most `bound` bytes, without waiting."""
    os.set_blocking(descriptor, False)
    data = b""
    try:
        while len(data) < bound:
            more = os.read(descriptor, bound - len(data))
            if not more:
                break
            data += more
    except BlockingIOError:
        pass
    return data


def look(ended, request, alone_in_namespace):
    """Add up what the program's processes use now; set the limit that is passed."""
    cpu, resident = ended.cpu_s, 0
    pids = processes(alone_in_namespace)
    for pid in pids:
        try:
            with open(f"/proc/{pid}/stat", "rb") as stat:
                fields = stat.read().rpartition(b")")[2].split()
        except OSError:
            continue
        cpu += sum(map(int, fields[11:15])) * _TICK
        resident += int(fields[21]) * _PAGE
    if resident > request.memory and len(pids) > 1:
        resident = proportional(pids)  # forked processes share pages: count each page once
    ended.peak = max(ended.peak, resident)
    if resident > request.memory * 1.25:
        ended.limit = MEMORY
    elif cpu > request.cpu_s:
        ended.limit = CPU


def longest_wait(ended, alone_in_namespace):
    """Seconds that a process was ready but no processor was free; a loaded machine is not the program's fault."""
    for pid in processes(alone_in_namespace):
        try:
            with open(f"/proc/{pid}/schedstat", "rb") as stat:
                ended.waited_s = max(ended.waited_s, int(stat.read().split()[1]) * 1e-9)
        except (OSError, IndexError):
            continue
    return ended.waited_s


def bytes_below(folder):
    """Bytes on disk below `folder`, no link followed."""
    total = 0
    try:
        for entry in os.scandir(folder):
            total += entry.stat(follow_symlinks=False).st_blocks * 512
            if entry.is_dir(follow_symlinks=False):
                total += bytes_below(entry.path)
    except OSError:
        pass
    return total


def proportional(pids):
    """Resident bytes with shared pages counted once."""
    total = 0
    for pid in pids:
        try:
            with open(f"/proc/{pid}/smaps_rollup", "rb") as rollup:
                total += next((int(line.split()[1]) << 10 for line in rollup if line.startswith(b"Pss:")), 0)
        except OSError:
            continue
    return total


def processes(alone_in_namespace):
    """Pids of the running program: everything in the namespace but this process, or the tree below it."""
    own = os.getpid()
    if alone_in_namespace:
        return [int(name) for name in os.listdir("/proc") if name.isdigit() and int(name) != own]
    found, parents = [], [own]
    while parents:
        parent = parents.pop()
        try:
            with open(f"/proc/{parent}/task/{parent}/children", "rb") as children:
                below = [int(pid) for pid in children.read().split()]
        except OSError:
            continue
        found += below
        parents += below
    return found


def tasks_of(uid):
    """Threads that `uid` runs on the whole machine."""
    total = 0
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                if os.stat(f"/proc/{name}").st_uid == uid:
                    total += len(os.listdir(f"/proc/{name}/task"))
            except OSError:
                continue
    return total


def end_all(ended, child, helper, alone_in_namespace):
    """Kill and reap until nothing is left; fills in the exit statuses and the CPU of what was reaped."""
    while True:
        if alone_in_namespace:
            _kill(-1)
        else:
            for pid in processes(False):
                _kill(pid)
        try:
            pid, status, usage = os.wait4(-1, 0)
        except ChildProcessError:
            return
        ended.cpu_s += usage.ru_utime + usage.ru_stime
        ended.peak = max(ended.peak, usage.ru_maxrss << 10)
        if pid == child:
            ended.status = status
        elif pid == helper and ended.helper_status is None:
            ended.helper_status = status


def _kill(pid):
    try:
        os.kill(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass
