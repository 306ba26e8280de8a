"""How many requests may be in flight: as many as the server takes, found by trying.

The limit doubles a round until the server refuses (429, 503, time-out) more than a stray request, then falls to
what was being served at that moment and is raised carefully from there (additive increase, multiplicative
decrease, with TCP CUBIC's memory of the last maximum). No clock and no I/O here; pauses belong to the dispatcher.
"""

from collections import deque

START = 32
"""Requests in flight at first."""

WINDOW = 64
"""Outcomes that are looked at together."""

BUSY_SHARE = 0.25
"""Share of refusals in a window above which the server counts as busy. Hosted servers refuse stray requests for
reasons of their own; at the limit of a server about every second new request is refused."""

FALL = 0.98
"""What remains of the requests in flight when the server is found busy: those were all being served."""

PROBE = 0.01
"""Growth a round near the last maximum, where every step may be one too many."""

USED_SHARE = 0.8
"""The limit grows while so much of it is in use."""


class AdaptiveLimit:
    """At most `ceiling` requests; `epoch` counts the falls, so that late news of an old limit is passed over."""

    def __init__(self, ceiling: int) -> None:
        self._ceiling = ceiling
        self._limit = float(min(START, ceiling))
        self._maximum = float("inf")  # in flight when the server was last found busy
        self._refused: deque[bool] = deque(maxlen=WINDOW)
        self.epoch = 0

    @property
    def limit(self) -> int:
        """Requests that may be in flight now; at least one."""
        return max(1, int(self._limit))

    def accepted(self, epoch: int, in_flight: int) -> None:
        """The server worked on a request that was sent in `epoch`, beside `in_flight` others."""
        self._refused.append(False)
        if epoch != self.epoch or in_flight + 1 < USED_SHARE * self.limit:
            return  # what was not used cannot be known to work
        if self._limit > 1.1 * self._maximum:
            self._maximum = float("inf")  # the server takes more than it did: find out anew
        near = self._limit >= FALL * self._maximum
        self._limit = min(self._ceiling, self._limit + (PROBE if near else 1.0))

    def refused(self, epoch: int, in_flight: int) -> bool:
        """The server refused a request sent in `epoch`, beside `in_flight` others; whether it counts as busy now."""
        if epoch != self.epoch:
            return False
        self._refused.append(True)
        if sum(self._refused) <= BUSY_SHARE * WINDOW:
            return False
        self._maximum = max(1.0, float(in_flight))
        self._limit = max(1.0, float(round(FALL * in_flight)))
        self._refused.clear()
        self.epoch += 1
        return True
