"""Progress of long work in the Dagster log: how many of how many, the rate, and how long it will still take."""

import time
from logging import Logger


class LogProgress:
    """Callable as `progress(done, total)`; writes a line at most every `every_s` seconds."""

    def __init__(self, log: Logger, what: str, *, every_s: float = 10.0) -> None:
        self._log = log
        self._what = what
        self._every_s = every_s
        self._started = self._last = time.monotonic()

    def __call__(self, done: int, total: int) -> None:
        """Note that `done` of `total` are through."""
        now = time.monotonic()
        if now - self._last < self._every_s:
            return
        self._last = now
        rate = done / max(now - self._started, 1e-9)
        left = (total - done) / rate if rate and total >= done else 0.0
        self._log.info(f"{self._what}: {done:,} of {total:,}, {rate:,.1f}/s, about {left:,.0f} s left")
