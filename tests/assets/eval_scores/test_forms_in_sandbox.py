"""HumanEvalPack's and MultiPL-E's languages through the real toolchains: right answers pass, wrong ones do not."""

import json
import re
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from assets.benchmarks.problem_files import read_problems
from assets.eval_scores.programs import programs
from assets.eval_scores.sample_programs import sample_programs
from assets.eval_scores.settings import EvaluationSettings
from assets.eval_scores.tasks import Task, asked
from assets.source_code.code_blocks import fenced
from resources.sandbox.base import Limits, SandboxUnavailable, Verdict
from resources.sandbox.toolchains import judge_program, toolchain
from tests.assets.benchmarks import published_forms as forms

STYLES = pytest.mark.parametrize("style", ["chat", "completion"])


def verdicts(
    folder: Path, record: dict[str, Any], task: Task, bodies: tuple[str, str], style: str
) -> list[str]:
    """What the sandbox says of a right and a wrong body, each on the path of an answer."""
    path = folder / "it.jsonl"
    path.write_text(json.dumps(record))
    problems = asked(read_problems("it", path), task)
    [language], [start] = problems["language"], problems["start"]
    try:
        toolchain(language)
    except SandboxUnavailable as error:
        pytest.skip(str(error))
    texts = [body if style == "completion" else fenced(start + body, language) for body in bodies]
    answers = pl.DataFrame({"benchmark": "it", "problem_id": problems["problem_id"][0], "text": texts})
    made = programs(
        answers.with_columns(sample=pl.int_range(pl.len())),
        problems,
        EvaluationSettings.model_validate({"prompt_style": style}),
    )
    judged = [judge_program(language, *texts, Limits()) for texts in made.select("code", "tests").rows()]
    return [f"{one.verdict.value} {one.detail}".strip() for one in judged]


@STYLES
@pytest.mark.parametrize("task", Task)
@pytest.mark.parametrize("language", [name for name in forms.HUMANEVALPACK if name != "python"])
@pytest.mark.slow(seconds=12)
def test_humanevalpack(tmp_path: Path, language: str, task: Task, style: str):
    record = forms.HUMANEVALPACK[language]
    bodies = (record["canonical_solution"], record["buggy_solution"])
    right, wrong = verdicts(tmp_path, record, task, bodies, style)
    assert right == Verdict.PASS.value
    assert wrong.startswith(Verdict.FAIL.value)


@STYLES
@pytest.mark.parametrize("language", forms.MULTIPL_E)
@pytest.mark.slow(seconds=10)
def test_multipl_e(tmp_path: Path, language: str, style: str):
    right, wrong = verdicts(tmp_path, forms.MULTIPL_E[language], Task.COMPLETE, forms.BODIES[language], style)
    assert right == Verdict.PASS.value
    assert wrong.startswith(Verdict.FAIL.value)


@pytest.mark.parametrize("language", forms.MULTIPL_E)
@pytest.mark.slow(seconds=11)
def test_multipl_e_completions_that_its_stop_tokens_left_open(tmp_path: Path, language: str):
    record = forms.MULTIPL_E[language]
    (tmp_path / "it.jsonl").write_text(json.dumps(record))
    problems = read_problems("it", tmp_path / "it.jsonl")
    try:
        toolchain(language)
    except SandboxUnavailable as error:
        pytest.skip(str(error))
    closing = re.compile(r"\s*(?:\}|\bend)\s*$")
    right, wrong = forms.BODIES[language]
    bodies = [right, closing.sub("", right), closing.sub("", closing.sub("", right)), closing.sub("", wrong)]
    samples = pl.DataFrame({"task_id": problems["problem_id"][0], "completion": bodies}).with_columns(
        sample=pl.int_range(pl.len()), solution=pl.lit(None, pl.String)
    )
    made = sample_programs(samples, problems).select("code", "tests").rows()
    found = [judge_program(language, *texts, Limits()).verdict.value for texts in made]
    assert found == ["pass", "pass", "pass", "fail"]
