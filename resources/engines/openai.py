"""The `openai` engine: a model behind any server that speaks OpenAI's protocol, asked by many requests at once.

Here: what the engine is, what it refuses before the first request, and how results reach the caller from the
thread that talks to the server. What is sent when is in `openai_exchange`.
"""

import asyncio
import contextlib
import queue
import threading
from collections.abc import Iterator
from typing import Any

import polars as pl

from resources.engines.base import Engine, EngineUnavailable, Sampling, completion_schema
from resources.engines.concurrency import AdaptiveLimit
from resources.engines.deployment import OpenAIDeployment
from resources.engines.openai_connection import Connection
from resources.engines.openai_exchange import Exchange, ServerState
from resources.engines.openai_wire import Answer, Wire
from resources.engines.rates import Rates
from resources.engines.spec import OpenAISpec

FRAME_S = 0.2
"""Results that finish within so long come back together."""

QUIET_S = 1.0
"""After so long without a result an empty frame is given, so that the caller can write what it holds."""

BACKLOG = 1024
"""Finished rows that may wait for a caller who is busy writing; then nothing new is asked."""


class OpenAIEngine(Engine):
    """`spec` says which model, `deployment` where it is and what may be asked of it. One request a row.

    A request that fails (500, cut connection, no answer in time, broken JSON) is tried `attempts` times and then
    comes back with finish_reason `error`. One that is refused (429, 503) or finds no server waits its turn, for
    `timeout_s` if need be; when the server takes nothing at all for that long, `EngineUnavailable` is raised.
    """

    def __init__(
        self,
        spec: OpenAISpec,
        deployment: OpenAIDeployment,
        *,
        frame_s: float = FRAME_S,
        backlog: int = BACKLOG,
    ) -> None:
        self.spec = spec
        self.deployment = deployment
        self._frame_s = frame_s
        self._backlog = backlog
        self._state = ServerState(
            AdaptiveLimit(deployment.concurrency),
            Rates(deployment.requests_per_minute, deployment.tokens_per_minute),
        )
        self._token_field = "max_tokens"
        self._logprobs = True
        self._talks: set[_Talk] = set()

    @property
    def name(self) -> str:
        """openai."""
        return "openai"

    def identity(self) -> dict[str, str]:
        """See `Engine`. Not the address: the same model elsewhere gives the same answers."""
        known = {"backend": self.name, "model": self.spec.model, "form": self.spec.form}
        return known | ({"revision": self.spec.revision} if self.spec.revision else {})

    def complete(self, requests: pl.DataFrame, sampling: Sampling) -> Iterator[pl.DataFrame]:
        """See `Engine`. Frames come as requests finish, about five a second; they may be empty."""
        if requests.is_empty():
            return
        connection = Connection(self.spec, self.deployment)
        if self.spec.form == "base" and requests["messages"].is_not_null().any():
            raise EngineUnavailable(
                f"model {self.spec.model!r} has form base, so it cannot be sent messages; use a recipe's completion "
                "prompts, or set the engine's form to instruct"
            )
        nothing = pl.col("prompt").is_null() & pl.col("messages").is_null()
        asking = requests.filter(~nothing)
        if asking.height < requests.height:
            wrong = Answer("", "error", detail="neither a prompt nor messages")
            yield _frame([(key, wrong) for key in requests.filter(nothing)["key"]], sampling)
        results: queue.SimpleQueue[tuple[str, Answer] | BaseException | None] = queue.SimpleQueue()
        wire = Wire(self.spec, sampling, self._token_field, self._logprobs)
        exchange = Exchange(
            connection,
            self.deployment,
            wire,
            self._state,
            _shared_prefixes_together(asking).iter_rows(named=True),
            hand_over=lambda key, answer: results.put((key, answer)),
            is_full=lambda: results.qsize() >= self._backlog,
        )
        talk = _Talk(exchange, results)
        self._talks.add(talk)
        talk.start()
        try:
            yield from self._frames(talk, results, sampling)
        finally:
            talk.stop()
            self._talks.discard(talk)
            self._token_field, self._logprobs = wire.token_field, wire.logprobs

    def __exit__(self, *_: object) -> None:
        """Cancel what is in flight, where a traceback keeps an unfinished `complete` alive."""
        for talk in list(self._talks):
            talk.stop()

    def _frames(
        self,
        talk: "_Talk",
        results: "queue.SimpleQueue[tuple[str, Answer] | BaseException | None]",
        sampling: Sampling,
    ) -> Iterator[pl.DataFrame]:
        while True:
            taken: list[tuple[str, Answer] | BaseException | None] = []
            with contextlib.suppress(queue.Empty):
                taken.append(results.get(timeout=QUIET_S))
                # woken for a frame and not for every row: two threads that take turns at rows hinder each other
                talk.ended.wait(self._frame_s)
                while True:
                    taken.append(results.get_nowait())
            talk.taken()
            finished = [result for result in taken if isinstance(result, tuple)]
            ended = len(finished) < len(taken)
            if finished or not ended:
                yield _frame(finished, sampling)
            if ended:
                if isinstance(taken[-1], BaseException):
                    raise taken[-1]
                return


class _Talk:
    """The thread in which one exchange runs; its end is the last thing in `results`: None, or what it raised."""

    def __init__(
        self, exchange: Exchange, results: "queue.SimpleQueue[tuple[str, Answer] | BaseException | None]"
    ) -> None:
        self._exchange = exchange
        self._results = results
        self._loop = asyncio.new_event_loop()
        self._task: asyncio.Task[None] | None = None
        self.ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="openai-engine", daemon=True)

    def start(self) -> None:
        self._task = self._loop.create_task(self._exchange.run())
        self._thread.start()

    def taken(self) -> None:
        """Results were taken, so there is room for more."""
        self._call(self._exchange.fill)

    def stop(self) -> None:
        """Cancel what is in flight and wait until it is gone; nothing happens where all is done."""
        assert self._task is not None
        self._call(self._task.cancel)
        self._thread.join()

    def _call(self, function: Any) -> None:
        try:
            self._loop.call_soon_threadsafe(function)
        except RuntimeError:
            return  # the loop is closed: the exchange has ended

    def _run(self) -> None:
        assert self._task is not None
        end: BaseException | None = None
        try:
            self._loop.run_until_complete(self._task)
        except BaseException as error:
            end = error
        finally:
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
            self._loop.close()
            self._results.put(end)
            self.ended.set()


def _shared_prefixes_together(requests: pl.DataFrame) -> pl.DataFrame:
    """In the order of their texts: a server that keeps prefixes computes shared ones once."""
    said = pl.coalesce("prompt", pl.struct("messages").struct.json_encode())
    needed = requests.select("key", "prompt", "messages", "sample", "seed")
    return needed.sort(said, "sample", "key", nulls_last=True)


def _frame(finished: list[tuple[str, Answer]], sampling: Sampling) -> pl.DataFrame:
    rows = [{"key": key, **vars(answer)} for key, answer in finished]
    return pl.DataFrame(rows, schema=completion_schema(sampling))
