"""Reads and compiles source text for the worker, in a sandbox of its own: it runs nothing of what it reads.

Belongs here: a warm process does in a third of a millisecond what a freshly forked one needs a whole one for,
because every page the compiler touches there must be copied first; and the samples of one task share their
tests. What it cannot read is left to the program's own process, which then says what is wrong with it.
"""

import gc
import marshal
import os
import socket
import warnings

import alone
import answer_code
import positive_proof

ANSWER, TESTS, WHOLE = b"a", b"t", b"w"  # WHOLE: tests for one process, though they do not need one
_LONGEST = 4 << 20
SHORT = 32 << 10
"""Bytes that go in a message; what is longer goes in memory that a descriptor names."""


def serve(control):
    """Answer requests until the other end is closed: `1` for tests that need one process, then the code."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000)  # a tree has no cycles, and each has thousands of nodes
    warnings.simplefilter("ignore")  # texts in the place of functions are put there by `rewriting`
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, 1 + SHORT, 1)
        if not message:
            return
        text = message[1:]
        for descriptor in descriptors:
            text = os.pread(descriptor, os.fstat(descriptor).st_size, 0)
            os.close(descriptor)
        try:
            read = compiled(message[:1], text.decode("utf-8", "surrogatepass"))
        except (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError):
            read = b""
        if len(read) <= SHORT:
            control.send(b"d" + read)
            continue
        with open(os.memfd_create("code"), "w+b") as answer:
            answer.write(read)
            answer.flush()
            socket.send_fds(control, [b"d"], [answer.fileno()])


def compiled(kind, text):
    """The code of one text, as `loaded` takes it."""
    if len(text) > _LONGEST:
        return b""
    if kind == ANSWER:
        return b"0" + marshal.dumps(answer_code.compiled(text, alone.ANSWER_PATH))
    suite = positive_proof.Suite(text, whole=True if kind == WHOLE else None)
    return (b"1" if suite.one_process else b"0") + suite.kept()
