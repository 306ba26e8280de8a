"""Which problems a recipe's names choose, and the course of each task: complete, fix, explain."""

import datetime
import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from assets.benchmarks.problem import BenchmarkError
from assets.benchmarks.registry import load_benchmarks
from assets.eval_scores.descriptions import description
from assets.eval_scores.evaluation import canonical_samples, checkpoint_samples
from assets.eval_scores.settings import EvaluationSettings
from assets.eval_scores.tasks import Task, chosen
from assets.source_code.code_blocks import fenced
from resources.row_cache import RowCache
from resources.sandbox.base import SandboxUnavailable
from resources.sandbox.resource import SandboxResource
from resources.storage import Storage
from tests.assets.asking.scripted_ask import ScriptedAsk
from tests.assets.benchmarks import published_forms as forms

PACK = forms.HUMANEVALPACK["python"]
NONE = pl.DataFrame(schema={"benchmark": pl.String, "problem_id": pl.String})
STYLES = pytest.mark.parametrize("style", ["chat", "completion"])


@pytest.fixture
def problems(tmp_path: Path) -> pl.DataFrame:
    contents = {
        "pack": [*forms.HUMANEVALPACK.values()],
        "contest": [*forms.LIVECODEBENCH.values()],
        "ds1000": [forms.DS1000],
        "mbpp": [forms.MBPP],
        "words": [{"question": "How many?", "answer": "7"}],
    }
    files = {name: tmp_path / f"{name}.jsonl" for name in contents}
    for name, records in contents.items():
        files[name].write_text("".join(json.dumps(record) + "\n" for record in records))
    return load_benchmarks(None, files)


def test_a_name_without_a_task_is_completed(problems: pl.DataFrame):
    found = chosen(problems, ["pack", "seedline"], ["python"])
    assert found.group_by("benchmark", "task").len().sort("benchmark").rows() == [
        ("pack", "complete", 1),
        ("seedline", "complete", 30),
    ]
    assert found.filter(benchmark="pack")["start"].to_list() == [PACK["prompt"]]


def test_one_benchmark_serves_several_tasks(problems: pl.DataFrame):
    found = chosen(problems, ["pack:fix", "pack:explain", "pack:fix"], ["python", "rust"])
    assert found.select("task", "language").rows() == [
        ("fix", "python"),
        ("fix", "rust"),
        ("explain", "python"),
        ("explain", "rust"),
    ]
    assert found["start"][0] == PACK["declaration"]


def test_days_choose_among_dated_problems_alone(problems: pl.DataFrame):
    day = datetime.date
    late = chosen(problems, ["contest", "mbpp"], ["python"], released_from=day(2023, 9, 1))
    assert late["problem_id"].to_list() == ["sum_of_line", "Mbpp/17"]
    early = chosen(problems, ["contest"], ["python"], released_until=day(2023, 8, 12))
    assert early["problem_id"].to_list() == ["sum_of_both"]
    with pytest.raises(
        BenchmarkError,
        match=r"2025-01-01 .* leave no problem of benchmark 'contest', released 2023-08-12 to 2024-03-02",
    ):
        chosen(problems, ["contest"], ["python"], released_from=day(2025, 1, 1))


def test_a_benchmark_in_other_languages_is_named(problems: pl.DataFrame):
    with pytest.raises(
        BenchmarkError, match=r"no problem in the recipe's languages \(rust, go\), only in python"
    ):
        chosen(problems, ["pack", "mbpp"], ["rust", "go"])


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("other", "names other, which is not registered"),
        ("words", "'words' has questions but no tests"),
        (
            "mbpp:fix",
            "'mbpp' cannot serve the task 'fix': none of its problems has declaration, buggy_solution",
        ),
    ],
)
def test_what_cannot_be_asked_is_named(problems: pl.DataFrame, name: str, message: str):
    with pytest.raises(BenchmarkError, match=message):
        chosen(problems, [name], ["python"])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"benchmarks": ["pack:mend"]}, "asks for the task 'mend'; there are complete, fix, explain"),
        ({"benchmarks": []}, "at least 1 item"),
        ({"released_from": "2024-02-01", "released_until": "2024-01-01"}, "released_from is after"),
        ({"released_from": "soon"}, "released_from"),
    ],
)
def test_settings_name_tasks_and_days_that_exist(change: dict[str, object], message: str):
    with pytest.raises(ValueError, match=message):
        EvaluationSettings.model_validate(change)


def evaluated(
    problems: pl.DataFrame, names: list[str], ask: ScriptedAsk, folder: Path, **settings: Any
) -> pl.DataFrame:
    """`problem_id, task, passed` of every sample."""
    found = chosen(problems, names, ["python"])
    try:
        with SandboxResource(workers=1).open() as sandbox:
            samples = checkpoint_samples(
                found,
                EvaluationSettings.model_validate(settings),
                ask,
                sandbox,
                RowCache(Storage(folder)),
                NONE,
                checkpoint_id="c",
            )
    except SandboxUnavailable as error:
        pytest.skip(f"nothing isolates here: {error}")
    return samples.select("problem_id", "task", "sample", "passed")


