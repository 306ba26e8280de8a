"""From a pilot to the whole: what every measure of a sample of units comes to over all of them, with an interval.

A unit is a file or a seed; a measure is a number for each unit (rows that came of it, tokens that it took). What
is measured is said in `measures.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

RESAMPLES = 2000
LEVEL = 0.95
RULE_OF_THREE = 3.0
"""Where a sample of n has none of something, 95 % certainty allows for up to 3/n of it."""


@dataclass(frozen=True)
class Estimate:
    """A total over the sample, and over the whole with its 95 % interval."""

    pilot: float
    whole: float
    low: float
    high: float

    @property
    def factor(self) -> float | None:
        """The whole as a multiple of the pilot; None where the pilot has none."""
        return self.whole / self.pilot if self.pilot else None

    def times(self, share: float) -> "Estimate":
        """The same with a whole that is smaller by `share`."""
        return Estimate(self.pilot, self.whole * share, self.low * share, self.high * share)


def fixed(value: float) -> Estimate:
    """What does not grow with the units."""
    return Estimate(value, value, value, value)


def scaled(values: np.ndarray, units: int, *, counts: bool, unattributed: float = 0.0) -> Estimate:
    """The total of `values` (one a sampled unit) over all `units`.

    The interval is the bootstrap's, narrower the more of all units were sampled. `counts` says that the values
    count rows, so that none in the sample does not mean none. `unattributed` is a part of the total that belongs to
    no unit in particular.
    """
    sampled, total = len(values), float(values.sum()) + unattributed
    if not sampled:
        return Estimate(total, total, total, total)
    factor = units / sampled
    if sampled >= units:
        return fixed(total)
    if total == 0:
        return Estimate(0.0, 0.0, 0.0, RULE_OF_THREE * factor if counts else 0.0)
    values = values * (total / values.sum()) if values.sum() else np.full(sampled, total / sampled)
    random = np.random.default_rng(0)
    shares = random.multinomial(sampled, np.full(sampled, 1 / sampled), size=RESAMPLES)
    spread = (shares @ values - total) * np.sqrt(1 - sampled / units)
    low, high = np.quantile(spread, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Estimate(total, total * factor, max(total + low, 0.0) * factor, (total + high) * factor)


def added(estimates: Sequence[Estimate]) -> Estimate:
    """The sum over languages, whose samples are drawn apart: intervals add as squares."""
    whole = sum(one.whole for one in estimates)
    below = np.sqrt(sum((one.whole - one.low) ** 2 for one in estimates))
    above = np.sqrt(sum((one.high - one.whole) ** 2 for one in estimates))
    pilot = sum(one.pilot for one in estimates)
    return Estimate(pilot, whole, max(float(whole - below), 0.0), float(whole + above))
