"""Requests and tokens per minute that a server allows, kept by spacing what is sent.

Evenly spaced and never saved up for more than a second, so that no minute, wherever it begins, holds more than
the limit. What is in flight at once is another matter: `concurrency`.
"""

SAVED_S = 1.0
"""A dispatcher that comes late may catch up so much; the spacing is wider by as much in a minute."""


class Pace:
    """So many units per minute; None: no limit. Times are seconds of any one monotonic clock."""

    def __init__(self, per_minute: int | None) -> None:
        self._spacing = (60 + SAVED_S) / per_minute if per_minute else 0.0
        self._next = float("-inf")

    def wait_s(self, now: float) -> float:
        """Seconds until the next may go."""
        return max(0.0, self._next - now) if self._spacing else 0.0

    def take(self, now: float, amount: float = 1.0) -> None:
        """Say that `amount` units go now; a large amount keeps the next one waiting for longer."""
        self._next = max(self._next, now - SAVED_S) + amount * self._spacing

    def give_back(self, amount: float) -> None:
        """Correct an estimate: `amount` fewer units went than were taken; negative: more did."""
        self._next -= amount * self._spacing


class Rates:
    """A server's limits on requests and tokens per minute, together."""

    def __init__(self, requests_per_minute: int | None, tokens_per_minute: int | None) -> None:
        self.requests = Pace(requests_per_minute)
        self.tokens = Pace(tokens_per_minute)

    def wait_s(self, now: float) -> float:
        """Seconds until a request may be sent."""
        return max(self.requests.wait_s(now), self.tokens.wait_s(now))

    def take(self, now: float, tokens: float) -> None:
        """Say that a request of about so many tokens, prompt and completion, is sent now."""
        self.requests.take(now)
        self.tokens.take(now, tokens)
