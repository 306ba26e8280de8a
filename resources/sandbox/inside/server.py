"""The fork-server of one worker: takes requests, makes a sandbox for each, and reports how it ended.

Runs inside bubblewrap as process 1 of its pid namespace, so that a kill of everything else ends every process
a program started, however it hid. A program gets one clone with new user, mount and ipc namespaces and fresh
file systems. The server never reads code or tests: requests carry descriptors that only the child reads, so
that no later child finds another's tests in the memory it inherits.
"""

import gc
import importlib
import json
import math
import os
import shutil
import signal
import socket
import struct
import sys
import time

import command
import kernel
import landlock
import watch

sys.path.pop(0)
if sys.executable.startswith("/tmp/"):
    # a program's own /tmp hides an interpreter that lies there (`_seen_at` of `server_process`)
    sys.executable = os.path.realpath(sys.executable)
alone = reader = sealed = split_answer = split_tests = None

REQUEST = struct.Struct("<BBBxIIIIddQQQ")
REPLY = struct.Struct("<iiBxxxddQQII")
COMMAND, ALONE, SPLIT = 0, 1, 2
_BROKEN = 97  # exit status of a child whose sandbox could not be made
_INODES = 4096


class Request:
    """The fixed part of a request: what to run, and what it may use."""

    def __init__(self, packet):
        fields = REQUEST.unpack_from(packet)
        self.mode, self.address_space, self.has_token = fields[:3]
        self.processes, self.files, self.seed, token_size = fields[3:7]
        self.cpu_s, self.wall_s, self.memory, self.disk, self.output = fields[7:]
        end = REQUEST.size + token_size
        self.token = packet[REQUEST.size : end]
        self.outputs = packet[end:].decode().split("\n") if len(packet) > end else []


