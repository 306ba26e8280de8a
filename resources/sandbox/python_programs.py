"""Judging Python: which mode and which kept server a program gets, and what the server's reply means.

Belongs here: split first, one process only where the tests need it, retry of time-outs, second run with another
hash seed, negative control. How a program is run and proven stands in `inside/`.
"""

import ast
import hashlib
import os
import re
from collections import OrderedDict
from dataclasses import replace
from typing import Any

from resources.sandbox.base import Limits, Verdict
from resources.sandbox.interpreter import Interpreter
from resources.sandbox.languages.judge import Judgment, bounded
from resources.sandbox.server_process import (
    ALONE,
    CPU,
    DISK,
    MEMORY,
    OUTPUT,
    SPLIT,
    WALL,
    Backend,
    Reply,
    ServerDied,
    ServerProcess,
)

HARNESS_VERSION = "2"
"""Part of every verdict's cache key: raise it when a verdict's rule changes."""

STANDARD = (
    "abc", "argparse", "array", "ast", "base64", "bisect", "calendar", "cmath", "collections", "contextlib",
    "copy", "csv", "dataclasses", "datetime", "decimal", "enum", "fractions", "functools", "hashlib", "heapq",
    "inspect", "io", "itertools", "json", "linecache", "logging", "math", "numbers", "operator", "pathlib",
    "pprint", "queue", "random", "re", "secrets", "statistics", "string", "struct", "subprocess", "tempfile",
    "textwrap", "threading", "time", "traceback", "types", "typing", "unittest", "uuid", "warnings", "zlib",
)  # fmt: skip
"""Modules that are loaded before any program is forked: what answers and their tests import most."""

ARRAYS = re.compile(r"\b(?:import|from)\s+(numpy|pandas)\b")
_ONE_PROCESS = re.compile(
    r"\b(?:import|from)\s+(?:inspect|doctest|io|threading|multiprocessing|asyncio|subprocess|os|tempfile|pathlib"
    r"|shutil|sqlite3|gc|weakref|sys|pickle|importlib|builtins|logging|warnings|signal|contextlib|unittest\.mock)\b"
    r"|\basync\s+def\b|\b(?:open|globals|locals|vars|eval|exec)\s*\("
)
"""Tests in which this is found are taken to need one process at once; what it misses the tests' side finds."""

_RECYCLE_AFTER = 5000  # programs a server runs before it is replaced, should anything have grown
_SUITES_REMEMBERED = 50_000
_TEXTS_REMEMBERED = 500
_STUB = """
class _Nothing:
    def __init__(self, *a, **k): pass
    def __call__(self, *a, **k): return None
    def __getattr__(self, name):
        if name.startswith("__"): raise AttributeError(name)
        return lambda *a, **k: None
"""


