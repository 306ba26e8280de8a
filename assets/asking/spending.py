"""What model calls of one materialization cost, and where its budget ends.

Counts are of answers computed now; what the row cache had costs nothing. Prices and budgets are deployment
settings (`resources/engines/deployment.py`).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import polars as pl

from resources.engines.base import COMPLETION_SCHEMA, Engine, Sampling
from resources.engines.deployment import Budget, Prices

BUDGET_SPENT = "budget"
"""The finish_reason of a request that was never sent because the budget had been spent; never cached."""

SHARE_OF_REST = 0.5
"""Of what a budget has left, one wave of requests may be expected to take this much: a wave cannot be called
back once it is sent, and answers vary in length."""

FIRST_WAVE = 64
SMALLEST_WAVE = 8
"""Rows; below it a wave costs more in waiting than it saves in tokens over the budget."""


@dataclass
class Spending:
    """Tokens that one materialization has paid for, over all its calls."""

    prices: Prices = field(default_factory=Prices)
    budget: Budget = field(default_factory=Budget)
    prompt_tokens: int = 0
    completion_tokens: int = 0
    answered: int = 0
    refused: int = 0

    @property
    def money(self) -> float:
        """By the deployment's prices."""
        paid = self.prompt_tokens * self.prices.prompt + self.completion_tokens * self.prices.completion
        return paid / 1e6

    @property
    def share_spent(self) -> float:
        """Of the budget, by whichever limit is nearer; 0 without a budget."""
        shares = [0.0]
        if self.budget.tokens is not None:
            shares.append((self.prompt_tokens + self.completion_tokens) / self.budget.tokens)
        if self.budget.money is not None:
            shares.append(self.money / self.budget.money)
        return max(shares)

    def add(self, completions: pl.DataFrame) -> None:
        """Count the tokens of `completions` (`COMPLETION_SCHEMA`)."""
        self.prompt_tokens += int(completions["prompt_tokens"].sum())
        self.completion_tokens += int(completions["completion_tokens"].sum())
        self.answered += completions.height

    def complete(self, engine: Engine, requests: pl.DataFrame, sampling: Sampling) -> Iterator[pl.DataFrame]:
        """As `engine.complete`, counted, and ended by the budget.

        With a budget, requests are sent in waves, each expected to take at most half of what is left. What is
        not sent comes back with finish_reason `budget`.
        """
        limited = self.budget.tokens is not None or self.budget.money is not None
        sent = 0
        while sent < requests.height:
            if limited and self.share_spent >= 1:
                rest = requests.slice(sent)
                self.refused += rest.height
                yield _not_sent(rest)
                return
            wave = requests.slice(sent, self._wave_rows() if limited else None)
            for completions in engine.complete(wave, sampling):
                self.add(completions)
                yield completions
            sent += wave.height

    def _wave_rows(self) -> int:
        if not self.answered or not self.share_spent:
            return FIRST_WAVE
        share_a_row = self.share_spent / self.answered
        return max(SMALLEST_WAVE, int((1 - self.share_spent) * SHARE_OF_REST / share_a_row))


def _not_sent(requests: pl.DataFrame) -> pl.DataFrame:
    absent = {"finish_reason": BUDGET_SPENT, "detail": "not sent: the budget had been spent"}
    return requests.select(
        "key",
        *(
            pl.lit(absent.get(name), dtype).alias(name)
            for name, dtype in COMPLETION_SCHEMA.items()
            if name != "key"
        ),
    )
