"""Waits between tries: bounded, growing, jittered, and the server's own word read in every form."""

import email.utils
import time

import pytest
from multidict import CIMultiDict

from resources.engines.retries import LONGEST_WAIT_S, backoff_s, retry_after_s


def test_waits_grow_within_bounds_and_differ() -> None:
    for tries in (1, 2, 5, 100, 100_000):
        waits = {backoff_s(tries) for _ in range(50)}
        longest = min(LONGEST_WAIT_S, 0.5 * 2 ** min(tries - 1, 20))
        assert all(longest / 2 <= wait <= longest for wait in waits)
        assert len(waits) > 10


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry-After": "3"}, 3.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"Retry-After": "-4"}, 0.0),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": ""}, None),
        ({"retry-after-ms": "1500", "Retry-After": "2"}, 1.5),
        ({"retry-after-ms": "?", "Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0.0),
    ],
)
def test_the_servers_word_is_read(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after_s(CIMultiDict(headers)) == seconds


def test_a_date_ahead_is_a_wait() -> None:
    ahead = email.utils.formatdate(time.time() + 100, usegmt=True)
    assert retry_after_s(CIMultiDict({"Retry-After": ahead})) == pytest.approx(100, abs=5)
