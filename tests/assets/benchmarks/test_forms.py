"""The published forms of benchmark files: what a record becomes, and every way in which one can be wrong."""

import base64
import datetime
import json
import pickle
import zlib
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from assets.benchmarks.go_imports import needed_imports, with_used_imports
from assets.benchmarks.problem import PROBLEM_SCHEMA, BenchmarkError
from assets.benchmarks.problem_files import read_problems
from assets.benchmarks.rust_uses import without_unused_crates
from assets.eval_scores.closing import closed
from tests.assets.benchmarks import published_forms as forms

STDIN, FUNCTIONAL = forms.LIVECODEBENCH["stdin"], forms.LIVECODEBENCH["functional"]


def read(folder: Path, *records: dict[str, Any]) -> dict[str, Any]:
    """The one problem of a file with `records`."""
    path = folder / "it.jsonl"
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    problems = read_problems("it", path)
    assert problems.schema == PROBLEM_SCHEMA
    return problems.row(0, named=True)


def test_humanevalpack_has_a_declaration_and_a_wrong_body(tmp_path: Path):
    record = forms.HUMANEVALPACK["python"]
    problem = read(tmp_path, record)
    assert (problem["problem_id"], problem["language"], problem["form"]) == ("Python/0", "python", "function")
    assert problem["declaration"] == record["declaration"]
    assert problem["buggy_solution"] == record["buggy_solution"]
    assert problem["test"] == record["test"]  # it calls by itself
    assert problem["docstring"] == "Three times the number."


@pytest.mark.parametrize("language", forms.HUMANEVALPACK)
def test_humanevalpack_names_its_language_by_the_task(tmp_path: Path, language: str):
    assert read(tmp_path, forms.HUMANEVALPACK[language])["language"] == language


def test_humanevalpack_go_tests_are_a_file_of_their_own_with_what_they_use(tmp_path: Path):
    problem = read(tmp_path, forms.HUMANEVALPACK["go"])
    head = problem["test"].partition("func ")[0]
    assert head.startswith("package main")
    assert all(f'"{name}"' in head for name in ("testing", "math", "github.com/stretchr/testify/assert"))
    assert problem["declaration"].startswith('import (\n    "math"\n)\n\nfunc Tripled')


def test_mbpp_is_continued_from_its_words_and_first_assertion(tmp_path: Path):
    problem = read(tmp_path, forms.MBPP)
    assert problem["prompt"] == (
        '"""\nWrite a function to count the even numbers of a list.\nassert count_even([1, 2, 4]) == 2\n"""\n'
    )
    assert (problem["problem_id"], problem["entry_point"]) == ("Mbpp/17", "count_even")
    assert problem["test"] == "assert count_even([1, 2, 4]) == 2\nassert count_even([]) == 0\n"
    assert "\r" not in problem["canonical_solution"]


def test_mbpp_plus_takes_its_own_tests_and_imports(tmp_path: Path):
    problem = read(tmp_path, forms.MBPP_PLUS)
    assert problem["test"].startswith("import math\ndef assertion(")
    assert problem["question"] == problem["docstring"] == forms.MBPP["text"]


def test_apps_is_known_by_its_question(tmp_path: Path):
    fields = {"problem_id": 12, "question": "Sum the numbers.", "solutions": "[]", "difficulty": "interview"}
    problem = read(tmp_path, fields | {"input_output": '{"inputs": ["1"]}', "url": "", "starter_code": ""})
    assert (problem["problem_id"], problem["question"], problem["docstring"]) == (
        "APPS/12",
        "Sum the numbers.",
        "Sum the numbers.",
    )
    assert problem["test"] is None and problem["canonical_solution"] is None


def test_ds1000_calls_its_two_functions_with_the_answers_text(tmp_path: Path):
    problem = read(tmp_path, forms.DS1000)
    assert (problem["problem_id"], problem["form"]) == ("Numpy/0", "insertion")
    assert problem["test"].endswith("\n\n\ntest_execution(SOLUTION)\ntest_string(SOLUTION)\n")
    assert problem["docstring"] == "I have an array and want each number once, sorted."
    without = forms.DS1000 | {"code_context": forms.DS1000["code_context"].partition("def test_string")[0]}
    assert read(tmp_path, without)["test"].endswith("\n\n\ntest_execution(SOLUTION)\n")


