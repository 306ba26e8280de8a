"""The sandbox on this machine: threads that each hold kept servers, fed from one queue.

Belongs here: spreading programs over workers and turning judgments into rows. A worker thread only waits for
its servers, which are processes of their own, so threads are enough for as many cores as there are.
"""

import os
import queue
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import polars as pl

from resources.sandbox import bubblewrap, python_programs, toolchains
from resources.sandbox.base import VERDICT_SCHEMA, Limits, Sandbox, SandboxUnavailable, Verdict
from resources.sandbox.interpreter import interpreter
from resources.sandbox.isolation import LEVELS, isolation
from resources.sandbox.languages.judge import Judgment, bounded
from resources.sandbox.python_programs import PythonJudge

_FRAME_ROWS, _FRAME_S = 512, 2.0


class LocalSandbox(Sandbox):
    """Workers on this machine. `workers` 0: one a core that this process may use.

    Raises `SandboxUnavailable` where nothing can isolate.
    """

    def __init__(
        self,
        limits: Limits | None = None,
        *,
        workers: int = 0,
        backend: str = "auto",
        python: str = "",
    ):
        self._limits = limits or Limits()
        self._count = workers or len(os.sched_getaffinity(0))
        self._python = interpreter(python or sys.executable)
        self._backend = isolation(backend, self._python.executable)
        self._tasks: queue.SimpleQueue[tuple[dict[str, Any], queue.SimpleQueue[dict[str, Any]]] | None]
        self._tasks = queue.SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._judges: list[PythonJudge] = []

    def identity(self, language: str) -> dict[str, str]:
        """See `Sandbox.identity`."""
        if language == "python":
            about = {
                "toolchain": f"Python {self._python.version}",
                "importable": " ".join(self._python.importable),
                "harness": python_programs.HARNESS_VERSION,
            }
        else:
            with bubblewrap.using(self._backend):
                about = toolchains.identity(language)
        return {**about, "isolation": self._level(language), "limits": self._limits.model_dump_json()}

    def verify(self, programs: pl.DataFrame) -> Iterator[pl.DataFrame]:
        """See `Sandbox.verify`. Leaving the iterator early leaves the rest of `programs` unjudged."""
        self._start()
        results: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        waiting = iter(programs.iter_rows(named=True))
        outstanding = 0
        rows: list[dict[str, Any]] = []
        since = time.monotonic()
        exhausted = False
        while not exhausted or outstanding or rows:
            while (
                not exhausted and outstanding < 4 * self._count
            ):  # a short queue, so that leaving early is cheap
                program = next(waiting, None)
                if program is None:
                    exhausted = True
                else:
                    self._tasks.put((program, results))
                    outstanding += 1
            if outstanding:
                rows.append(results.get())
                outstanding -= 1
            done = exhausted and not outstanding
            if rows and (done or len(rows) >= _FRAME_ROWS or time.monotonic() - since > _FRAME_S):
                yield pl.DataFrame(rows, schema=VERDICT_SCHEMA)
                rows, since = [], time.monotonic()

    def __exit__(self, *_: object) -> None:
        """End every worker, and with it its servers and all that runs in them."""
        for _thread in self._threads:
            self._tasks.put(None)
        for thread in self._threads:
            thread.join()
        self._threads.clear()

    def server_pids(self) -> list[int]:
        """The host's pids of the Python servers' outermost processes, for a look at what is running."""
        return [pid for judge in self._judges for pid in judge.server_pids()]

    def _start(self) -> None:
        while len(self._threads) < self._count:
            worker = len(self._threads)
            thread = threading.Thread(
                target=self._work, args=(worker,), name=f"sandbox-{worker}", daemon=True
            )
            self._threads.append(thread)
            thread.start()

    def _work(self, worker: int) -> None:
        bubblewrap.use(self._backend, worker)
        judge = PythonJudge(self._python, worker, backend=self._backend)
        self._judges.append(judge)
        try:
            while (task := self._tasks.get()) is not None:
                program, results = task
                results.put(self._row(program, self._judged(judge, program)))
        finally:
            judge.close()
            bubblewrap.close_sandboxes()
            self._judges.remove(judge)

    def _judged(self, judge: PythonJudge, program: dict[str, Any]) -> Judgment:
        try:
            language, code, tests = program["language"], program["code"], program["tests"]
            if code is None or tests is None:
                return Judgment(Verdict.NO_TESTS if code is not None else Verdict.FAIL, "no code or no tests")
            limits = self._limits_of(program)
            if language == "python":
                return judge.judge(code, tests, limits, int(program.get("hash_seed") or 0))
            return toolchains.judge_program(language, code, tests, limits)
        except SandboxUnavailable as error:
            return Judgment(Verdict.UNSUPPORTED, bounded(str(error)))
        except Exception as error:  # a row is never lost to a fault of ours
            return Judgment(Verdict.HARNESS_ERROR, bounded(f"{type(error).__name__}: {error}"))

    def _limits_of(self, program: dict[str, Any]) -> Limits:
        """The program's own limits: `timeout_s` is the longest it may take, a shorter first try included."""
        changed: dict[str, object] = {}
        longest = program.get("timeout_s")
        if longest:
            first = min(self._limits.cpu_s, longest)
            changed |= {"cpu_s": first, "retry_cpu_s": longest if longest > first else 0.0}
        if program.get("memory_mb"):
            changed["memory_mb"] = program["memory_mb"]
        return self._limits.model_copy(update=changed) if changed else self._limits

    def _row(self, program: dict[str, Any], found: Judgment) -> dict[str, Any]:
        return {
            "key": program["key"],
            "verdict": found.verdict.value,
            "detail": found.detail,
            "duration_ms": found.duration_ms,
            "cpu_ms": found.cpu_ms,
            "peak_mb": found.peak_mb,
            "output_tail": found.output_tail,
            "proof": found.proof,
            "isolation": self._level(program["language"]),
            "toolchain": found.toolchain,
            "flags": list(found.flags),
            "reached": found.reached,
        }

    def _level(self, language: str) -> str:
        level = LEVELS[self._backend]
        return level if language == "python" else level.removesuffix("-forkserver")


def open_sandbox(
    limits: Limits | None = None,
    *,
    workers: int = 0,
    backend: str = "auto",
    python: str = "",
) -> Sandbox:
    """The sandbox of this machine, to be used as a context manager; see `LocalSandbox`."""
    return LocalSandbox(
        limits,
        workers=workers,
        backend=backend,
        python=python,
    )
