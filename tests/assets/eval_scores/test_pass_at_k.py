"""pass@k: the unbiased estimate and its interval."""

from itertools import combinations
from math import comb

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assets.eval_scores.pass_at_k import bootstrap, pass_at_k, problem_pass_at_k, scores, wilson


@given(st.integers(1, 9), st.data())
def test_it_is_the_share_of_draws_that_hold_a_pass(n: int, data: st.DataObject):
    c = data.draw(st.integers(0, n))
    k = data.draw(st.integers(1, n))
    draws = [any(i < c for i in chosen) for chosen in combinations(range(n), k)]
    assert problem_pass_at_k(np.array([n]), np.array([c]), k)[0] == pytest.approx(sum(draws) / len(draws))


@given(st.integers(1, 2000), st.data())
def test_large_numbers_do_not_overflow(n: int, data: st.DataObject):
    c = data.draw(st.integers(0, n))
    k = data.draw(st.integers(1, n))
    exact = 1 - (comb(n - c, k) / comb(n, k) if n - c >= k else 0)
    assert problem_pass_at_k(np.array([n]), np.array([c]), k)[0] == pytest.approx(exact, abs=1e-9)


@given(st.lists(st.tuples(st.integers(2, 12), st.floats(0, 1)), min_size=1, max_size=30), st.randoms())
def test_the_order_of_problems_changes_nothing_and_the_interval_holds_the_score(drawn, random):
    rows = [(n, round(share * n)) for n, share in drawn]
    shuffled = random.sample(rows, len(rows))
    first, second = (
        pass_at_k(pl.DataFrame(r, schema={"n": pl.Int64, "c": pl.Int64}, orient="row"), 2)
        for r in (rows, shuffled)
    )
    assert first == second
    assert first["low"] - 1e-12 <= first["pass_at_k"] <= first["high"] + 1e-12
    assert first["problems"] == len(rows) and first["samples"] == sum(n for n, _ in rows)


def test_one_sample_a_problem_uses_wilson():
    found = pass_at_k(pl.DataFrame({"n": [1] * 10, "c": [1] * 10}), 1)
    assert found["pass_at_k"] == 1.0
    assert (found["low"], found["high"]) == pytest.approx((0.7224672, 1.0), abs=1e-6)
    assert wilson(0, 10) == pytest.approx((0.0, 0.2775328), abs=1e-6)
    assert wilson(50, 100) == pytest.approx((0.4038315, 0.5961685), abs=1e-6)


def test_the_bootstrap_has_the_width_of_the_normal_interval():
    values = np.random.default_rng(1).random(500)
    low, high = bootstrap(values, 0)
    half = 1.96 * values.std() / np.sqrt(len(values))
    assert (low, high) == pytest.approx((values.mean() - half, values.mean() + half), abs=0.1 * half)
    assert bootstrap(values, 0) == (low, high) != bootstrap(values, 1)


def test_more_draws_never_score_less():
    frame = pl.DataFrame({"n": [20, 20, 20], "c": [0, 3, 20]})
    found = scores(frame, (1, 5, 20))
    assert found["k"].to_list() == [1, 5, 20]
    assert found["pass_at_k"].is_sorted()
    assert found["pass_at_k"][2] == pytest.approx(2 / 3)


@pytest.mark.parametrize(("n", "c", "k"), [(3, 1, 4), (3, 4, 1), (3, -1, 1), (3, 1, 0)])
def test_impossible_numbers_are_refused(n: int, c: int, k: int):
    with pytest.raises(ValueError):
        problem_pass_at_k(np.array([n]), np.array([c]), k)


def test_no_problem_is_refused():
    with pytest.raises(ValueError, match="no problem"):
        pass_at_k(pl.DataFrame(schema={"n": pl.Int64, "c": pl.Int64}), 1)
