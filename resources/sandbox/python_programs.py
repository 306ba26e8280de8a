"""Judging Python: which mode and which kept server a program gets, and what the server's reply means.

Belongs here: split first, one process where the tests need it or as the second witness, retry of time-outs, the hash
seed. How a program is run and proven is in `inside/`.
"""

import hashlib
import re
from collections import OrderedDict
from dataclasses import replace
from typing import Any

from resources.sandbox.answer_module import without_answer_imports
from resources.sandbox.base import Limits, Verdict
from resources.sandbox.interpreter import Interpreter
from resources.sandbox.languages.judge import Judgment, bounded
from resources.sandbox.python_replies import marks_of, meaning_of, together_with, wants_witness
from resources.sandbox.server_process import ALONE, SPLIT, Backend, Reply, ServerDied, ServerProcess
from resources.sandbox.uncalled_tests import with_calls

HARNESS_VERSION = "10"
"""Part of every verdict's cache key: raise it when a verdict's rule changes."""

STANDARD = (
    "abc", "argparse", "array", "ast", "base64", "bisect", "calendar", "cmath", "collections", "contextlib",
    "copy", "csv", "dataclasses", "datetime", "decimal", "enum", "fractions", "functools", "hashlib", "heapq",
    "inspect", "io", "itertools", "json", "linecache", "logging", "math", "numbers", "operator", "pathlib",
    "pprint", "queue", "random", "re", "secrets", "statistics", "string", "struct", "subprocess", "tempfile",
    "textwrap", "threading", "time", "traceback", "types", "typing", "unittest", "uuid", "warnings", "zlib",
)  # fmt: skip
"""Modules that are loaded before any program is forked: what answers and their tests import most."""

ARRAYS = re.compile(r"\b(?:import|from)\s+(numpy|pandas|pytest)\b")

_RECYCLE_AFTER = 5000  # programs a server runs before it is replaced, should anything have grown
_SUITES_REMEMBERED = 50_000
_TEXTS_REMEMBERED = 500


class PythonJudge:
    """Judges Python programs one after the other with servers of its own; for one thread."""

    def __init__(
        self,
        python: Interpreter,
        worker: int = 0,
        *,
        backend: Backend = Backend.BWRAP,
    ):
        self._python, self._worker, self._backend = python, worker, backend
        self._servers: dict[tuple[bool, int], ServerProcess] = {}
        self._alone: OrderedDict[bytes, None] = OrderedDict()  # suites that need one process
        self._reader: ServerProcess | None = None
        self._texts: OrderedDict[tuple[bytes, str], bytes] = (
            OrderedDict()
        )  # what the reader made of answers and tests

    def judge(self, code: str, tests: str, limits: Limits, seed: int = 0) -> Judgment:
        """The verdict on one program. Every failure of the sandbox itself is the verdict `harness_error`."""
        code, tests = code.removeprefix("\ufeff"), tests.removeprefix("\ufeff")
        tests = with_calls(without_answer_imports(code, tests, self._python.modules))
        return self._with_retry(code, tests, limits, seed)

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
        if self._needs_one_process(tests) or (self._alone and _digest(tests) in self._alone):
            return self._judgment(ALONE, self._asked(ALONE, code, tests, limits, seed))
        reply = self._asked(SPLIT, code, tests, limits, seed)
        apart = self._judgment(SPLIT, reply)
        if not isinstance(reply, Reply):
            return apart
        marks, kind = marks_of(reply.proof)
        if kind in (b"N", b"U"):
            if kind == b"N":
                _remember(self._alone, _digest(tests), None)
            return self._judgment(ALONE, self._asked(ALONE, code, tests, limits, seed))
        if not wants_witness(marks, apart):
            return apart
        return together_with(apart, self._judgment(ALONE, self._asked(ALONE, code, tests, limits, seed)))

    def _judgment(self, mode: int, reply: "Reply | ServerDied") -> Judgment:
        version = f"Python {self._python.version}"
        if isinstance(reply, ServerDied):
            return Judgment(Verdict.HARNESS_ERROR, bounded(str(reply)), toolchain=version)
        verdict, detail, flags = meaning_of(reply)
        reached = next((int(flag[8:]) for flag in flags if re.fullmatch(r"reached=\d{1,9}", flag)), None)
        return Judgment(
            verdict=verdict,
            detail=detail,
            duration_ms=reply.wall_s * 1e3,
            cpu_ms=reply.cpu_s * 1e3,
            peak_mb=reply.peak_bytes / (1 << 20),
            output_tail=reply.tail.decode(errors="backslashreplace").replace("\0", "\\0"),
            proof="split" if mode == SPLIT else "in_process",
            toolchain=version,
            flags=tuple(flag for flag in flags if not flag.startswith("reached=")),
            reached=reached,
        )

    def _asked(self, mode: int, code: str, tests: str, limits: Limits, seed: int) -> Reply | ServerDied:
        """A reply, by a second server where the first died under the program."""
        payloads = []
        tests_kind = b"w" if mode == ALONE and not self._needs_one_process(tests) else b"t"
        for kind, text in ((b"a", code), (tests_kind, tests)):
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

    def _needs_one_process(self, tests: str) -> bool:
        """Whether the reader says so; where there is none, the tests' side of split mode finds out."""
        return self._read(b"t", tests)[:1] == b"1"

    def _read(self, kind: bytes, text: str) -> bytes:
        """The compiled text behind one byte of `inside/reader.py`; empty where it must be compiled in place."""
        key = kind, text
        read = self._texts.get(key)
        if read is None:
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
                    read = self._reader.read(kind, text.encode("utf-8", "surrogatepass"))
                except ServerDied:
                    self._close_reader()
            _remember(self._texts, key, read, _TEXTS_REMEMBERED)
        return read

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


def _flagged(found: Judgment, flags: list[str]) -> Judgment:
    return replace(found, flags=tuple(flags))


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def _remember(
    store: OrderedDict[Any, Any], key: object, value: object, most: int = _SUITES_REMEMBERED
) -> None:
    store[key] = value
    if len(store) > most:
        store.popitem(last=False)
