"""An evaluation from problems to judged samples: ask, cut to programs, run, write down.

The canonical solutions go the same way from answer to verdict, which shows that the way itself is sound.
"""

from collections.abc import Sequence

import polars as pl

from assets.benchmarks.problem_files import BenchmarkError
from assets.eval_scores.programs import canonical_answers, programs
from assets.eval_scores.requests import runnable, solution_requests, solution_sampling
from assets.eval_scores.scores import judged_samples
from assets.eval_scores.settings import EvaluationSettings
from assets.generation import Ask
from assets.verified_responses.execution import with_verdicts
from resources.row_cache import RowCache
from resources.sandbox.face import Sandbox

CANONICAL = "canonical"
"""What stands for the checkpoint's id in the samples of the benchmarks' own solutions."""


def chosen(problems: pl.DataFrame, settings: EvaluationSettings, languages: Sequence[str]) -> pl.DataFrame:
    """The problems to ask: of the benchmarks that the settings name, in `languages`.

    Raises `BenchmarkError` for a benchmark that is not registered or has no problem that can be run.
    """
    missing = sorted(set(settings.benchmarks) - set(problems["benchmark"].unique()))
    if missing:
        raise BenchmarkError(
            f"evaluation.benchmarks names {', '.join(missing)}, which is not registered; name its file in the "
            "settings (benchmarks), or take it out of the recipe"
        )
    named = problems.filter(pl.col("benchmark").is_in(list(settings.benchmarks)))
    return runnable(named.filter(pl.col("language").is_in(list(languages))))


def checkpoint_samples(
    problems: pl.DataFrame,
    settings: EvaluationSettings,
    ask: Ask,
    sandbox: Sandbox,
    row_cache: RowCache,
    contaminated: pl.DataFrame,
    *,
    checkpoint_id: str,
) -> pl.DataFrame:
    """Answers of a checkpoint, judged (columns of `SAMPLES`)."""
    answered = []
    for (language,), group in problems.group_by("language", maintain_order=True):
        requests = solution_requests(group, settings)
        answers = ask(requests, solution_sampling(settings, str(language)), "eval_scores")
        answered.append(_judged(answers, group, settings, sandbox, row_cache, str(language)))
    return judged_samples(pl.concat(answered), contaminated, checkpoint_id)


def canonical_samples(
    problems: pl.DataFrame, settings: EvaluationSettings, sandbox: Sandbox, row_cache: RowCache
) -> pl.DataFrame:
    """The benchmarks' own solutions, judged (columns of `SAMPLES`)."""
    judged = []
    for (language,), group in problems.group_by("language", maintain_order=True):
        answers = canonical_answers(group, settings).with_columns(
            pl.lit(None, pl.String).alias("finish_reason")
        )
        judged.append(_judged(answers, group, settings, sandbox, row_cache, str(language)))
    nothing = pl.DataFrame(schema={"benchmark": pl.String, "problem_id": pl.String})
    return judged_samples(pl.concat(judged), nothing, CANONICAL)


def _judged(
    answers: pl.DataFrame,
    problems: pl.DataFrame,
    settings: EvaluationSettings,
    sandbox: Sandbox,
    row_cache: RowCache,
    language: str,
) -> pl.DataFrame:
    columns = ["benchmark", "problem_id", "language", "sample", "text", "finish_reason"]
    to_run = programs(answers.select(columns), problems, settings)
    return with_verdicts(to_run, sandbox, row_cache, language=language).rows
