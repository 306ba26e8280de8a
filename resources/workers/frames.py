"""Frames through a function in worker processes: in order, bounded in memory, and no worse off when a worker dies.

For CPU stages that call into native code which may crash or hang on one row (grammars, type checkers): the
batch that a worker dies on is halved until the row is found, and only that row is lost, with its reason. What
is computed is the caller's; a cluster is another backend's.
"""

import contextlib
import multiprocessing
import os
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from typing import Any, Generic, Self, TypeVar, cast

import polars as pl

Result = TypeVar("Result")

IN_FLIGHT_PER_WORKER = 2
"""Batches handed out or waiting for their turn, for each worker: what bounds the memory."""


class WorkerLostError(RuntimeError):
    """A worker died or hung on a single row, and the caller has no answer for such a row."""


def map_frames(
    function: Callable[[pl.DataFrame], Result],
    frames: Iterable[pl.DataFrame],
    *,
    workers: int | None = None,
    on_loss: Callable[[pl.DataFrame, str], Result] | None = None,
    timeout_s: float | None = None,
) -> Iterator[Result]:
    """Results of `function` for each of `frames`, in the order of their rows.

    `workers` processes (null: one for each core this process may use) compute; each runs Polars on one thread.
    `function` and its results must be picklable, the function by its name. A batch on which a worker dies, or
    takes longer than `timeout_s`, is computed again in halves, so that it gives several results; a single row
    gives `on_loss(row, what happened)`. Without `on_loss` it raises `WorkerLostError`. The first
    exception of `function` in the order of the rows is raised here. Frames without rows are passed on like others.
    """
    with FrameWorkers(function, workers=workers, on_loss=on_loss, timeout_s=timeout_s) as pool:
        yield from pool.map(frames)


@dataclass(eq=False)
class _Task(Generic[Result]):
    frame: pl.DataFrame
    options: dict[str, Any]
    answer: Result | None = None
    error: Exception | None = None
    is_done: bool = False

    def result(self) -> Result:
        if self.error is not None:
            raise self.error
        return cast(Result, self.answer)


@dataclass(eq=False)
class _Worker(Generic[Result]):
    process: BaseProcess
    connection: Any  # a duplex pipe's end
    task: _Task[Result] | None = None
    began: float = field(default=0.0)


