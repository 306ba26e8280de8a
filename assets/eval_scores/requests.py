"""From benchmark problems to requests to an engine, one row a sample.

Chat: an instruction with the problem's code in it, which the engine puts into the model's chat template. Question:
the problem's words without its code (MBPP's way), for models that were taught no other. Completion: the text that a
base model goes on with, without the line ends at its close, since a model reads "\\n" and the next line's indentation
as one token. Parsing the answers is in `programs`.
"""

from typing import Any

import polars as pl

from assets.asking.asker import requests_frame
from assets.asking.draws import draw_number
from assets.asking.prompts import template
from assets.benchmarks.problem import Form
from assets.eval_scores.cutting import INSERTION, PROGRAM, STOPS, WHOLE_FUNCTION
from assets.eval_scores.settings import EvaluationSettings
from assets.eval_scores.tasks import Task
from resources.engines.base import Sampling
from resources.ids import text_id
from resources.languages import RECORDS

END_OF_BLOCK = "\n```\n"
"""Where an answer ends that was begun in a code block."""

ROLE = {Task.COMPLETE: "solution", Task.FIX: "fix", Task.EXPLAIN: "rewrite"}
"""Names of the calls whose answer is code: part of what sample seeds are drawn from."""


def per_sample(problems: pl.DataFrame, settings: EvaluationSettings) -> pl.DataFrame:
    """`problems` (`tasks.asked`) once a sample, with `sample` from 0."""
    samples = pl.int_ranges(pl.lit(settings.samples), dtype=pl.Int32).alias("sample")
    return problems.with_columns(samples).explode("sample")


def solution_requests(samples: pl.DataFrame, settings: EvaluationSettings) -> pl.DataFrame:
    """Requests (`REQUEST_SCHEMA`) for code, with the ids of `samples` (`per_sample`) and `begun` beside them.

    Rows of the task `explain` have their `description`, which is all that the request shows of the problem.
    """
    asked = samples.to_dicts()
    rows = [_request(row, ROLE[Task(row["task"])], _template_name(row, settings), settings) for row in asked]
    begun = pl.Series("begun", [begun_answer(row, settings) for row in asked], pl.String)
    return _beside(samples, rows).with_columns(begun)


def description_requests(samples: pl.DataFrame, settings: EvaluationSettings) -> pl.DataFrame:
    """Requests for the description of the right function: the first half of the task `explain`."""
    name = "describe.completion.jinja" if settings.prompt_style == "completion" else "describe.jinja"
    rows = [_request(row, "describe", name, settings) for row in samples.iter_rows(named=True)]
    return _beside(samples, rows)


def begun_answer(row: dict[str, Any], settings: EvaluationSettings) -> str:
    """The beginning of the answer that is written for the model; empty where there is none."""
    if not settings.begin_answer or not _of_preset(row, settings):
        return ""
    return _rendered(row, f"{settings.preset}.prefix.jinja")


def ending(problem: dict[str, Any]) -> str:
    """Which of `STOPS` end a completion of the problem."""
    if problem["form"] == Form.PROGRAM.value:
        return PROGRAM
    if problem["form"] == Form.INSERTION.value:
        return INSERTION
    return problem["language"] if _is_begun(problem) else WHOLE_FUNCTION


def _is_begun(problem: dict[str, Any]) -> bool:
    """Whether the problem's own text has the head of the function (HumanEval), or its words alone (MBPP)."""
    return problem["language"] != "python" or f"def {problem['entry_point']}" in problem["start"]


def _of_preset(row: dict[str, Any], settings: EvaluationSettings) -> bool:
    """Whether a preset says how the problem is asked: a function to be completed."""
    return (
        settings.preset != "seedline"
        and row["task"] == Task.COMPLETE.value
        and row["form"] == Form.FUNCTION.value
    )


def _rendered(row: dict[str, Any], name: str) -> str:
    title = RECORDS[row["language"]].title
    values = {"begun": _is_begun(row), "language_title": title}
    return template("assets.eval_scores", name).render({**row, **values})


def with_endings(problems: pl.DataFrame) -> pl.DataFrame:
    """`problems` with the column `ending`."""
    return problems.with_columns(
        pl.Series("ending", [ending(row) for row in problems.iter_rows(named=True)], pl.String)
    )


def solution_sampling(settings: EvaluationSettings, ending: str) -> Sampling:
    """How code is drawn; completions stop where something new begins."""
    stop = settings.stop
    if settings.prompt_style == "completion":
        stop += STOPS.get(ending, ())
    elif settings.begin_answer and ending not in (PROGRAM, INSERTION):
        stop += (END_OF_BLOCK,)
    return Sampling(settings.max_tokens, settings.temperature, settings.top_p, stop)


def description_sampling(settings: EvaluationSettings) -> Sampling:
    """How descriptions are drawn: as code is, without code's stops."""
    return Sampling(settings.max_tokens, settings.temperature, settings.top_p, settings.stop)


def completion_start(problem: dict[str, Any]) -> str:
    """The code that a completion goes on from; of a program that is yet to be written, its question as a string."""
    words = f'"""\n{problem["question"].strip()}\n"""\n' if problem["form"] == Form.PROGRAM.value else ""
    return words + problem["start"].rstrip("\r\n")


def _template_name(row: dict[str, Any], settings: EvaluationSettings) -> str | None:
    """The prompt's template; None where a completion goes on from the problem's own text."""
    task = Task(row["task"])
    if settings.prompt_style == "completion":
        return None if task is Task.COMPLETE else f"{ROLE[task]}.completion.jinja"
    if task is not Task.COMPLETE:
        return f"{ROLE[task]}.jinja"
    if row["form"] != Form.FUNCTION.value:
        return f"{row['form']}.jinja"
    if _of_preset(row, settings):
        return f"{settings.preset}.jinja"
    return "question.jinja" if settings.prompt_style == "question" else "solve.jinja"


def _request(
    row: dict[str, Any], role: str, name: str | None, settings: EvaluationSettings
) -> dict[str, object]:
    row_id, sample = f"{row['benchmark']}/{row['problem_id']}", row["sample"]
    known = (row_id,) if row["task"] == Task.COMPLETE.value else (row_id, role)
    request: dict[str, object] = {
        "key": text_id(*known, str(sample)),
        "task": role,
        "facts": "{}",
        "sample": sample,
        "seed": draw_number(settings.seed, role, row_id, sample),
    }
    start = completion_start(row)
    if name is None:
        return request | {"prompt": start}
    text = _rendered(row, name)
    if settings.prompt_style == "completion":
        # the description stands by itself; code is asked for by its own beginning
        return request | {"prompt": text.rstrip() + ("" if role == "describe" else f"\n\n{start.lstrip()}")}
    turns = [{"role": "user", "content": text.strip()}]
    if begun := begun_answer(row, settings):
        turns.append({"role": "assistant", "content": begun})
    return request | {"messages": turns}


def _beside(samples: pl.DataFrame, rows: list[dict[str, object]]) -> pl.DataFrame:
    """The requests with the ids of what they ask; a request's own `task` is the call's role."""
    ids = samples.select("benchmark", "problem_id", "language")
    return pl.concat([requests_frame(rows), ids], how="horizontal")
