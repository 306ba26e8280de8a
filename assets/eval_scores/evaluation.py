"""An evaluation from problems to judged samples: ask, cut to programs, run, write down.

The canonical solutions go the same way from answer to verdict, which shows that the way itself is sound.
"""

from collections.abc import Iterator

import polars as pl

from assets.asking.asker import Ask
from assets.eval_scores.descriptions import described
from assets.eval_scores.programs import canonical_answers, programs
from assets.eval_scores.requests import per_sample, solution_requests, solution_sampling, with_endings
from assets.eval_scores.scores import judged_samples
from assets.eval_scores.settings import EvaluationSettings
from assets.eval_scores.tasks import Task
from assets.verdicts.control import unproven_problems
from assets.verdicts.remembered import with_verdicts
from resources.row_cache import RowCache
from resources.sandbox.base import Sandbox, Verdict

CANONICAL = "canonical"
"""What stands for the checkpoint's id in the samples of the benchmarks' own solutions."""

_PROBLEM = ["benchmark", "problem_id"]


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
    """Answers of a checkpoint to `problems` (`tasks.asked`), judged (columns of `SAMPLES`)."""
    answered = []
    for task, ending, group in _groups(problems):
        samples = per_sample(group, settings)
        if task is Task.EXPLAIN:
            samples = described(samples, settings, ask)
        requests = solution_requests(samples, settings)
        answers = ask(requests, solution_sampling(settings, ending), "eval_scores")
        answered.append(_judged(answers, group, settings, sandbox, row_cache))
    return judged_samples(pl.concat(answered), contaminated, checkpoint_id)


def canonical_samples(
    problems: pl.DataFrame, settings: EvaluationSettings, sandbox: Sandbox, row_cache: RowCache
) -> pl.DataFrame:
    """The benchmarks' own solutions of `problems` (`tasks.asked`), judged (columns of `SAMPLES`)."""
    judged = []
    for _, _, group in _groups(problems):
        answers = canonical_answers(group, settings).with_columns(
            pl.lit(None, pl.String).alias("finish_reason"),
            pl.lit(None, pl.String).alias("detail"),
            pl.lit("").alias("begun"),
        )
        judged.append(_judged(answers, group, settings, sandbox, row_cache))
    nothing = pl.DataFrame(schema={"benchmark": pl.String, "problem_id": pl.String})
    return judged_samples(pl.concat(judged), nothing, CANONICAL)


def _groups(problems: pl.DataFrame) -> Iterator[tuple[Task, str, pl.DataFrame]]:
    """Problems that are asked alike: of one task, one language and one way to end."""
    of_kind = with_endings(problems).group_by("task", "language", "ending", maintain_order=True)
    for (task, _, ending), group in of_kind:
        yield Task(str(task)), str(ending), group


def _judged(
    answers: pl.DataFrame,
    problems: pl.DataFrame,
    settings: EvaluationSettings,
    sandbox: Sandbox,
    row_cache: RowCache,
) -> pl.DataFrame:
    columns = ["benchmark", "problem_id", "language", "sample", "text", "begun", "finish_reason"]
    told = problems.select("benchmark", "problem_id", "task", "released")
    asked = answers.select(*columns, pl.col("detail").alias("engine_detail")).join(
        told, on=["benchmark", "problem_id"], how="left", maintain_order="left"
    )
    to_run = programs(asked, problems, settings)
    to_run = to_run.with_columns(pl.lit(settings.max_tokens, pl.Int64).alias("max_tokens"))
    language = problems["language"][0]
    rows = with_verdicts(to_run, sandbox, row_cache, language=language).rows
    empty = unproven_problems(rows, _PROBLEM, sandbox, row_cache, language=language)
    is_pass = pl.col("verdict") == Verdict.PASS.value
    marked = rows.join(empty, on=_PROBLEM, how="left", maintain_order="left")
    return marked.with_columns(reason=pl.when(is_pass).then("reason"))
