"""Seeds that hold a benchmark's docstring or solution go, and their rejection says of which problem."""

import random

import polars as pl
import pytest

from assets.benchmarks.registry import load_benchmarks
from assets.filtered_seeds.verbatim_benchmarks import VerbatimBenchmarks, without_benchmarks
from tests.assets.contamination.alterations import python_altered

PROBLEMS = pl.DataFrame(
    {
        "benchmark": ["one", "one", "two"],
        "problem_id": ["one/0", "one/1", "two/0"],
        "question": ["a question that is not looked for here"] * 3,
        "docstring": ["Return the running maximum of the list.", None, ""],
        "canonical_solution": [
            "    return list(accumulate(xs, max))\n",
            "    return [x for x in reversed(xs)]\n",
            None,
        ],
    }
)
SEEDS = pl.DataFrame(
    {
        "seed_id": ["clean", "docstring", "solution", "described", "both"],
        "seed": [
            "def f(xs):\n    return xs",
            'def f(xs):\n    """RETURN the running maximum of the list."""\n    ...',
            "def f(xs):\n    y = 1\n    return [x for x in reversed(xs)]",
            "int f(int[] xs)",
            'def f(xs):\n    """Return the running maximum of the list."""\n    return [x for x in reversed(xs)]',
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


def test_other_methods_find_what_was_changed():
    """A solution under other names, tests, and a question in other words, which no word by word search finds."""
    problems = load_benchmarks(["seedline"]).head(10)
    row = problems.row(3, named=True)
    asserts = row["test"].split("\n", 1)[1]
    seeds = pl.DataFrame(
        {
            "seed_id": ["renamed", "tests", "clean"],
            "seed": [
                python_altered(row["prompt"] + row["canonical_solution"], random.Random(1)),
                f"def checks(candidate):\n{asserts}",
                "def f(xs):\n    return xs",
            ],
            "docstring": [None, None, "Nothing of note."],
            "language": ["python"] * 3,
        }
    )
    chosen = VerbatimBenchmarks(methods=("verbatim", "ngram_overlap", "code_normalised"))
    outcome = without_benchmarks(seeds, problems, chosen, workers=1)
    assert outcome.kept["seed_id"].to_list() == ["clean"]
    assert set(outcome.rejected["detail"]) == {f"seedline {row['problem_id']}"}
    assert without_benchmarks(seeds, problems, VerbatimBenchmarks()).rejected.is_empty()


def test_benchmarks_can_be_named_and_must_be_there():
    assert without_benchmarks(SEEDS, PROBLEMS, VerbatimBenchmarks(benchmarks=("two",))).kept.equals(SEEDS)
    with pytest.raises(
        ValueError, match=r"verbatim_benchmarks.benchmarks names mbpp, which is not registered"
    ):
        without_benchmarks(SEEDS, PROBLEMS, VerbatimBenchmarks(benchmarks=("mbpp",)))


def test_no_seeds_and_no_problems():
    assert without_benchmarks(SEEDS.clear(), PROBLEMS, VerbatimBenchmarks()).kept.equals(SEEDS.clear())
    assert without_benchmarks(SEEDS, PROBLEMS.clear(), VerbatimBenchmarks()).kept.equals(SEEDS)


ONE_LINERS = ("return x + y", "return len(string)", "return n**2", "return ''.join(strings)", "return max(l)")
"""Solutions that any code may hold: four that the published rule spares by name, and one as short."""


def contaminated(code: str, solution: str, **settings: object) -> bool:
    seeds = pl.DataFrame(
        {"seed_id": ["s"], "seed": [code], "docstring": [None]}, schema_overrides={"docstring": pl.String}
    )
    problems = PROBLEMS.head(1).with_columns(
        canonical_solution=pl.lit(f"    {solution}\n"), docstring=pl.lit(None, pl.String)
    )
    chosen = VerbatimBenchmarks.model_validate(settings)
    return without_benchmarks(seeds, problems, chosen).kept.is_empty()


@pytest.mark.parametrize("line", ONE_LINERS)
def test_a_harmless_line_drops_no_seed(line: str):
    code = f"def f(x, y):\n    {line}"
    assert not contaminated(code, line)
    assert contaminated(code, line, least_length=0, exceptions=())
    published = {"least_length": 0, "case_sensitive": True}
    assert contaminated(code, line, **published) is (line == "return max(l)")
    assert not contaminated(
        code.replace("'", '"'), line.replace("'", '"'), **(published | {"exceptions": ONE_LINERS})
    )


def test_case_counts_where_the_recipe_says_so():
    line = "return [Item(x) for x in reversed(xs)]"
    assert contaminated(line.lower(), line)
    assert not contaminated(line.lower(), line, case_sensitive=True)
    assert contaminated(line, line, case_sensitive=True)
