"""Progress of long work: lines in the Dagster log, and word to whoever started the run in this process.

How many of how many, the rate, how long it will still take, and what was paid for model calls.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from logging import Logger


@dataclass(frozen=True)
class Paid:
    """Model calls that were paid for: their number, their tokens, and money (0 where there are no prices)."""

    calls: int = 0
    tokens: int = 0
    money: float = 0.0

    def __add__(self, other: "Paid") -> "Paid":
        return Paid(self.calls + other.calls, self.tokens + other.tokens, self.money + other.money)


@dataclass(frozen=True)
class StepProgress:
    """How far the step of one table is: `done` of `total` of `what` (0: not known), `seconds` after this work began."""

    address: str
    what: str = ""
    done: int = 0
    total: int = 0
    seconds: float = 0.0
    paid: Paid = field(default_factory=Paid)
    ended: bool = False

    @property
    def rate(self) -> float:
        """`what` a second."""
        return self.done / max(self.seconds, 1e-9)

    @property
    def seconds_left(self) -> float:
        """As the rate so far has it."""
        return (self.total - self.done) / self.rate if self.done and self.total >= self.done else 0.0

    def __str__(self) -> str:
        rate = f", {self.rate:,.1f}/s" if self.done and self.seconds > 0.1 else ""
        left = f", about {self.seconds_left:,.0f} s left" if 0 < self.done < self.total else ""
        of = f" of {self.total:,}" if self.total else ""
        return f"{self.what}: {self.done:,}{of}{rate}{left}"


OnStep = Callable[[StepProgress], None]

_LISTENER: ContextVar[OnStep | None] = ContextVar("listener", default=None)
_ADDRESS: ContextVar[str] = ContextVar("address", default="")


@contextmanager
def heard_by(listener: OnStep) -> Iterator[None]:
    """Steps that run inside, in this process, tell `listener` where they are."""
    token = _LISTENER.set(listener)
    try:
        yield
    finally:
        _LISTENER.reset(token)


@contextmanager
def announced(address: str) -> Iterator[None]:
    """The step of the table at `address`: its beginning is told, and its end where it came off."""
    listener, token = _LISTENER.get(), _ADDRESS.set(address)
    try:
        if listener is not None:
            listener(StepProgress(address))
        yield
        if listener is not None:
            listener(StepProgress(address, ended=True))
    finally:
        _ADDRESS.reset(token)


class LogProgress:
    """Callable as `progress(done, total)`; writes a line at most every `every_s` seconds.

    Made where the step runs; it may be called from other threads. `paid` says what the work has cost so far.
    """

    def __init__(
        self, log: Logger, what: str, *, every_s: float = 10.0, paid: Callable[[], Paid] = Paid
    ) -> None:
        self._log = log
        self._what = what
        self._every_s = every_s
        self._paid = paid
        self._listener, self._address = _LISTENER.get(), _ADDRESS.get()
        self._started = self._last = time.monotonic()
        self._done = 0

    def __call__(self, done: int, total: int) -> None:
        """Note that `done` of `total` are through."""
        now = time.monotonic()
        if done < self._done:  # the next of several rounds, with a rate of its own
            self._started = now
        self._done = done
        late = now - self._last >= self._every_s
        if not late and self._listener is None:
            return
        seconds = now - self._started
        progress = StepProgress(self._address, self._what, done, total, seconds, self._paid())
        if self._listener is not None:
            self._listener(progress)
        if late:
            self._last = now
            self._log.info(str(progress))