class PythonJudge:
    """Judges Python programs one after the other with servers of its own; for one thread."""

    def __init__(
        self,
        python: Interpreter,
        worker: int = 0,
        *,
        backend: Backend = Backend.BWRAP,
        negative_control: bool = False,
        second_seed: bool = False,
    ):
        self._python, self._worker, self._backend = python, worker, backend
        self._negative_control, self._second_seed = negative_control, second_seed
        self._servers: dict[tuple[bool, int], ServerProcess] = {}
        self._alone: OrderedDict[bytes, None] = OrderedDict()  # suites that need one process
        self._vacuous: OrderedDict[bytes, bool] = OrderedDict()
        self._reader: ServerProcess | None = None
        self._texts: OrderedDict[bytes, bytes] = OrderedDict()  # what the reader made of answers and tests

    def judge(self, code: str, tests: str, limits: Limits) -> Judgment:
        """The verdict on one program. Every failure of the sandbox itself is the verdict `harness_error`."""
        found = self._with_retry(code, tests, limits, 0)
        flags = list(found.flags)
        if found.verdict is Verdict.PASS and self._second_seed:
            again = self._with_retry(code, tests, limits, 1)
            if again.verdict is not Verdict.PASS:
                flags.append("flaky")
        if (
            found.verdict is Verdict.PASS
            and self._negative_control
            and self._passes_a_stub(code, tests, limits)
        ):
            flags.append("vacuous")
        return found if flags == list(found.flags) else _flagged(found, flags)

    def close(self) -> None:
        """End the servers and all they run."""
        while self._servers:
            self._servers.popitem()[1].close()
        self._close_reader()

    def server_pids(self) -> list[int]:
        """The host's pids of the running servers' outermost processes."""
        return [server.pid for server in self._servers.values()]

    def _with_retry(self, code: str, tests: str, limits: Limits, seed: int) -> Judgment:
        found = self._judge_once(code, tests, limits, seed)
        if found.verdict is Verdict.TIMEOUT and limits.retry_cpu_s > limits.cpu_s:
            longer = limits.model_copy(update={"cpu_s": limits.retry_cpu_s})
            found = self._judge_once(code, tests, longer, seed)
            return _flagged(found, [*found.flags, "retried"])
        return found

    def _judge_once(self, code: str, tests: str, limits: Limits, seed: int) -> Judgment:
        suite = hashlib.sha256(tests.encode("utf-8", "surrogatepass")).digest()
        read = self._read(b"t", tests)
        alone = read[:1] == b"1" or (not read and _ONE_PROCESS.search(tests))
        mode = ALONE if suite in self._alone or alone else SPLIT
        reply = self._asked(mode, code, tests, limits, seed)
        if mode == SPLIT and isinstance(reply, Reply) and _wants_one_process(reply):
            _remember(self._alone, suite, None)
            mode = ALONE
            reply = self._asked(mode, code, tests, limits, seed)
        version = f"Python {self._python.version}"
        if isinstance(reply, ServerDied):
            return Judgment(Verdict.HARNESS_ERROR, bounded(str(reply)), toolchain=version)
        verdict, detail, flags = _meaning(reply)
        reached = next((int(flag[8:]) for flag in flags if re.fullmatch(r"reached=\d{1,9}", flag)), None)
        flags = [flag for flag in flags if not flag.startswith("reached=")]
        return Judgment(
            verdict=verdict,
            detail=detail,
            duration_ms=reply.wall_s * 1e3,
            cpu_ms=reply.cpu_s * 1e3,
            peak_mb=reply.peak_bytes / (1 << 20),
            output_tail=reply.tail.decode(errors="backslashreplace").replace("\0", "\\0"),
            proof="split" if mode == SPLIT else "in_process",
            toolchain=version,
            flags=tuple(flags),
            reached=reached,
        )

    def _asked(self, mode: int, code: str, tests: str, limits: Limits, seed: int) -> Reply | ServerDied:
        """A reply, by a second server where the first died under the program."""
        payloads = []
        for kind, text in ((b"a", code), (b"t", tests)):
            source = text.encode("utf-8", "surrogatepass")
            payloads.append(len(source).to_bytes(4, "little") + source + self._read(kind, text)[1:])
        arrays = bool(self._python.importable) and bool(ARRAYS.search(code) or ARRAYS.search(tests))
        error: ServerDied | None = None
        for _ in range(2):
            try:
                server = self._server(arrays, seed)
                reply = server.ask(mode, payloads, limits, 3 * limits.cpu_s + 1)
            except ServerDied as died:
                error = died
                self._drop(arrays, seed)
                continue
            if reply.served >= _RECYCLE_AFTER:
                self._drop(arrays, seed)
            return reply
        assert error is not None
        return error

    def _read(self, kind: bytes, text: str) -> bytes:
        """The compiled text behind one byte of `inside/reader.py`; empty where it must be compiled in place."""
        source = text.encode("utf-8", "surrogatepass")
        key = kind + hashlib.sha256(source).digest()
        if key not in self._texts:
            read = b""
            if self._backend == Backend.BWRAP:  # elsewhere a program's folder, and so its name, is its own
                try:
                    if self._reader is None:
                        python = self._python
                        self._reader = ServerProcess(
                            python.executable,
                            python.folders,
                            preload=STANDARD,
                            worker=self._worker,
                            reader=True,
                        )
                    read = self._reader.read(kind, source)
                except ServerDied:
                    self._close_reader()
            _remember(self._texts, key, read, _TEXTS_REMEMBERED)
        return self._texts[key]

    def _close_reader(self) -> None:
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    def _server(self, arrays: bool, seed: int) -> ServerProcess:
        if (arrays, seed) not in self._servers:
            preload = STANDARD + (self._python.importable if arrays else ())
            python = self._python
            self._servers[arrays, seed] = ServerProcess(
                python.executable,
                python.folders,
                preload=preload,
                worker=self._worker,
                hash_seed=seed,
                backend=self._backend,
            )
        return self._servers[arrays, seed]

    def _drop(self, arrays: bool, seed: int) -> None:
        server = self._servers.pop((arrays, seed), None)
        if server is not None:
            server.close()

    def _passes_a_stub(self, code: str, tests: str, limits: Limits) -> bool:
        """Whether the tests also hold for an answer whose every name does nothing; once a distinct suite."""
        suite = hashlib.sha256(tests.encode("utf-8", "surrogatepass")).digest()
        if suite not in self._vacuous:
            stub = _stub(code)
            found = self._judge_once(stub, tests, limits, 0) if stub else None
            _remember(self._vacuous, suite, found is not None and found.verdict is Verdict.PASS)
        return self._vacuous[suite]


