"""The adaptive limit: finds what a server takes, keeps it through stray refusals, gives way when it takes less."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resources.engines.concurrency import START, AdaptiveLimit


def play(limit: AdaptiveLimit, slots: int, replies: int, *, stray: float = 0.0, seed: int = 0) -> list[int]:
    """Requests in flight over time against a server that refuses more than `slots` and a stray share of all.

    After a refusal the next request waits for a reply, as the dispatcher's does.
    """
    draw = random.Random(seed)
    flying: list[int] = []  # epochs
    seen = []
    for _ in range(replies):
        while len(flying) < limit.limit:
            epoch = limit.epoch
            if len(flying) >= slots or draw.random() < stray:
                limit.refused(epoch, len(flying))
                break
            flying.append(epoch)
        if flying:
            limit.accepted(flying.pop(draw.randrange(len(flying))), len(flying))
        seen.append(len(flying) + 1)
    return seen


def test_it_starts_small_and_doubles_to_its_ceiling() -> None:
    limit = AdaptiveLimit(256)
    assert limit.limit == START
    play(limit, slots=10_000, replies=32 + 64 + 128 + 10)
    assert limit.limit == 256


@pytest.mark.parametrize("slots", [3, 20, 100, 700])
@pytest.mark.parametrize("stray", [0.0, 0.1])
def test_it_finds_the_slots_of_a_server_and_stays_there(slots: int, stray: float) -> None:
    limit = AdaptiveLimit(1024)
    seen = play(limit, slots, 60 * slots + 3000, stray=stray)
    settled = seen[len(seen) // 2 :]
    assert sum(settled) / len(settled) >= 0.9 * slots
    assert limit.limit <= max(2 * slots, slots + 20)


def test_it_falls_when_the_server_takes_less_and_comes_back_when_it_takes_more() -> None:
    limit = AdaptiveLimit(512)
    play(limit, slots=200, replies=10_000)
    before = limit.limit
    play(limit, slots=20, replies=2_000)
    assert limit.limit <= 40 < 150 < before
    play(limit, slots=200, replies=20_000)
    assert limit.limit >= 180


def test_late_news_of_an_old_limit_is_passed_over() -> None:
    limit = AdaptiveLimit(64)
    while not limit.refused(limit.epoch, 10):
        pass
    fallen = limit.limit
    assert fallen < START
    for _ in range(100):
        assert not limit.refused(limit.epoch - 1, 3)
        limit.accepted(limit.epoch - 1, 1000)
    assert limit.limit == fallen


def test_it_does_not_grow_on_what_is_not_used() -> None:
    limit = AdaptiveLimit(64)
    for _ in range(1000):
        limit.accepted(limit.epoch, 2)
    assert limit.limit == START


@given(st.integers(1, 50), st.lists(st.tuples(st.booleans(), st.integers(0, 60))))
def test_whatever_happens_it_stays_between_one_and_its_ceiling(
    ceiling: int, news: list[tuple[bool, int]]
) -> None:
    limit = AdaptiveLimit(ceiling)
    for refused, in_flight in news:
        (limit.refused if refused else limit.accepted)(limit.epoch, in_flight)
        assert 1 <= limit.limit <= max(ceiling, 60)
