"""Answer and tests in one process: for tests that need the answer's own objects, frames or streams, and as the
second witness where copies could not show what plain Python shows.

Weaker than split mode, and said so on the row. The tests are read only after the answer has run, the machinery the
tests rely on is put back in between and looked at again behind them, the answer's operators are guarded
(`own_operators`), and the way to the server is sealed (`sealed`).
"""

import _signal  # without the enumerations of `signal`, which would be copied for each program
import builtins
import gc
import linecache
import marshal
import os
import re
import sys
import types

import answer_code
import counts
import machinery
import own_operators
import positive_proof
import rewriting
import sealed
import tests_names

PROOF, TOKEN, OTHER = 901, 902, 903
HARNESS = tuple(
    (
        "alone answer_code answer_objects check_forms collected command counts doubt held_results kernel "
        "landlock machinery messages operators own_operators positive_proof reader references remote_objects "
        "rewriting screening sealed split_answer split_tests stand_ins syntax_walk telling_words tests_names top_names "
        "values watch"
    ).split()
)
ANSWER_FILE, TESTS_FILE = "solution.py", positive_proof.Suite.file
ANSWER_PATH = "/tmp/solution.py"  # where the answer is found in a sandbox with namespaces

pristine = None  # the snapshot, set by the server
guard = None  # against operators of the answer's own, as well
codes = frozenset()  # of the harness
main_space = server_main = None  # the names of a program's `__main__`; the server's own, kept alive
_CTYPES_USE = re.compile(r"\bctypes\s*\.\s*(\w+)|\bfrom\s+ctypes\s+import\s+([^\n#;]+)")
_read, _write, _leave = os.read, os.write, os._exit  # by value: the answer may replace them in `os`


def take_snapshot():
    """Once, in the server, after everything is imported."""
    global pristine, codes, guard
    counts.hook_unittest()
    modules = [sys.modules["__main__"], *(sys.modules[name] for name in HARNESS if name in sys.modules)]
    codes = sealed.codes_of(modules)
    # a program's `import command` is its own, and its import of what reaches into memory is to be heard
    for name in (*HARNESS, "ctypes", "_ctypes"):
        sys.modules.pop(name, None)
    pristine = machinery.Machinery()
    guard = own_operators.OwnOperators(pristine.classes, pristine.homes, TESTS_FILE)
    positive_proof.FUNCTIONS[rewriting.SCREEN] = guard.screen
    positive_proof.FUNCTIONS[rewriting.OUTER] = guard.outer
    positive_proof.FUNCTIONS[rewriting.RECEIVER] = guard.receiver
    blank()


def read_both(descriptor):
    """The text behind a payload's descriptor, and the code that the reader made of it, if any."""
    data = os.pread(descriptor, os.fstat(descriptor).st_size, 0)
    length = int.from_bytes(data[:4], "little")
    return data[4 : 4 + length].decode("utf-8", "surrogatepass"), data[4 + length :]


def keep_only(*descriptors):
    """Move the given descriptors to high numbers, where no program meets them by counting; close the rest."""
    for number, descriptor in enumerate(descriptors):
        os.dup2(descriptor, PROOF + number, False)
    os.closerange(3, PROOF)
    os.closerange(PROOF + len(descriptors), 1024)


def blank():
    """In the server: the `__main__` that every program begins with, still empty."""
    global main_space, server_main
    server_main = sys.modules["__main__"]
    sys.modules["__main__"] = types.ModuleType("__main__")
    main_space = sys.modules["__main__"].__dict__
    main_space["__builtins__"] = builtins
    sys.argv = [""]


def fresh_main(text, file, answers=True):
    """The new `__main__`, whose source can be found by inspect, pickle and dataclasses. Returns its namespace."""
    folder = os.getcwd()
    file = f"{folder.rstrip('/')}/{file}"
    space = main_space
    space["__file__"] = sys.argv[0] = file
    sys.path.insert(0, folder)
    linecache.cache[file] = (len(text), None, text.splitlines(True), file)
    if not answers:
        return space
    _signal.signal(_signal.SIGINT, _signal.default_int_handler)
    if "__file__" in text or "spawn" in text or "forkserver" in text or "argv" in text:
        with open(file, "w", encoding="utf-8", errors="surrogatepass") as copy:
            copy.write(text)
    return space