class FrameWorkers(Generic[Result]):
    """The worker processes behind `map_frames`, kept from one map to the next, with what they have loaded.

    Use as a context manager: leaving ends them. They start when there is work for them.
    """

    def __init__(
        self,
        function: Callable[..., Result],
        *,
        workers: int | None = None,
        on_loss: Callable[[pl.DataFrame, str], Result] | None = None,
        timeout_s: float | None = None,
    ) -> None:
        self._function, self._on_loss, self._timeout_s = function, on_loss, timeout_s
        self._workers: list[_Worker[Result]] = []
        self._size = workers or len(os.sched_getaffinity(0))
        self._in_order: list[_Task[Result]] = []  # every task whose result has not been passed on
        self._waiting: list[_Task[Result]] = []  # those no worker has, the next last

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the workers, whatever they are at."""
        for worker in self._workers:
            worker.connection.close()
            if worker.task is not None:
                worker.process.kill()
        for worker in self._workers:
            worker.process.join(5)
            if worker.process.is_alive():
                worker.process.kill()
                worker.process.join()
        self._workers.clear()

    def map(self, frames: Iterable[pl.DataFrame], **options: Any) -> Iterator[Result]:
        """See `map_frames`; `function` is called with `options` too, which must be picklable. One map at a time."""
        try:
            yield from self._map(frames, options)
        finally:
            self._forget()

    def _map(self, frames: Iterable[pl.DataFrame], options: dict[str, Any]) -> Iterator[Result]:
        source, is_exhausted = iter(frames), False
        while not is_exhausted or self._in_order:
            while not is_exhausted and len(self._in_order) < IN_FLIGHT_PER_WORKER * self._size:
                frame = next(source, None)
                if frame is None:
                    is_exhausted = True
                else:
                    task = _Task[Result](frame, options)
                    self._in_order.append(task)
                    self._waiting.insert(0, task)
            self._hand_out()
            if any(worker.task for worker in self._workers):
                self._collect()
            while self._in_order and self._in_order[0].is_done:
                yield self._in_order.pop(0).result()

    def _forget(self) -> None:
        """Leave a map that nobody reads to its end: its work, and the workers that are at it."""
        self._in_order.clear()
        self._waiting.clear()
        for worker in [worker for worker in self._workers if worker.task is not None]:
            self._workers.remove(worker)
            worker.connection.close()
            worker.process.kill()
            worker.process.join()

    def _hand_out(self) -> None:
        while self._waiting:
            worker = next((worker for worker in self._workers if worker.task is None), None)
            if worker is None:
                if len(self._workers) >= self._size:
                    return
                worker = self._start()
            task = worker.task = self._waiting.pop()
            worker.began = time.monotonic()
            try:
                worker.connection.send((task.frame, task.options))
            except OSError:  # it died while it was idle, or on reading this
                self._lose(worker, _how_it_ended(worker.process))

    def _collect(self) -> None:
        """Wait for a result, a death or the end of a batch's time, and take note of all there are."""
        busy = [worker for worker in self._workers if worker.task is not None]
        patience = None
        if self._timeout_s is not None:
            patience = max(0.0, min(worker.began for worker in busy) + self._timeout_s - time.monotonic())
        wait([worker.connection for worker in busy], patience)
        for worker in busy:
            if worker.connection.poll():
                try:
                    answer, error = worker.connection.recv()
                except (EOFError, OSError):
                    self._lose(worker, _how_it_ended(worker.process))
                    continue
                task, worker.task = worker.task, None
                if task is not None:
                    task.answer, task.error, task.is_done = answer, error, True
            elif self._timeout_s is not None and time.monotonic() - worker.began > self._timeout_s:
                worker.process.kill()
                self._lose(worker, f"no answer within {self._timeout_s:g} s")

    def _lose(self, worker: _Worker[Result], detail: str) -> None:
        """Put a new task, or two, in the place of the one that took its worker away."""
        self._workers.remove(worker)
        worker.connection.close()
        worker.process.join()
        task = worker.task
        if task is None:
            return
        if task.frame.height > 1:
            half = task.frame.height // 2
            halves = [_Task[Result](part, task.options) for part in (task.frame[:half], task.frame[half:])]
            place = self._in_order.index(task)
            self._in_order[place : place + 1] = halves
            self._waiting += reversed(halves)
        elif self._on_loss is not None:
            task.answer, task.is_done = self._on_loss(task.frame, detail), True
        else:
            raise WorkerLostError(f"a worker was lost on this row ({detail}): {_first_values(task.frame)}")

    def _start(self) -> _Worker[Result]:
        context = multiprocessing.get_context("spawn")  # Polars' threads do not survive a fork
        here, there = context.Pipe()
        process = context.Process(target=_serve, args=(there, self._function), daemon=True)
        with _polars_on_one_thread():
            process.start()
        there.close()
        worker = _Worker[Result](process, here)
        self._workers.append(worker)
        return worker


@contextlib.contextmanager
def _polars_on_one_thread() -> Iterator[None]:
    """What a process started within inherits; Polars reads it as it is imported."""
    before = os.environ.get("POLARS_MAX_THREADS")
    os.environ["POLARS_MAX_THREADS"] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ["POLARS_MAX_THREADS"]
        else:
            os.environ["POLARS_MAX_THREADS"] = before


def _serve(connection: Any, function: Callable[..., object]) -> None:
    """The worker: a frame in, its result or exception out, until the other side is gone."""
    with contextlib.suppress(EOFError, KeyboardInterrupt, BrokenPipeError, ConnectionResetError):
        while True:
            frame, options = connection.recv()
            try:
                answer = (function(frame, **options), None)
            except Exception as error:
                answer = (None, error)
            connection.send(answer)


def _how_it_ended(process: BaseProcess) -> str:
    process.join(5)
    code = process.exitcode
    return (
        f"the worker was ended by signal {-code}"
        if code is not None and code < 0
        else f"the worker exited ({code})"
    )


def _first_values(frame: pl.DataFrame) -> str:
    return ", ".join(f"{name}={str(value)[:80]!r}" for name, value in frame.row(0, named=True).items())
