"""Samples joined with problems: what text is judged against what tests."""

import polars as pl

from assets.benchmarks.problem import PROBLEM_SCHEMA
from assets.eval_scores.sample_programs import sample_programs, unanswered_tasks, unknown_tasks

PROBLEMS = pl.DataFrame(
    {
        "problem_id": ["H/0", "M/1", "G/2"],
        "language": ["python", "go", None],
        "form": ["function", "function", None],
        "prompt": ["def f(x):\n", "package main\nfunc f() {\n", None],
        "entry_point": ["f", "f", None],
        "test": ["def check(candidate):\n    assert candidate(1) == 1\n\ncheck(f)\n", "func main() {}", None],
    }
)
PROBLEMS = pl.concat([pl.DataFrame(schema=PROBLEM_SCHEMA), PROBLEMS], how="diagonal")
SAMPLES = pl.DataFrame(
    {
        "task_id": ["M/1", "H/0", "H/0"],
        "sample": [0, 0, 1],
        "completion": ["}\n", "    return x\n", None],
        "solution": [None, None, "def f(x): return x\n"],
    }
)


def test_a_completion_continues_the_prompt_and_a_solution_stands_alone():
    found = sample_programs(SAMPLES, PROBLEMS)
    assert found.select("task_id", "sample").rows() == [("M/1", 0), ("H/0", 0), ("H/0", 1)]
    assert found["code"].to_list() == [
        "package main\nfunc f() {\n}\n",
        "def f(x):\n    return x\n",
        "def f(x): return x\n",
    ]
    assert found["tests"][0] == "func main() {}"
    assert found["tests"][1].endswith("\ncheck(f)\n")


def test_what_does_not_match_is_named():
    assert unknown_tasks(SAMPLES, PROBLEMS.head(1)) == ["M/1"]
    assert unanswered_tasks(SAMPLES.head(1), PROBLEMS) == ["H/0", "G/2"]


def test_an_import_that_only_the_go_prompt_makes_does_not_count_against_the_answer():
    prompt = 'package main\n\nimport (\n\t"math"\n\t"math/rand"\n\t"reflect"\n)\n// "math"\nfunc f() int {\n'
    problems = PROBLEMS.filter(pl.col("language") == "go").with_columns(
        prompt=pl.lit(prompt), test=pl.lit("func main() { reflect.DeepEqual(f(), 1) }")
    )
    samples = pl.DataFrame(
        {"task_id": ["M/1"] * 2, "sample": [0, 1], "completion": ["\treturn 1\n}", "\treturn rand.Int()\n}"]}
    ).with_columns(solution=pl.lit(None, pl.String))
    first, second = sample_programs(samples, problems)["code"]
    assert '_ "math"\n\t_ "math/rand"\n\t"reflect"' in first
    assert '_ "math"\n\t"math/rand"\n\t"reflect"' in second
    assert (
        sample_programs(samples.with_columns(solution="completion"), problems)["code"][0] == "\treturn 1\n}"
    )
