"""From benchmark problems to requests to an engine, one row a sample.

Chat: an instruction with the problem's code in it, which the engine puts into the model's chat template. Question:
the problem's words without its code (MBPP's way), for models that were taught no other. Completion:
the problem's prompt as it is, without the line ends at its close, since a model reads "\\n" and the next line's
indentation as one token. Parsing the answers is in `programs`.
"""

import polars as pl

from assets.benchmarks.problem_files import BenchmarkError
from assets.eval_scores.cutting import STOPS
from assets.eval_scores.settings import EvaluationSettings
from assets.generation import draw_number, requests_frame, template
from resources.engines.face import Sampling
from resources.ids import text_id

TASK = "solution"
TITLES = {"javascript": "JavaScript", "typescript": "TypeScript", "cpp": "C++", "csharp": "C#", "php": "PHP"}


def runnable(problems: pl.DataFrame) -> pl.DataFrame:
    """The problems that can be asked and run; `BenchmarkError` for a benchmark that has none of them."""
    kept = problems.filter(pl.col("prompt").is_not_null() & pl.col("test").is_not_null())
    lost = sorted(set(problems["benchmark"]) - set(kept["benchmark"]))
    if lost:
        raise BenchmarkError(
            f"benchmark {lost[0]!r} has questions but no tests to run; it serves decontamination, not evaluation"
        )
    return kept


def solution_requests(problems: pl.DataFrame, settings: EvaluationSettings) -> pl.DataFrame:
    """Requests (`REQUEST_SCHEMA`) with `benchmark, problem_id, language` beside them, `samples` a problem."""
    ids = ["benchmark", "problem_id", "language"]
    rows = [
        _request(problem, sample, settings)
        for problem in problems.iter_rows(named=True)
        for sample in range(settings.samples)
    ]
    beside = problems.select(ids).select(pl.all().repeat_by(settings.samples).explode())
    return pl.concat([requests_frame(rows), beside], how="horizontal")


def solution_sampling(settings: EvaluationSettings, language: str) -> Sampling:
    """How answers in `language` are drawn; completions stop where something new begins."""
    stop = (*settings.stop, *(STOPS.get(language, ()) if settings.prompt_style == "completion" else ()))
    return Sampling(settings.max_tokens, settings.temperature, settings.top_p, stop)


def completion_prompt(prompt: str) -> str:
    """What a base model is given of a problem's prompt."""
    return prompt.rstrip("\r\n")


def _request(problem: dict[str, str], sample: int, settings: EvaluationSettings) -> dict[str, object]:
    row_id = f"{problem['benchmark']}/{problem['problem_id']}"
    request: dict[str, object] = {
        "key": text_id(row_id, str(sample)),
        "task": TASK,
        "facts": "{}",
        "sample": sample,
        "seed": draw_number(settings.seed, TASK, row_id, sample),
    }
    if settings.prompt_style == "completion":
        return request | {"prompt": completion_prompt(problem["prompt"])}
    language = problem["language"]
    name = "solve.jinja" if settings.prompt_style == "chat" else "question.jinja"
    text = template("assets.eval_scores", name).render(
        **problem, language_title=TITLES.get(language, language.title())
    )
    return request | {"messages": [{"role": "user", "content": text.strip()}]}
