"""The project's own problems: canonical solutions hold, wrong ones fail, docstring examples are true."""

import ast
import doctest
import subprocess
import sys

import pytest

from assets.benchmarks.registry import load_benchmarks

PROBLEMS = {row["problem_id"]: row for row in load_benchmarks(["seedline"]).iter_rows(named=True)}
BY_PROBLEM = pytest.mark.parametrize("problem", PROBLEMS.values(), ids=PROBLEMS)


def holds(problem: dict[str, str], body: str) -> bool:
    """Whether a body passes the problem's tests; these bodies are ours, so they run in this process."""
    try:
        exec(problem["prompt"] + body + "\n" + problem["test"], {})
    except Exception:
        return False
    return True


@BY_PROBLEM
def test_canonical_solution_holds_and_trivial_answers_do_not(problem: dict[str, str]):
    assert holds(problem, problem["canonical_solution"])
    arguments = ast.parse(problem["prompt"]).body[0].args.args  # type: ignore[attr-defined]
    for answer in ["None", "True", "False", "0", "1", "-1", "''", "[]", "{}", *(a.arg for a in arguments)]:
        assert not holds(problem, f"    return {answer}\n"), answer


@BY_PROBLEM
def test_docstring_examples_are_true(problem: dict[str, str]):
    names: dict[str, object] = {}
    exec(problem["prompt"] + problem["canonical_solution"], names)
    [examples] = doctest.DocTestFinder().find(names[problem["entry_point"]], globs=names)
    assert examples.examples
    assert doctest.DocTestRunner().run(examples).failed == 0


def test_as_a_program_a_right_answer_ends_well_and_a_wrong_one_does_not():
    problem = PROBLEMS["Seedline/0"]
    check = f"{problem['test']}\ncheck({problem['entry_point']})\n"
    for body, expected in ((problem["canonical_solution"], 0), ("    return len(lengths)\n", 1)):
        program = f"{problem['prompt']}{body}\n{check}"
        assert (
            subprocess.run([sys.executable, "-I", "-c", program], capture_output=True).returncode == expected
        )
