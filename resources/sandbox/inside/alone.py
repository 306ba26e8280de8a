"""Answer and tests in one process: for tests that need the answer's own objects, frames or streams.

Weaker than split mode, and said so on the row: code in the same process that knows this file can answer for it.
What is kept from a program that does not: the tests are read only after the answer has run, the token only
after the tests, and the machinery the tests rely on is put back in between.
"""

import _signal  # without the enumerations of `signal`, which would be copied for each program
import builtins
import gc
import linecache
import marshal
import os
import sys
import types

import machinery
import positive_proof

PROOF, TOKEN, OTHER = 901, 902, 903
HARNESS = ("alone", "command", "kernel", "machinery", "positive_proof", "watch", "split_answer", "split_tests",
           "messages", "stand_ins", "values", "landlock", "reader")  # fmt: skip
ANSWER_FILE, TESTS_FILE = "solution.py", "tests.py"
ANSWER_PATH = "/tmp/solution.py"  # where the answer is found in a sandbox with namespaces

pristine = None  # the snapshot, set by the server
_read, _write, _leave = os.read, os.write, os._exit  # by value: the answer may replace them in `os`


def take_snapshot():
    """Once, in the server, after everything is imported."""
    global pristine
    positive_proof.hook_unittest()
    for name in HARNESS:  # a program's `import command` is its own
        sys.modules.pop(name, None)
    pristine = machinery.Machinery()


def read_both(descriptor):
    """The text behind a payload's descriptor, and the code that the reader made of it, if any."""
    data = os.pread(descriptor, os.fstat(descriptor).st_size, 0)
    length = int.from_bytes(data[:4], "little")
    return data[4 : 4 + length].decode("utf-8", "surrogatepass"), data[4 + length :]


def read_all(descriptor):
    """The text behind a payload's descriptor, which every child reads from its start."""
    size = os.fstat(descriptor).st_size
    return os.pread(descriptor, size, 0).decode("utf-8", "surrogatepass")


def keep_only(*descriptors):
    """Move the given descriptors to high numbers, where no program meets them by counting; close the rest."""
    for number, descriptor in enumerate(descriptors):
        os.dup2(descriptor, PROOF + number, False)
    os.closerange(3, PROOF)
    os.closerange(PROOF + len(descriptors), 1024)


def fresh_main(text, file, answers=True):
    """A new `__main__` whose source can be found by inspect, pickle and dataclasses. Returns its namespace."""
    module = types.ModuleType("__main__")
    sys.modules["__main__"] = module
    folder = os.getcwd()
    file = os.path.join(folder, file)
    space = module.__dict__
    space["__builtins__"] = builtins
    space["__file__"] = file
    sys.argv = [file]
    sys.path.insert(0, folder)
    linecache.cache[file] = (len(text), None, text.splitlines(True), file)
    if not answers:
        return space
    _signal.signal(_signal.SIGINT, _signal.default_int_handler)
    if "__file__" in text or "spawn" in text or "forkserver" in text or "argv" in text:
        with open(file, "w", encoding="utf-8", errors="surrogatepass") as copy:
            copy.write(text)
    return space


def said(stage, error):
    """A failure as a record. The kind goes first: describing an exception runs the answer's code."""
    _write(PROOF, b"F" + stage + b": " + type(error).__name__.encode("utf-8", "replace")[:80])
    try:
        text = ascii(str(error)[:300])[1:-1]
    except BaseException:
        text = "(cannot be printed)"
    _write(PROOF, b": " + text.encode()[:400])


def main(code, tests, proof, token, lock):
    """Run the answer, then the tests; the record on descriptor PROOF says what they showed."""
    answer, read = read_both(code)
    keep_only(proof, token, tests)
    lock()
    space = fresh_main(answer, ANSWER_FILE)
    flush = sys.stdout.flush
    pristine.ready()
    stage = b"answer"
    flags = b""
    try:
        gc.enable()
        exec(marshal.loads(read) if read else compile(answer, space["__file__"], "exec"), space)
        stage = b"tests"
        text, read = read_both(OTHER)
        os.close(OTHER)
        suite = positive_proof.Suite.of(text, TESTS_FILE, read)
        if pristine.restore(text):
            flags = b"tampered"
        shadowed = suite.names & vars(builtins).keys() & {n for n in space if not n.startswith("__")}
        if shadowed:
            flags += b" shadowed"
        linecache.cache[TESTS_FILE] = (len(text), None, text.splitlines(True), TESTS_FILE)
        space[positive_proof.TICK] = positive_proof.tick
        space[positive_proof.TICK_CALL] = positive_proof.tick_call
        exec(suite.code, space)
        if suite.incomplete():
            _write(PROOF, b"Ftests: an assertion at the top level was never reached")
            _leave(1)
    except BaseException as error:
        if stage != b"tests" or not positive_proof.ended_by_unittest(error):
            said(stage, error)
            try:
                flush()
            finally:
                _leave(1)
    conclude(suite, flags, flush)


def conclude(suite, flags, flush):
    """The tests ended by themselves: read the token, and say what the counts show."""
    try:
        flush()
    except BaseException:
        pass
    found = suite.failure()
    if found and found[:1] == b"F":
        _write(PROOF, found)
        _leave(1)
    _write(PROOF, (found or b"P") + _read(TOKEN, 16) + flags)
    _leave(0)
