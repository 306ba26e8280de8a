"""Two models on the same problems, paired."""

import polars as pl

from assets.eval_scores.differences import DIFFERENCES, differences
from assets.eval_scores.regression import compared, fallen


def samples(passed: dict[str, list[bool]], unverified: str = "") -> pl.DataFrame:
    rows = [
        {
            "benchmark": "b",
            "task": "complete",
            "language": "python",
            "problem_id": problem,
            "passed": one,
            "unverified": problem == unverified,
        }
        for problem, each in passed.items()
        for one in each
    ]
    return pl.DataFrame(rows)


def test_the_difference_is_over_the_problems_that_both_were_judged_on():
    better = samples({"0": [True, True], "1": [True, False], "2": [False, False], "3": [True, True]})
    worse = samples({"0": [True, False], "1": [True, False], "2": [False, True], "4": [True, True]})
    found = differences(better, worse)
    assert found.schema == DIFFERENCES
    assert found.row(0, named=True) | {"low": None, "high": None} == {
        "benchmark": "b",
        "task": "complete",
        "language": "python",
        "model": 0.5,
        "base": 0.5,
        "difference": 0.0,
        "low": None,
        "high": None,
        "problems": 3,
        "won": 1,
        "lost": 1,
    }
    assert differences(samples({"0": [True], "1": [True]}, unverified="1"), worse)["problems"].item() == 1
    assert differences(better, worse.clear()).height == 0


def test_pairing_narrows_the_interval():
    hard = {str(number): [number % 2 == 0] for number in range(100)}
    found = differences(samples(hard | {"1": [True], "3": [True]}), samples(hard)).row(0, named=True)
    assert found["won"] == 2 and found["low"] >= 0 and found["high"] - found["low"] < 0.08


def test_a_score_that_falls_is_named_and_the_first_is_none():
    all_right = {str(number): [True] for number in range(20)}
    half_right = {str(number): [number % 2 == 0] for number in range(20)}
    assert compared(samples(half_right), None).is_empty()
    assert fallen(compared(samples(all_right), samples(half_right))) == []
    assert fallen(compared(samples(half_right), samples(half_right))) == []
    (line,) = fallen(compared(samples(half_right), samples(all_right)))
    assert line.startswith("b (python): -50.0% (-")
