"""Presets of an evaluation: what each asks, how it begins the answer, which problems of MBPP it takes."""

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from assets.benchmarks.problem import BenchmarkError
from assets.benchmarks.registry import load_benchmarks
from assets.eval_scores.evaluation import checkpoint_samples
from assets.eval_scores.presets import PRESETS
from assets.eval_scores.programs import programs
from assets.eval_scores.requests import per_sample, solution_requests, solution_sampling
from assets.eval_scores.scores import score_table
from assets.eval_scores.settings import EvaluationSettings
from assets.eval_scores.tasks import chosen
from resources.row_cache import RowCache
from resources.sandbox.base import SandboxUnavailable
from resources.sandbox.resource import SandboxResource
from resources.storage import Storage
from tests.assets.asking.scripted_ask import ScriptedAsk
from tests.assets.benchmarks import published_forms as forms

BEGUN = [name for name, preset in PRESETS.items() if preset.get("begin_answer")]


def write_lines(file: Path, records: list[dict[str, Any]]) -> Path:
    file.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return file


def preset(name: str, **more: object) -> EvaluationSettings:
    return EvaluationSettings.model_validate({"preset": name, "mbpp_split": "all", **more})


@pytest.fixture(scope="module")
def problems(tmp_path_factory: pytest.TempPathFactory) -> pl.DataFrame:
    folder = tmp_path_factory.mktemp("benchmarks")
    numbered = [forms.MBPP | {"task_id": task} for task in (9, 11, 510, 511, 700)]
    contents = {
        "humaneval": [forms.HUMANEVAL],
        "mbpp": numbered,
        "mbpp_plus": [forms.MBPP_PLUS | {"task_id": task} for task in (9, 700)],
        "contest": [*forms.LIVECODEBENCH.values()],
    }
    files = {name: write_lines(folder / f"{name}.jsonl", records) for name, records in contents.items()}
    return load_benchmarks(list(files), files)


def asked(problems: pl.DataFrame, benchmark: str, settings: EvaluationSettings) -> tuple[str, str | None]:
    """What the first problem of a benchmark is asked with, and the beginning of its answer."""
    one = per_sample(chosen(problems, [benchmark], ["python"], mbpp_split="all")[:1], settings)
    [messages] = solution_requests(one, settings)["messages"].to_list()
    assert [turn["role"] for turn in messages] == ["user", "assistant"][: len(messages)]
    return messages[0]["content"], messages[1]["content"] if len(messages) == 2 else None


def test_a_preset_fills_what_the_recipe_leaves_open():
    filled = EvaluationSettings.model_validate({"preset": "evalplus"})
    assert (filled.max_tokens, filled.extraction, filled.mbpp_split, filled.begin_answer) == (
        768,
        "evalplus",
        "evalplus",
        True,
    )
    assert EvaluationSettings.model_validate({"preset": "evalplus", "max_tokens": 9}).max_tokens == 9
    assert EvaluationSettings.model_validate(filled.model_dump(mode="json")) == filled
    assert EvaluationSettings().model_dump() == EvaluationSettings.model_validate({}).model_dump()
    with pytest.raises(ValueError, match="preset wavecoder has no beginning of an answer"):
        EvaluationSettings.model_validate({"preset": "wavecoder", "begin_answer": True})
    with pytest.raises(ValueError, match="preset evalplus asks in chat: set prompt_style to chat"):
        EvaluationSettings.model_validate({"preset": "evalplus", "prompt_style": "completion"})


def test_what_each_preset_asks_and_how_it_begins_the_answer(problems: pl.DataFrame):
    code, words = forms.HUMANEVAL["prompt"].strip(), forms.MBPP["text"]
    first, second = forms.MBPP["test_list"]
    question, begun = asked(problems, "humaneval", preset("evalplus"))
    assert question == (
        "Please provide a self-contained Python script that solves the following problem in a markdown code block:"
        f"\n```\n{code}\n```"
    )
    assert begun is not None and begun.endswith(":\n```python\n")
    for name in ("starcoder2_instruct", "magicoder"):
        question, begun = asked(problems, "humaneval", preset(name))
        assert f"```python\n{code}\n```" in question
        assert begun == f"```python\n{forms.HUMANEVAL['prompt'].rstrip()}"
        question, begun = asked(problems, "mbpp", preset(name))
        assert words in question and first in question and second not in question
        assert begun == "```python\n"
        assert question.startswith(f"{words.removesuffix('.')}.")
    question, begun = asked(problems, "mbpp", preset("wavecoder"))
    assert question.startswith(words) and question.endswith(f"\n{first}\n{second}") and begun is None
    assert asked(problems, "humaneval", EvaluationSettings())[1] is None


