"""From samples that others wrote and problems to programs: what `seedline score` judges.

HumanEval's form of samples: `completion` continues the problem's prompt, `solution` stands alone. Of a program or of
inserted lines both are the whole answer.
"""

from typing import Any

import polars as pl

from assets.benchmarks.problem import Form
from assets.eval_scores.closing import closed
from assets.eval_scores.programs import as_program


def sample_programs(samples: pl.DataFrame, problems: pl.DataFrame) -> pl.DataFrame:
    """Programs of `samples` (`task_id, sample, completion, solution`, either text null) against `problems`.

    `problems`: `assets.benchmarks.problem.PROBLEM_SCHEMA`. Gives `task_id, sample, language, code, tests, timeout_s,
    memory_mb` in the order of `samples`; a sample without a problem, or a problem that cannot be run, is left out:
    ask `unknown_tasks` first.
    """
    columns = ("problem_id", "language", "form", "prompt", "entry_point", "test", "timeout_s", "memory_mb")
    joined = (
        samples.with_row_index("_order")
        .join(problems.select(columns), left_on="task_id", right_on="problem_id", how="inner")
        .filter(pl.col("test").is_not_null())
        .sort("_order")
    )
    code = [as_program(row, _answer(row)) for row in joined.iter_rows(named=True)]
    return joined.select(
        "task_id",
        "sample",
        "language",
        pl.Series("code", code, pl.String),
        pl.col("test").alias("tests"),
        "timeout_s",
        "memory_mb",
    )


def _answer(row: dict[str, Any]) -> str:
    if row["solution"] is not None:
        return row["solution"]
    if row["form"] != Form.FUNCTION.value:
        return row["completion"]
    return closed(row["task_id"], row["language"], row["prompt"] + row["completion"])


def unknown_tasks(samples: pl.DataFrame, problems: pl.DataFrame) -> list[str]:
    """Task ids of `samples` that no problem has, sorted, each once."""
    named = samples.select("task_id").unique()
    return (
        named.join(problems, left_on="task_id", right_on="problem_id", how="anti")["task_id"].sort().to_list()
    )


def unanswered_tasks(samples: pl.DataFrame, problems: pl.DataFrame) -> list[str]:
    """Ids of `problems` that no sample answers, in their order."""
    return problems.join(
        samples, left_on="problem_id", right_on="task_id", how="anti", maintain_order="left"
    )["problem_id"].to_list()