class Server:
    """One worker's sandbox maker. `home` None: namespaces; else a folder, and Landlock in their place."""

    def __init__(self, control, filters, home, ruleset):
        self.control, self.home, self.ruleset = control, home, ruleset
        self.inbox = None
        if alone is not None:  # before the filter, which lets no socket be made without an own network
            self.inbox, outlet, address = sealed.make(alone.PROOF, home and f"{home}/{os.urandom(12).hex()}")
            self.close = sealed.prepared(outlet, address, alone.codes, alone.pristine.homes, alone.TESTS_FILE)
        (first,) = struct.unpack_from("<I", filters)
        kernel.refuse_for_good(kernel.compile_filter(filters[4 : 4 + first]))
        self.program = kernel.compile_filter(filters[4 + first :])
        self.uid = os.getuid()
        self.ids = kernel.own_ids(self.uid, os.getgid())
        self.flags = 0 if home else kernel.NEW_USER | kernel.NEW_MOUNT | kernel.NEW_IPC
        self.count = 0
        # without a user namespace of its own a program shares the count with whatever the user runs besides
        self.others = watch.tasks_of(self.uid) if home else 0
        with open("/proc/self/statm") as statm:
            self.own_bytes = int(statm.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")

    def serve(self):
        """Answer requests until the other end is closed."""
        while True:
            packet, descriptors, _, _ = socket.recv_fds(self.control, 65536, 2)
            if not packet:
                return
            reply, archive = self.run(Request(packet), descriptors)
            for descriptor in descriptors:
                os.close(descriptor)
            if archive is None:
                self.control.send(reply)
            else:
                socket.send_fds(self.control, [reply], [archive])
                os.close(archive)

    def run(self, request, payloads):
        """Run one request to its end. Returns the reply and the descriptor of its files, or None."""
        started = time.monotonic()
        self.count += 1
        out_read, out_write = os.pipe()
        opened, handed = [out_read], [out_write]
        proof_read = token_write = None
        if request.mode != ALONE:
            proof_read, proof_write = os.pipe()
            token_read, token_write = os.pipe()
            opened.append(proof_read)
            handed += [proof_write, token_read]
        meeting = None
        if request.outputs:  # the command waits until its folder is held open
            meeting = socket.socketpair()
        workplace = self.workplace()
        # tests that are split from their answer write no files: what would share them is judged in one process
        tests_place = self.workplace("tests") if request.mode == SPLIT and self.home else None
        helper = None
        if request.mode == SPLIT:
            answer_end, tests_end = (end.detach() for end in socket.socketpair())
            handed += [answer_end, tests_end]
            helper = self.fork(
                request, out_write, None, workplace, split_answer.main, (payloads[0], answer_end)
            )
            parts = (payloads[1], tests_end, proof_write, token_read)
            child = self.fork(request, out_write, None, tests_place, split_tests.main, parts)
        elif request.mode == ALONE:
            parts = (payloads[0], payloads[1], self.close)
            child = self.fork(request, out_write, None, workplace, alone.main, parts)
        else:
            parts = (payloads[0], proof_write, token_read, request.has_token)
            child = self.fork(request, out_write, meeting, workplace, command.main, parts)
        # made after the fork: no program's memory holds the token of its own run
        token = request.token if request.mode == COMMAND else os.urandom(16)
        if token_write is not None:
            os.write(token_write, token)
            os.close(token_write)
        for descriptor in handed:
            os.close(descriptor)
        folder = None
        if meeting:
            meeting[1].close()
            folder = self.folder_of(child, meeting[0])
            meeting[0].close()
        folders = [place for place in (workplace, tests_place) if place] if self.home else None
        ended = watch.until_end(child, helper, out_read, proof_read, request, self.control, started, folders)
        proof = (
            ended.proof if self.inbox is None or request.mode != ALONE else sealed.received(self.inbox, child)
        )
        for descriptor in opened:
            os.close(descriptor)
        if request.mode == SPLIT:
            proof = self.checked(proof, token)
        archive = None
        if folder is not None:
            archive = command.collect(folder, request.outputs)
            os.close(folder)
        if self.home:
            clear(workplace)
            if tests_place:
                clear(tests_place)
        numbers = (
            ended.status,
            ended.helper_status or 0,
            ended.limit,
            ended.cpu_s,
            time.monotonic() - started,
        )
        reply = REPLY.pack(*numbers, ended.peak, ended.written, len(proof), self.count)
        return reply + proof + ended.tail, archive

    def fork(self, request, out, meeting, workplace, main, parts):
        """A child in a fresh sandbox that runs `main(*parts, lock)`."""
        child = kernel.clone(self.flags)
        if child:
            return child
        try:
            self.enter(request, workplace)
            if meeting is not None:
                meeting[1].send(b"1")
                meeting[1].recv(1)
            os.dup2(out, 1)
            os.dup2(out, 2)
            main(*parts, lambda: self.lock(request, workplace))
        except BaseException as error:  # whatever it is, the judge must hear of it
            os.write(2, f"the sandbox failed: {type(error).__name__}: {error}\n".encode())
        finally:
            os._exit(_BROKEN)

    def enter(self, request, workplace):
        """In the child, first of all: its own namespaces and its own empty file system; `None`: none to write."""
        if self.home:
            kernel.set_dumpable(1)
            os.chdir(workplace)
            os.environ["HOME"] = os.environ["TMPDIR"] = workplace
        else:
            kernel.set_dumpable(1)  # the server is not; /proc/self must be ours to write the id maps
            kernel.map_own_ids(self.ids)
            if workplace:
                kernel.mount_tmpfs(b"/tmp", request.disk, _INODES)
                os.chdir(workplace)
        os.setsid()

    def lock(self, request, workplace):
        """In the child, last before foreign code: limits for good, then no way back."""
        bound = self.own_bytes * (request.mode != COMMAND) + request.memory if request.address_space else 0
        processes = request.processes + self.others
        kernel.set_limits(bound, math.ceil(request.cpu_s) + 1, processes, request.files, request.disk)
        if self.ruleset:
            self.ruleset.confine(workplace)
        kernel.give_up_privileges(self.program)

    def workplace(self, part=""):
        """Where the program's files go: the private /tmp, or without namespaces a new folder."""
        if not self.home:
            return "/tmp"
        path = f"{self.home}/{self.count}{part}"
        os.mkdir(path, 0o700)
        return path

    def folder_of(self, child, meeting):
        """A descriptor of the child's working folder, which outlives the child; None if it never got one."""
        if not meeting.recv(1):
            return None
        folder = os.open(f"/proc/{child}/cwd", os.O_RDONLY | os.O_DIRECTORY)
        meeting.send(b"1")
        return folder

    def checked(self, proof, token):
        """The record without its token if that is right; an empty one if a program wrote what it should not."""
        record = proof.lstrip(b"cfw")
        mark = proof[: len(proof) - len(record)]
        if record[:1] in (b"P", b"Z"):
            record = record[:1] + record[17:] if record[1:17] == token else b""
        return mark + record


def clear(folder):
    """Remove what a program left, whatever modes it gave its folders; never through a link."""

    def open_up(_function, path, _error):
        os.chmod(os.path.dirname(path), 0o700)
        if os.path.isdir(path) and not os.path.islink(path):
            os.chmod(path, 0o700)
            shutil.rmtree(path, ignore_errors=True)
        else:
            os.unlink(path)

    shutil.rmtree(folder, onerror=open_up)


def load(preload):
    """Import what programs need, and the judges, once; forks share it."""
    global alone, reader, sealed, split_answer, split_tests
    import random

    # the judges first: what compiling them leaves free in memory is then taken by the library
    sys.path.insert(0, os.path.dirname(__file__))
    import alone
    import reader
    import sealed
    import split_answer
    import split_tests

    sys.path.pop(0)
    for name in preload:
        importlib.import_module(name)
    # the same random numbers for every program, as with hashes; the second run of `flaky` has others
    random.seed(int(os.environ["PYTHONHASHSEED"]))
    alone.take_snapshot()


def main():
    """Take the control socket from descriptor 0 and the settings from the command line, then serve."""
    settings = json.loads(sys.argv[1])
    os.environ.pop("LD_BIND_NOW", None)
    with open(settings["filter"], "rb") as file:
        filters = file.read()
    control = socket.socket(fileno=os.dup(0))
    nothing = os.open("/dev/null", os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    for number in range(1, signal.NSIG):
        if (
            number not in (signal.SIGKILL, signal.SIGSTOP, signal.SIGPIPE, signal.SIGXFSZ)
            and signal.getsignal(number) is not None
        ):
            signal.signal(number, signal.SIG_DFL)
    if settings["preload"]:
        load(settings["preload"])
    ruleset = None
    if settings["home"]:
        kernel.become_subreaper()
        ruleset = landlock.Ruleset(settings["readable"])
    kernel.set_dumpable(0)
    if settings["reader"]:
        control.send(b"ready")
        reader.serve(control)
        return
    server = Server(control, filters, settings["home"], ruleset)
    gc.collect()
    gc.freeze()
    gc.disable()  # a child turns it on again where foreign code begins
    kernel.return_free_memory()  # each page that is mapped here is mapped and unmapped for each program
    control.send(b"ready")
    server.serve()


if __name__ == "__main__":
    main()