def test_livecodebench_has_a_day_and_time_for_each_case(tmp_path: Path):
    problem = read(tmp_path, STDIN)
    assert problem["released"] == datetime.date(2024, 3, 2)
    assert (problem["form"], problem["entry_point"], problem["prompt"]) == ("program", None, "")
    assert (problem["timeout_s"], problem["memory_mb"]) == (17.0, 4096)
    assert problem["canonical_solution"] is None
    method = read(tmp_path, FUNCTIONAL)
    assert method["entry_point"] == "sumOfBoth"
    assert method["prompt"] == FUNCTIONAL["starter_code"]


@pytest.mark.parametrize("language", forms.MULTIPL_E)
def test_multipl_e_tests_stand_alone(tmp_path: Path, language: str):
    record = forms.MULTIPL_E[language]
    problem = read(tmp_path, record)
    assert problem["problem_id"] == f"{record['language']}/HumanEval_0_times_three"
    assert problem["language"] == language
    assert problem["entry_point"] in ("times_three", "timesThree", "TimesThree")
    assert problem["entry_point"] in record["prompt"]
    assert not problem["test"].lstrip().startswith(("}", "end"))
    assert "Three times the number." in problem["docstring"]
    assert "function" not in problem["docstring"] and "#include" not in problem["docstring"]


def test_parquet_is_read_as_json_lines_are(tmp_path: Path):
    records = [forms.HUMANEVAL, forms.HUMANEVAL | {"task_id": "Own/1"}]
    pl.DataFrame(records, schema=list(records[0])).drop("test").with_columns(
        test=pl.lit(forms.HUMANEVAL["test"])
    ).write_parquet(tmp_path / "it.parquet")
    lines = tmp_path / "it.jsonl"
    lines.write_text("".join(json.dumps(record) + "\n" for record in records))
    assert read_problems("it", tmp_path / "it.parquet").equals(read_problems("it", lines))


def test_a_folder_is_one_benchmark(tmp_path: Path):
    for language, record in forms.MULTIPL_E.items():
        path = tmp_path / "data" / language / "test.jsonl"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(record))
    (tmp_path / "README.md").write_text("about it")
    problems = read_problems("it", tmp_path)
    assert problems["language"].to_list() == sorted(forms.MULTIPL_E)
    empty = tmp_path / "data" / "empty"
    empty.mkdir()
    with pytest.raises(BenchmarkError, match="holds no problem"):
        read_problems("it", empty)
    (tmp_path / "again.jsonl").write_text(json.dumps(forms.MULTIPL_E["go"]))
    with pytest.raises(BenchmarkError, match=r"'go_test\.go/HumanEval_0_times_three' more than once"):
        read_problems("it", tmp_path)


