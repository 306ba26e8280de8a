"""Rates: no minute, wherever it begins, holds more than the limit; nothing is held back needlessly."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resources.engines.rates import SAVED_S, Pace, Rates


def sent(pace: Pace, wishes: list[float], amounts: list[float]) -> list[float]:
    """When each goes that is wished for at a time; as a dispatcher would, one after the other."""
    now, times = 0.0, []
    for wish, amount in zip(wishes, amounts, strict=True):
        now = max(now, wish)
        now += pace.wait_s(now)
        pace.take(now, amount)
        times.append(now)
    return times


def busiest_minute(times: list[float], amounts: list[float]) -> float:
    return max(
        sum(a for t, a in zip(times, amounts, strict=True) if start <= t < start + 60 - 1e-6)
        for start in times
    )


@given(st.integers(1, 400), st.lists(st.floats(0, 200), min_size=1, max_size=300))
def test_no_minute_holds_more_requests_than_allowed(per_minute: int, wishes: list[float]) -> None:
    ones = [1.0] * len(wishes)
    assert busiest_minute(sent(Pace(per_minute), sorted(wishes), ones), ones) <= per_minute + 1e-6


@given(st.lists(st.tuples(st.floats(0, 300), st.floats(1, 500)), min_size=1, max_size=100))
def test_no_minute_holds_more_tokens_than_allowed_but_for_one_request(
    wishes: list[tuple[float, float]],
) -> None:
    times, amounts = map(list, zip(*sorted(wishes), strict=True))
    assert busiest_minute(sent(Pace(1000), times, amounts), amounts) <= 1000 + max(amounts) + 1e-6


def test_what_is_allowed_is_used() -> None:
    times = sent(Pace(600), [0.0] * 1200, [1.0] * 1200)
    assert times[-1] == pytest.approx(1200 / 600 * (60 + SAVED_S), rel=0.02)


def test_without_limits_nothing_waits() -> None:
    rates = Rates(None, None)
    rates.take(5.0, 1e12)
    assert rates.wait_s(5.0) == 0


def test_the_tighter_of_two_limits_counts_and_estimates_are_corrected() -> None:
    rates = Rates(60, 1000)
    rates.take(0.0, 500)
    whole = rates.wait_s(0.0)
    assert whole == pytest.approx(500 / 1000 * 61 - SAVED_S)
    rates.tokens.give_back(450)
    assert rates.wait_s(0.0) == pytest.approx(max(1 / 60 * 61, 50 / 1000 * 61) - SAVED_S)
