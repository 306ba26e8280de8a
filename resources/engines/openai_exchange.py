"""A batch of requests: sent as the server takes them, tried again, handed over as they finish, each exactly once.

How a request travels is in `openai_connection`, what a reply means in `openai_wire`, how many may be in flight
in `concurrency`, how fast they go in `rates`.
"""

import asyncio
import heapq
import itertools
import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from resources.engines.base import EngineUnavailable
from resources.engines.concurrency import AdaptiveLimit
from resources.engines.deployment import OpenAIDeployment
from resources.engines.openai_connection import Connection
from resources.engines.openai_wire import Answer, NoAnswer, Wire
from resources.engines.rates import Rates
from resources.engines.retries import backoff_s

HOPELESS = 20
"""Rows that end in an error, with no answer ever, before the rest is not asked at all."""

FIRST_HOLD_S, LONGEST_HOLD_S = 0.05, 2.0
"""After a refusal nothing new is sent for so long, or until the server answers something."""

logger = logging.getLogger(__name__)


@dataclass
class ServerState:
    """What is known about a server; outlives a batch."""

    limit: AdaptiveLimit
    rates: Rates
    looked_at: bool = False
    understood: bool = False  # it has answered a request in OpenAI's protocol
    errors: int = 0  # rows that ended in an error before any answer


@dataclass
class Pending:
    """A row on its way: how often it was sent and failed, and since when (loop's seconds) it is refused."""

    row: Mapping[str, Any]
    expected_tokens: int
    tries: int = 0
    failures: int = 0
    refused_since: float | None = None