def piped(*parts, flags=()):
    """Send a record on the pipe of the tests' side of split mode; the token behind it says that nobody else did."""
    for part in parts:
        _write(PROOF, part() if callable(part) else part)
    if flags is not None:
        _write(PROOF, _read(TOKEN, 16) + " ".join(flags).encode())


def said(report, stage, error):
    """A failure as a record. The kind goes first: describing an exception runs the answer's code."""

    def text():
        try:
            return b": " + ascii(str(error)[:300])[1:-1].encode()[:400]
        except BaseException:
            return b": (cannot be printed)"

    report(b"F" + stage + b": " + type(error).__name__.encode("utf-8", "replace")[:80], text, flags=None)


def main(code, tests, close, lock):
    """Run the answer, then the tests; the record that is sent says what they showed."""
    answer, read = read_both(code)
    code = marshal.loads(read) if read else None
    os.dup2(tests, TOKEN, False)
    os.closerange(3, PROOF)
    os.closerange(TOKEN + 1, 1024)
    lock()
    space = fresh_main(answer, ANSWER_FILE)
    flush = sys.stdout.flush
    report = close(_only_numbers(answer))
    guard.answer_file = space["__file__"]
    pristine.ready()
    stage, suite = b"answer", None
    flags = set()
    try:
        gc.enable()
        if code is None:
            code = answer_code.compiled(answer, space["__file__"])
        exec(code, space)
        stage = b"tests"
        text, read = read_both(TOKEN)
        os.close(TOKEN)
        suite = positive_proof.Suite.of(text, read, whole=True)
        if pristine.restore(suite.names):
            flags.add("tampered")
        builtin = suite.names & vars(builtins).keys()
        for name in builtin:
            if name in space and not name.startswith("__"):
                flags.add("shadowed")
        linecache.cache[TESTS_FILE] = (len(text), None, text.splitlines(True), TESTS_FILE)
        guard.named, guard.space = suite.names, space
        names = tests_names.TestsNames(space, suite, builtin, code)
        counts.Counts.names_kept = names.changed
        positive_proof.FUNCTIONS[rewriting.BOUND] = names.note
        exec(rewriting.filled(suite.code, positive_proof.FUNCTIONS), space)
        if suite.incomplete():
            report(b"Ftests: an assertion at the top level was never reached", flags=None)
            _leave(1)
    except BaseException as error:
        if stage != b"tests" or not positive_proof.ended_well(error, suite):
            said(report, stage, error)
            try:
                flush()
            finally:
                _leave(1)
    if pristine.restore(suite.names, suite.sets) or guard.lies:
        flags.add("tampered")
    if integers() != _INTEGERS:
        report(b"Fthe answer changed the interpreter's integers", flags=None)
        _leave(1)
    conclude(suite, flags, flush, report)


def integers():
    """What the interpreter's own small integers are worth: it keeps one object of each, for all code."""
    try:
        return _bytes(_small), _text(_negative)
    except Exception:  # one of them is none of 0 to 255 any more, or no integer
        return None


_bytes, _text, _small, _negative = bytes, ascii, range(256), (-5, -4, -3, -2, -1, 256)
_INTEGERS = integers()


def conclude(suite, flags, flush, report):
    """The tests ended by themselves: say what the counts show, and what makes it doubtful."""
    try:
        flush()
    except BaseException:
        pass
    found = suite.failure()
    if found and found[:1] == b"F":
        report(found, flags=None)
        _leave(1)
    report(found or b"P", flags=flags)
    _leave(0)


def _only_numbers(text):
    """Whether an answer takes nothing from ctypes but its kinds of numbers."""
    if "ctypes" not in text:
        return False
    used = [name for pair in _CTYPES_USE.findall(text) for name in re.findall(r"\w+", " ".join(pair))]
    return bool(used) and all(name.startswith("c_") or name == "sizeof" for name in used)
