"""Solutions under other names, in other order and in long files are found; everybody's code is not."""

import ast
import json
import random
import re

import polars as pl
import pytest

from assets.benchmarks.registry import load_benchmarks
from assets.contamination.code_normalised import Solutions
from assets.contamination.hits import Detectors, untold
from assets.contamination.settings import DetectorSettings
from assets.sft_dataset.decontamination import decontaminate
from assets.sft_dataset.settings import Decontamination
from tests.assets.contamination.alterations import SHARED, python_altered

SOLUTION = '''def longest_run(values, limit):
    """Length of the longest run of values below limit."""
    best = current = 0
    for value in values:
        if value < limit:
            current += 1
            best = max(best, current)
        else:
            current = 0
    return best
'''


@pytest.fixture(scope="module")
def one() -> Solutions:
    return Solutions(
        pl.DataFrame({"code": [SOLUTION], "language": ["python"], "entry_point": ["longest_run"]})
    )


def found(solutions: Solutions, code: str, language: str = "python") -> pl.DataFrame:
    return solutions.found_in([(code, language)])


def test_renamed_reordered_and_reformatted_solutions_are_found(one: Solutions):
    altered = python_altered(SOLUTION, random.Random(1), reorder=True)
    assert "longest_run" not in altered
    assert found(one, altered)["parts"].item() >= 0.95


def test_a_solution_is_found_in_a_long_file(one: Solutions):
    others = "\n\n".join(f"def f{n}(a):\n    return [a[{n}], str(a) + '{n}']" for n in range(100))
    altered = python_altered(SOLUTION, random.Random(2))
    code = "\n\n".join(["import os", others, altered, others.replace("def f", "def g")])
    assert len(code.splitlines()) > 300
    hit = found(one, code)
    assert code.split("\n")[hit["line"].item()].startswith("def v")


@pytest.mark.parametrize(
    "code",
    [
        "def best(values):\n    current = 0\n    for value in values:\n        current += value\n    return current\n",
        "def longest_run(values, limit):\n    return sum(value < limit for value in values)\n",
        "def f(x, y):\n    return x + y\n",
    ],
)
def test_other_functions_are_not(one: Solutions, code: str):
    assert found(one, code).is_empty()


def test_what_cannot_be_told_is_named_and_not_looked_for():
    problems = pl.DataFrame(
        {
            "benchmark": ["b", "b", "b"],
            "problem_id": ["add", "run", "unknown"],
            "language": ["python", "python", "kotlin"],
            "prompt": ["def add(x, y):\n", "", ""],
            "canonical_solution": ["    return x + y\n", SOLUTION, "fun f(a: Int) = a + 1"],
            "entry_point": ["add", "longest_run", "f"],
            "question": ["", "", ""],
            "docstring": ["", "", ""],
        }
    )
    assert untold(problems)["problem_id"].to_list() == ["add", "unknown"]
    rows = pl.DataFrame({"id": ["1"], "text": ["```python\ndef plus(a, b):\n    return a + b\n```"]})
    looked_for = Detectors(problems, DetectorSettings(methods=("code_normalised", "reworded")))
    assert looked_for.hits(rows, pl.col("text"), "id", workers=1).is_empty()


def test_the_built_in_benchmark_is_found_in_rows_and_actions_are_kept_to():
    problems = load_benchmarks(["seedline"]).head(40)
    told = set(problems["problem_id"]) - set(untold(problems)["problem_id"])
    random_names = random.Random(3)
    rows = pl.DataFrame(
        [
            {
                "id": row["problem_id"],
                "text": "Do it.\n\n```python\n"
                + python_altered(row["prompt"] + row["canonical_solution"], random_names)
                + "\n```",
            }
            for row in problems.iter_rows(named=True)
        ]
    )

    def run(**changed: object) -> tuple[set[str], set[str]]:
        settings = Decontamination(methods=("code_normalised",), **changed)  # type: ignore[arg-type]
        outcome, hits, *_ = decontaminate(
            rows.rename({"id": "response_id"}), problems, settings, text=pl.col("text"), id_column="response_id",
            seed=0, workers=1,
        )  # fmt: skip
        hits = hits.rename({"response_id": "id"})
        own = hits.filter(pl.col("id") == pl.col("problem_id"))
        assert own["matched"].str.contains(r"^[01]\.\d\d of the solution's shape: ").all()
        return set(own["id"]), set(outcome.kept["response_id"])

    own, kept = run()
    assert len(told) > 20
    assert len(own & told) >= 0.95 * len(told)
    assert not own & kept
    assert run(actions={"code_normalised": "review"})[1] == set(rows["id"])
    assert run(action="mark")[1] == set(rows["id"])


@pytest.mark.skipif(not SHARED.is_dir(), reason=f"no shared benchmarks at {SHARED}")
@pytest.mark.parametrize("reorder", [False, True])
def test_humaneval_under_other_names(reorder: bool):
    from assets.benchmarks.problem_files import read_problems

    problems = read_problems("humaneval", SHARED / "HumanEval.jsonl.gz")
    codes = [row["prompt"] + row["canonical_solution"] for row in problems.iter_rows(named=True)]
    solutions = Solutions(problems.select(pl.Series("code", codes), "language", "entry_point"))
    told = solutions.told()
    assert len(told) >= 150  # the others are one line
    names = random.Random(4)
    hits = solutions.found_in([(python_altered(code, names, reorder=reorder), "python") for code in codes])
    own = set(hits.filter(pl.col("text") == pl.col("solution"))["text"])
    assert len(own & set(told)) >= 0.95 * len(told)


def test_alterations_keep_the_program():
    """The alterations that the tests above measure by change nothing but what they say."""
    altered = python_altered(SOLUTION, random.Random(5))
    space: dict[str, object] = {}
    exec(compile(ast.parse(altered), "altered", "exec"), space)
    function = next(value for name, value in space.items() if re.fullmatch(r"v[a-j]{6}", name))
    assert json.dumps(function([1, 2, 9, 1], 5)) == "2"  # type: ignore[operator]