class _Harmful:
    """What a pickle can ask for: it would make a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (self.path,)


def test_a_pickle_that_asks_for_more_than_text_is_refused(tmp_path: Path):
    made = tmp_path / "made"
    packed = base64.b64encode(zlib.compress(pickle.dumps(_Harmful(made)))).decode()
    with pytest.raises(BenchmarkError, match=r"line 1 has cases in private_test_cases .* it asks for"):
        read(tmp_path, STDIN | {"private_test_cases": packed})
    assert not made.exists()


@pytest.mark.parametrize(
    ("record", "message"),
    [
        (forms.HUMANEVAL | {"test": None}, "line 1 has no text in test"),
        (forms.HUMANEVALPACK["python"] | {"task_id": "Lua/0"}, "begins with no language of HumanEvalPack"),
        (forms.MBPP | {"test_list": "assert f() == 1"}, "has no list of texts in test_list"),
        (forms.MBPP | {"test_list": ["assert 1 == 1"]}, "no assertion in test_list that calls a function"),
        (forms.DS1000 | {"metadata": "{}"}, "has no problem_id in metadata"),
        (forms.DS1000 | {"code_context": "x = 1"}, "has no function test_execution"),
        (STDIN | {"contest_date": "soon"}, "has a contest_date that is no date: 'soon'"),
        (STDIN | {"metadata": "none"}, "line 1 has metadata that is not JSON"),
        (STDIN | {"metadata": '{"func_name": "f(1)"}'}, r"has the func_name 'f\(1\)' in metadata"),
        (STDIN | {"private_test_cases": "?!"}, "neither JSON nor packed JSON"),
        (STDIN | {"public_test_cases": "[]", "private_test_cases": "[]"}, "has no case to test with"),
        (STDIN | {"public_test_cases": '[{"input": "1"}]'}, "without input and output"),
        (
            forms.MULTIPL_E["rust"] | {"name": "HumanEval_0_other", "tests": "}"},
            "whose function is not in its prompt",
        ),
        ({"code_context": "x", "metadata": "y"}, "has no prompt, reference_code, which DS-1000's form needs"),
    ],
)
def test_a_record_that_makes_no_sense_is_named(tmp_path: Path, record: dict[str, Any], message: str):
    with pytest.raises(BenchmarkError, match=message) as caught:
        read(tmp_path, record)
    assert str(tmp_path / "it.jsonl") in str(caught.value)


def test_go_imports_follow_what_code_and_tests_use():
    head = 'package other\n\nimport (\n\t"math"\n\t"fmt"\n)\n\n// strings.Repeat\n'
    code = head + "func f() int {\n\treturn strconv.IntSize\n}\n"
    own_file = 'package main\n\nimport "testing"\n\nfunc TestF(t *testing.T) { math.Abs(f()) }\n'
    made = needed_imports(code, own_file)
    assert made.startswith('package main\nimport "strconv"\n')
    assert '\t_ "math"\n\t_ "fmt"\n' in made and '"strings"' not in made
    assert '\n\t"math"\n\t_ "fmt"\n' in needed_imports(code, "func TestF(t *testing.T) { math.Abs(f()) }")
    assert 'package main\nimport "math"\n' in with_used_imports(own_file)
    assert needed_imports("func f() {}", "") == "func f() {}"


def test_crates_that_nothing_needs_are_left_out_of_rust_programs():
    code = "use std::collections::HashMap;\nuse rand::Rng;\nuse regex::Regex;\nfn f() { Regex::new(); }\n"
    made = without_unused_crates(code, "")
    assert "rand" not in made
    assert "use regex::Regex;" in made and "use std::collections::HashMap;" in made
    assert "use rand::Rng;" in without_unused_crates(code, "fn g(x: impl Rng) {}")


def test_a_function_of_bash_that_a_completion_left_open_is_closed_though_its_grammar_cannot_read_it():
    body = 'f() {\n    n=$(printf "%d" "\'$1")\n    echo $((n + $(printf "%d" "\'$1")))\n'
    for left_open in (body, "# a digit's code'\n" + body):
        made = closed("sh/HumanEval_1_f", "bash", left_open)
        assert made.endswith("\n}\n") and made.count("\n}") == 1
    assert closed("sh/HumanEval_1_f", "bash", body + "}\n") == body + "}\n"


def test_evalplus_release_files_are_judged_by_their_oracle(tmp_path: Path):
    record = {
        "task_id": "Mbpp/0", "prompt": '"""\nEach with its square.\n"""\n', "entry_point": "f", "atol": 0,
        "canonical_solution": "def f(xs, k):\n    return {x: x ** k for x in sorted(set(xs))}\n",
        "base_input": [[[[1, 2], [3]], 1]], "plus_input": [[[[2, 2], [3]], 1], [[], 2]],
        "assertion": "assert f(((1, 2), (3,)), 1) == 0",
    }  # fmt: skip
    record["canonical_solution"] = (
        "def f(xs, k):\n    return [(x, len(x) * k / 3) for x in sorted(set(xs))]\n"
    )
    (tmp_path / "it.jsonl").write_text(json.dumps(record))
    problem = read_problems("it", tmp_path / "it.jsonl").row(0, named=True)
    assert problem["docstring"] == "Each with its square."

    def passes(answer: str) -> bool:
        names: dict[str, object] = {}
        exec(answer, names)
        try:
            exec(problem["test"], names)
        except AssertionError:
            return False
        return True

    assert passes(record["canonical_solution"])  # a set of its arguments only works if they are tuples again
    assert passes(record["canonical_solution"].replace("/ 3", "* (1 / 3)"))
    assert not passes(record["canonical_solution"].replace("* k", "* k + 1e-3"))
