"""Seeds that hold a benchmark's docstring or solution go, and their rejection says of which problem."""

import polars as pl
import pytest

from assets.filtered_seeds.verbatim_benchmarks import VerbatimBenchmarks, without_benchmarks

PROBLEMS = pl.DataFrame(
    {
        "benchmark": ["one", "one", "two"],
        "problem_id": ["one/0", "one/1", "two/0"],
        "question": ["a question that is not looked for here"] * 3,
        "docstring": ["Return the running maximum of the list.", None, ""],
        "canonical_solution": ["    return list(accumulate(xs, max))\n", "    return xs[::-1]\n", None],
    }
)
SEEDS = pl.DataFrame(
    {
        "seed_id": ["clean", "docstring", "solution", "described", "both"],
        "seed": [
            "def f(xs):\n    return xs",
            'def f(xs):\n    """RETURN the running maximum of the list."""\n    ...',
            "def f(xs):\n    y = 1\n    return xs[::-1]",
            "int f(int[] xs)",
            'def f(xs):\n    """Return the running maximum of the list."""\n    return xs[::-1]',
        ],
        "docstring": [None, None, None, "Return the running maximum of the list.", None],
    }
)


def test_what_holds_a_docstring_or_a_solution_goes():
    outcome = without_benchmarks(SEEDS, PROBLEMS, VerbatimBenchmarks())
    assert outcome.kept.equals(SEEDS.head(1))
    assert outcome.rejected.select("id", "reason", "detail").rows() == [
        ("docstring", "contaminated", "one one/0"),
        ("solution", "contaminated", "one one/1"),
        ("described", "contaminated", "one one/0"),
        ("both", "contaminated", "one one/0"),
    ]


def test_benchmarks_can_be_named_and_must_be_there():
    assert without_benchmarks(SEEDS, PROBLEMS, VerbatimBenchmarks(benchmarks=("two",))).kept.equals(SEEDS)
    with pytest.raises(
        ValueError, match=r"verbatim_benchmarks.benchmarks names mbpp, which is not registered"
    ):
        without_benchmarks(SEEDS, PROBLEMS, VerbatimBenchmarks(benchmarks=("mbpp",)))


def test_no_seeds_and_no_problems():
    assert without_benchmarks(SEEDS.clear(), PROBLEMS, VerbatimBenchmarks()).kept.equals(SEEDS.clear())
    assert without_benchmarks(SEEDS, PROBLEMS.clear(), VerbatimBenchmarks()).kept.equals(SEEDS)
