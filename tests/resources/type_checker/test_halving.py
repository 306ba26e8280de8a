"""A source that makes the checker fail costs its own verdict and no other."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resources.type_checker.base import Judgment, TypeCheckerUnavailable
from resources.type_checker.halving import judge_by_halves
from resources.type_checker.process import CheckerFailed


def judge_unless_bad(sources: Sequence[str]) -> list[Judgment]:
    if any(source.startswith("bad") for source in sources):
        raise CheckerFailed("it hung")
    return [Judgment(len(source)) for source in sources]


@given(st.lists(st.sampled_from(["bad", "x", "yy", "zzz", ""]), max_size=40))
def test_only_the_bad_have_no_verdict(sources: list[str]):
    judged = judge_by_halves(sources, judge_unless_bad)
    assert [judgment.n_errors for judgment in judged] == [
        None if source == "bad" else len(source) for source in sources
    ]
    assert all(judgment.detail == "no verdict: it hung" for judgment in judged if judgment.n_errors is None)
    assert not any(judgment.ok for judgment in judged if judgment.n_errors is None)


@given(st.integers(1, 200), st.integers(0, 199))
def test_few_calls_find_the_bad_one(n_sources: int, place: int):
    sources = ["good"] * n_sources
    sources[place % n_sources] = "bad"
    calls: list[int] = []

    def counted(batch: Sequence[str]) -> list[Judgment]:
        calls.append(len(batch))
        return judge_unless_bad(batch)

    judge_by_halves(sources, counted)
    assert len(calls) <= 2 * n_sources.bit_length() + 2


def test_a_checker_that_fails_on_everything_is_an_error():
    def broken(sources: Sequence[str]) -> list[Judgment]:
        raise CheckerFailed("no license")

    with pytest.raises(TypeCheckerUnavailable, match="fails on every source: no license"):
        judge_by_halves(["a", "b"], broken)
