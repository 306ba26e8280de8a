"""Problems told in other words are found where the words carry it; ordinary documentation is not."""

import ast
import json
import sysconfig
from pathlib import Path

import polars as pl
import pytest

from assets.benchmarks.problem_files import read_problems
from assets.contamination.descriptions import descriptions, without_examples
from assets.contamination.reworded import Told
from tests.assets.contamination.alterations import SHARED

TOLD = [
    "Find the shortest palindrome that starts with the given string: look for the longest suffix that is itself a "
    "palindrome, then append the reverse of what comes before it.",
    "Return the sum.",
]


@pytest.fixture(scope="module")
def told() -> Told:
    return Told(pl.Series(TOLD))


@pytest.mark.parametrize(
    "row",
    [
        "Given a string, return the shortest palindrome beginning with it. Search for its longest suffix that is a "
        "palindrome and add the reverse of the part before that suffix.",
        "Write this function.\n\n```python\ndef f(s):\n    \"\"\"The shortest palindrome which starts with the given "
        "string s: take the longest palindromic suffix and append, reversed, what comes before it.\"\"\"\n```",
        "```java\n/**\n * Finds the shortest palindrome starting with the given string: the longest suffix that is a\n"
        " * palindrome is found, then the reverse of what comes before it is appended.\n */\nString f(String s);\n```",
    ],
)  # fmt: skip
def test_other_words_are_found_in_prose_docstrings_and_comments(told: Told, row: str):
    hit = told.found_in(["Sort the words.", row])
    assert hit.select("text", "problem").rows() == [(1, 0)]
    assert 0.4 <= hit["cosine"].item() < 1


@pytest.mark.parametrize(
    "row",
    [
        "Return the sum of the two given numbers as an integer, rounded to the nearest even value.",
        "Check whether the given string is a palindrome.",
        "Return the longest suffix of the path that is a file name.",
        "",
    ],
)
def test_ordinary_text_is_not(told: Told, row: str):
    assert told.found_in([row]).is_empty()


def test_examples_and_parameters_are_no_words():
    text = "Adds two numbers.\n\n    >>> add(1, 2)\n    3\n"
    assert without_examples(text) == "Adds two numbers."
    assert list(descriptions(f'def f(a):\n    """{text}"""\n')) == []  # too short to be compared
    assert without_examples("Example: 3") == "Example: 3"


@pytest.mark.skipif(not SHARED.is_dir(), reason=f"no shared benchmarks at {SHARED}")
def test_humaneval_in_other_words_and_the_standard_library():
    problems = read_problems("humaneval", SHARED / "HumanEval.jsonl.gz")
    looked_for = Told(problems["docstring"])
    reworded = [
        json.loads(line)
        for line in (Path(__file__).parent / "reworded_humaneval.jsonl").read_text().splitlines()
    ]
    hits = looked_for.found_in([row["text"] for row in reworded])
    own = {
        text
        for text, problem in hits.select("text", "problem").iter_rows()
        if problems["problem_id"][problem] == reworded[text]["problem"]
    }
    assert len(own) >= 0.85 * len(reworded)
    ordinary = [
        text
        for path in sorted(Path(sysconfig.get_path("stdlib")).glob("*.py"))
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef) and (text := ast.get_docstring(node))
    ]
    assert len(ordinary) > 2000
    wrong = looked_for.found_in(ordinary)
    assert wrong["text"].n_unique() <= 0.001 * len(ordinary), wrong