class Exchange:
    """One batch. `hand_over(key, answer)` is called once a row; nothing new is sent while `is_full()`."""

    def __init__(
        self,
        connection: Connection,
        deployment: OpenAIDeployment,
        wire: Wire,
        state: ServerState,
        rows: Iterator[Mapping[str, Any]],
        hand_over: Callable[[str, Answer], None],
        is_full: Callable[[], bool],
    ) -> None:
        self._connection = connection
        self._deployment = deployment
        self._wire = wire
        self._state = state
        self._fresh = rows
        self._hand_over = hand_over
        self._is_full = is_full
        self._again: list[tuple[float, int, Pending]] = []
        self._order = itertools.count()
        self._tasks: set[asyncio.Task[None]] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._finished: asyncio.Future[None] | None = None
        self._hold_until = 0.0
        self._holds = 0
        self._refused_since: float | None = None

    async def run(self) -> None:
        """Ask everything. Raises `EngineUnavailable`; cancelling it cancels all that is in flight."""
        self._loop = asyncio.get_running_loop()
        async with self._connection:
            if not self._state.looked_at:
                await self._connection.look()
                self._state.looked_at = True
            self._finished = self._loop.create_future()
            try:
                self.fill()
                await self._finished
            finally:
                self._finished.cancel()
                if self._timer is not None:
                    self._timer.cancel()
                for task in self._tasks:
                    task.cancel()
                await asyncio.gather(*self._tasks, return_exceptions=True)

    def fill(self) -> None:
        """Send what may be sent now; otherwise see to it that this is called again in time."""
        if self._finished is None or self._finished.done():
            return
        try:
            self._send(self._finished)
        except Exception as error:  # in a callback it would be logged, and waited for for ever
            self._finished.set_exception(error)

    def _send(self, finished: "asyncio.Future[None]") -> None:
        while len(self._tasks) < self._state.limit.limit and not self._is_full():
            now = self._loop.time()
            waits = max(self._hold_until - now, self._state.rates.wait_s(now))
            if waits > 0:
                self._call_at(now + waits)
                return
            pending = self._next(now)
            if pending is None:
                if self._again:
                    self._call_at(self._again[0][0])
                elif not self._tasks:
                    finished.set_result(None)
                return
            self._state.rates.take(now, pending.expected_tokens)
            task = self._loop.create_task(self._ask(pending, self._state.limit.epoch))
            self._tasks.add(task)
            task.add_done_callback(self._asked)
        # the next reply calls again, or who takes the results

    def _next(self, now: float) -> Pending | None:
        if self._again and self._again[0][0] <= now:
            return heapq.heappop(self._again)[2]
        row = next(self._fresh, None)
        return None if row is None else Pending(row, self._wire.expected_tokens(row))

    def _call_at(self, when: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_at(when, self.fill)

    def _asked(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        assert self._finished is not None
        if error is not None and not self._finished.done():
            self._finished.set_exception(error)
        self.fill()

    async def _ask(self, pending: Pending, epoch: int) -> None:
        pending.tries += 1
        token_field, logprobs = self._wire.token_field, self._wire.logprobs
        outcome = await self._connection.ask(*self._wire.body(pending.row))
        beside = len(self._tasks) - 1
        if isinstance(outcome, NoAnswer) and outcome.kind == "refused":
            self._refused(pending, outcome, epoch, beside)
            return
        self._refused_since = pending.refused_since = None
        self._hold_until, self._holds = 0.0, 0
        if isinstance(outcome, NoAnswer) and outcome.kind == "timed_out":
            self._state.limit.refused(epoch, beside)
        else:
            self._state.limit.accepted(epoch, beside)
        if isinstance(outcome, Answer):
            self._answered(pending, outcome)
        elif outcome.kind == "token_field" and token_field == "max_tokens":
            self._wire.token_field = "max_completion_tokens"
            self._try_again(pending, 0.0)
        elif outcome.kind == "no_logprobs" and logprobs and self._wire.sampling.top_logprobs:
            self._wire.logprobs = False
            self._try_again(pending, 0.0)
        elif outcome.kind == "no_logprobs":
            self._answered(pending, Answer("", "error", detail=outcome.reason))
        elif outcome.kind in ("no_such_model", "no_such_route"):
            raise await self._connection.not_found(outcome)
        else:
            self._failed(pending, outcome)

    def _answered(self, pending: Pending, answer: Answer) -> None:
        if answer.finish_reason != "error":
            self._state.understood = True
        elif not self._state.understood:
            self._state.errors += 1
            if self._state.errors >= HOPELESS:
                raise EngineUnavailable(
                    f"the server at {self._connection.url} answered none of {HOPELESS} requests; the last error: "
                    f"{self._connection.clean(answer.detail or '')}"
                )
        if answer.prompt_tokens is not None and answer.completion_tokens is not None:
            used = answer.prompt_tokens + answer.completion_tokens
            self._state.rates.tokens.give_back(pending.expected_tokens - used)
        if answer.detail is not None:
            answer = replace(answer, detail=self._connection.clean(answer.detail))
        self._hand_over(pending.row["key"], answer)

    def _refused(self, pending: Pending, outcome: NoAnswer, epoch: int, beside: int) -> None:
        """Busy, or not there: the row waits its turn and nothing new is sent for a moment."""
        now, longest = self._loop.time(), self._deployment.timeout_s
        url, reason = self._connection.url, self._connection.clean(outcome.reason)
        asked_wait = outcome.retry_after_s
        if asked_wait is not None and asked_wait > longest:
            raise EngineUnavailable(
                f"the server at {url} asks to wait {asked_wait:.0f} s ({reason}), longer than "
                f"engines.openai.timeout_s ({longest:g} s); run again later: what was answered is kept"
            )
        if self._refused_since is None:
            self._refused_since = now
        if pending.refused_since is None:
            pending.refused_since = now
        if now - self._refused_since > longest:
            raise EngineUnavailable(
                f"the server at {url} has taken no request for {longest:g} s ({reason}); run again when it does: "
                "what was answered is kept"
            )
        if pending.tries >= self._deployment.attempts and now - pending.refused_since > longest:
            self._give_up(pending, outcome)
            return
        hold = min(LONGEST_HOLD_S, FIRST_HOLD_S * 2.0**self._holds)
        self._holds = min(self._holds + 1, 16)
        if self._state.limit.refused(epoch, beside):
            logger.info("the server at %s is busy: %d requests in flight", url, self._state.limit.limit)
            hold = max(hold, asked_wait or 0.0)
        self._hold_until = max(self._hold_until, now + hold)
        self._try_again(pending, asked_wait if asked_wait is not None else backoff_s(pending.tries))

    def _failed(self, pending: Pending, outcome: NoAnswer) -> None:
        if outcome.kind == "dialect" and not self._state.understood:
            raise EngineUnavailable(
                f"what answers at {self._connection.url} does not speak OpenAI's protocol: "
                f"{self._connection.clean(outcome.reason)}; the address usually ends in /v1"
            )
        pending.failures += 1
        if pending.failures >= self._deployment.attempts:
            self._give_up(pending, outcome)
        else:
            self._try_again(pending, max(backoff_s(pending.failures), outcome.retry_after_s or 0.0))

    def _give_up(self, pending: Pending, outcome: NoAnswer) -> None:
        tries = f"{pending.tries} {'try' if pending.tries == 1 else 'tries'}"
        self._answered(pending, Answer("", "error", detail=f"given up after {tries}: {outcome.reason}"))

    def _try_again(self, pending: Pending, wait_s: float) -> None:
        heapq.heappush(self._again, (self._loop.time() + wait_s, next(self._order), pending))