@pytest.mark.parametrize("name", sorted(PRESETS))
def test_other_problems_are_asked_as_ever(problems: pl.DataFrame, name: str):
    assert asked(problems, "contest", preset(name)) == asked(problems, "contest", EvaluationSettings())


@pytest.mark.parametrize("name", BEGUN)
def test_an_answer_goes_on_from_its_beginning(problems: pl.DataFrame, name: str):
    settings = preset(name)
    one = per_sample(chosen(problems, ["humaneval"], ["python"]), settings)
    requests = solution_requests(one, settings)
    whole = forms.HUMANEVAL["prompt"] + forms.HUMANEVAL["canonical_solution"]
    said = ("\n" + forms.HUMANEVAL["canonical_solution"]) if name != "evalplus" else whole
    answers = requests.select("benchmark", "problem_id", "begun", sample=0, text=pl.lit(said))
    [row] = programs(answers, one, settings).to_dicts()
    namespace: dict = {}
    exec(row["code"] + row["tests"], namespace)
    assert row["has_code"]
    assert "\n```\n" in solution_sampling(settings, "python").stop
    [silent] = programs(answers.with_columns(text=pl.lit(" \n")), one, settings).to_dicts()
    assert not silent["has_code"]


@pytest.mark.parametrize(
    ("split", "tasks"),
    [("test", [11, 510]), ("all", [9, 11, 510, 511, 700]), ("evalplus", [9, 700])],
)
def test_the_split_of_mbpp(problems: pl.DataFrame, split: str, tasks: list[int]):
    def numbers(benchmark: str) -> list[int]:
        found = chosen(problems, [benchmark], ["python"], mbpp_split=split)["problem_id"]
        return [int(one.removeprefix("Mbpp/")) for one in found]

    assert numbers("mbpp") == tasks
    assert numbers("mbpp_plus") == [9, 700]


def test_tasks_of_a_set_that_is_not_registered_are_asked_for(problems: pl.DataFrame):
    with pytest.raises(
        BenchmarkError, match=r"mbpp_split is sanitized, .* register sanitized MBPP in the settings"
    ):
        chosen(problems, ["mbpp"], ["python"], mbpp_split="sanitized")


def test_answers_cut_off_and_without_code_are_counted(problems: pl.DataFrame, tmp_path: Path):
    settings = EvaluationSettings.model_validate(
        {"mbpp_split": "all", "max_tokens": 77, "benchmarks": ["mbpp"]}
    )
    said = iter(
        [
            "```python\ndef f",
            "I cannot.",
            ("```python\ndef count_even(n", "length"),
            "def count_even(n):\n    return 2",
            "",
        ]
    )
    ask = ScriptedAsk(lambda _task, _text: next(said))
    try:
        with SandboxResource().open() as sandbox:
            samples = checkpoint_samples(
                chosen(problems, ["mbpp"], ["python"], mbpp_split="all"),
                settings,
                ask,
                sandbox,
                RowCache(Storage(str(tmp_path))),
                pl.DataFrame(schema={"benchmark": pl.String, "problem_id": pl.String}),
                checkpoint_id="c",
            )
    except SandboxUnavailable as unavailable:
        pytest.skip(str(unavailable))
    assert samples["max_tokens"].to_list() == [77] * 5
    assert samples["has_code"].sum() == 3
    [row] = score_table(samples, (1,), preset="seedline").to_dicts()
    assert (row["cut_off"], row["without_code"], row["preset"]) == (0.2, 0.4, "seedline")
    assert row["refused"] == 0.2  # `I cannot.`; the empty answer says nothing