def _wants_one_process(reply: Reply) -> bool:
    """Whether the tests (never the answer) ask for it: they said so, or they handed functions of their own over
    and did not pass, which may be the line's fault: a call-back cannot be interrupted by an answer's timer."""
    return reply.proof[:1] == b"N" or (reply.proof[:1] == b"c" and reply.proof[1:2] != b"P")


def _meaning(reply: Reply) -> tuple[Verdict, str, list[str]]:
    """What a reply shows: a pass is proven by the record alone, the status only tells kinds of failure apart."""
    record = reply.proof.removeprefix(b"c")
    kind, said = record[:1], bounded(record[1:].decode(errors="backslashreplace"))
    if reply.limit == MEMORY:
        return Verdict.OOM, "stopped at its memory limit", []
    if reply.limit == DISK:
        return Verdict.FAIL, "stopped at its disk limit", []
    if reply.limit == OUTPUT:
        return Verdict.OUTPUT_LIMIT, "stopped at its output limit", []
    if kind == b"F":  # found out before a limit ended it
        out_of_memory = said.startswith(("answer: MemoryError", "tests: MemoryError"))
        return (Verdict.OOM if out_of_memory else Verdict.FAIL), said, []
    if reply.limit in (CPU, WALL):
        return Verdict.TIMEOUT, f"stopped at its limit of {'CPU' if reply.limit == CPU else 'wall'} time", []
    if os.WIFSIGNALED(reply.status):
        return Verdict.CRASH, f"ended by signal {os.WTERMSIG(reply.status)}", []
    status = os.WEXITSTATUS(reply.status)
    if status == BROKEN:
        last = reply.tail.decode(errors="backslashreplace").strip().splitlines()
        return Verdict.HARNESS_ERROR, bounded(last[-1] if last else "the sandbox could not be made"), []
    if kind == b"P" and status == 0:
        return Verdict.PASS, "", said.split()
    if kind == b"Z" and status == 0:
        return Verdict.NO_TESTS, "no assertion was run", []
    if kind == b"D":
        if reply.helper_status == _STILL_RAN:
            return Verdict.FAIL, f"the answer's process closed its line before the tests ended ({said})", []
        if os.WIFSIGNALED(reply.helper_status):
            return (
                Verdict.CRASH,
                f"the answer's process was ended by signal {os.WTERMSIG(reply.helper_status)}",
                [],
            )
        status = os.WEXITSTATUS(reply.helper_status)
        return (
            Verdict.FAIL,
            f"the answer's process ended with status {status} before the tests did ({said})",
            [],
        )
    return Verdict.FAIL, f"ended with status {status} before the tests had run to their end", []


_STILL_RAN = -1  # as in `inside/watch.py`
BROKEN = 97
"""Exit status of a child whose sandbox could not be made (`inside/server.py`)."""


def _stub(code: str) -> str:
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ""
    lines = [_STUB]
    for node in tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            lines.append(ast.unparse(node))
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            lines.append(f"{node.name} = _Nothing()")
    return "\n".join(lines)


def _flagged(found: Judgment, flags: list[str]) -> Judgment:
    return replace(found, flags=tuple(flags))


def _remember(
    store: OrderedDict[bytes, Any], key: bytes, value: object, most: int = _SUITES_REMEMBERED
) -> None:
    store[key] = value
    if len(store) > most:
        store.popitem(last=False)