@STYLES
def test_fixing_shows_the_wrong_function_and_its_tests(problems: pl.DataFrame, tmp_path: Path, style: str):
    def rule(role: str, text: str) -> str:
        assert role == "fix"
        assert PACK["buggy_solution"].strip() in text and "assert tripled(2) == 6" in text
        assert "Three times" not in text  # as published: the tests say what is right, no words do
        body = PACK["canonical_solution"]
        return "\n" + body if style == "completion" else fenced(PACK["declaration"] + body, "python")

    found = evaluated(problems, ["pack:fix"], ScriptedAsk(rule), tmp_path, prompt_style=style)
    assert found.rows() == [("Python/0", "fix", 0, True)]


@STYLES
def test_explaining_hands_on_the_words_alone(problems: pl.DataFrame, tmp_path: Path, style: str):
    def rule(role: str, text: str) -> str:
        if role == "describe":
            assert "return 3 * number" in text and "23 characters" in text
            return "Thrice the given number, and not more than that."
        assert role == "rewrite"
        assert "Thrice the given number" in text and "more than" not in text  # cut to the docstring's length
        assert "3 * number" not in text and "Three times" not in text
        body = PACK["canonical_solution"]
        return "\n" + body if style == "completion" else fenced(PACK["declaration"] + body, "python")

    ask = ScriptedAsk(rule)
    settings = {"prompt_style": style, "samples": 2, "temperature": 0.8, "k": [1, 2]}
    found = evaluated(problems, ["pack:explain"], ask, tmp_path, **settings)
    assert found.rows() == [("Python/0", "explain", 0, True), ("Python/0", "explain", 1, True)]
    assert [name for name, _ in ask.samplings] == ["eval_scores descriptions", "eval_scores"]
    assert [requests.height for requests in ask.seen] == [2, 2]


def test_code_is_no_description():
    solution = "    total = sum(numbers) * 2\n    x = 1\n"
    told = description("  It does total = sum(numbers) * 2 and x = 1, then more", solution, 200)
    assert told == "It does  and x = 1, then more"
    assert description("abc def", solution, 4) == "abc"


@STYLES
def test_programs_and_insertions_are_asked_in_their_own_way(
    problems: pl.DataFrame, tmp_path: Path, style: str
):
    completes = style == "completion"

    def rule(role: str, text: str) -> str:
        assert role == "solution"
        if "BEGIN SOLUTION" in text:
            lines = "result = np.unique(a)\n"
            return f"{lines}</code>\nEND SOLUTION" if completes else fenced(lines, "python")
        if "sum_of_line" in text:
            assert completes or "standard input" in text
            code = "n = int(input())\nprint(sum(map(int, input().split())))\n"
            return (
                f"\n{code}```\nand more"
                if completes
                else f"{fenced('x = 1', 'python')}\n{fenced(code, 'python')}"
            )
        if "sumOfBoth" in text:
            start = forms.LIVECODEBENCH["functional"]["starter_code"].rstrip()
            return (
                "return sum(first) + second\n"
                if completes
                else fenced(f"{start}\n        return sum(first) + second", "python")
            )
        assert "count the even numbers" in text
        code = "\ndef half(n):\n    return n % 2\n"
        code += "\ndef count_even(numbers):\n    return sum(1 - half(n) for n in numbers)\n"
        return f"{code}\nassert count_even([]) == 1" if completes else fenced(code, "python")

    ask = ScriptedAsk(rule)
    found = evaluated(problems, ["contest", "ds1000", "mbpp"], ask, tmp_path, prompt_style=style)
    assert found.filter(~pl.col("passed"))["problem_id"].to_list() == []
    assert found.height == 4
    stops = {sampling.stop for _, sampling in ask.samplings}
    assert any("</code>" in stop for stop in stops) == completes


@STYLES
def test_canonical_solutions_pass_in_every_task(problems: pl.DataFrame, tmp_path: Path, style: str):
    names = ["pack", "pack:fix", "pack:explain", "mbpp", "ds1000", "contest"]
    try:
        with SandboxResource(workers=1).open() as sandbox:
            proof = canonical_samples(
                chosen(problems, names, ["python"]),
                EvaluationSettings.model_validate({"prompt_style": style}),
                sandbox,
                RowCache(Storage(tmp_path)),
            )
    except SandboxUnavailable as error:
        pytest.skip(f"nothing isolates here: {error}")
    assert proof.select("benchmark", "task", "passed").rows() == [
        ("ds1000", "complete", True),
        ("mbpp", "complete", True),
        *(("pack", task, True) for task in (Task.COMPLETE, Task.EXPLAIN, Task.FIX)),
    ]
