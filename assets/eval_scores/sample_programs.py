"""From samples and problems to programs: what is judged when an answer to a benchmark problem is judged.

HumanEval's form: `completion` continues the problem's prompt, `solution` stands alone; Python's tests define
`check`, which is called with the entry point. MBXP's tests of other languages call by themselves.
"""

import polars as pl


def sample_programs(samples: pl.DataFrame, problems: pl.DataFrame) -> pl.DataFrame:
    """Programs of `samples` (`task_id, sample, completion, solution`, either text null) against `problems`.

    `problems`: `assets.benchmarks.problem_files.PROBLEM_SCHEMA`, of which `problem_id, language, prompt,
    entry_point, test` are used. Gives `task_id, sample, language, code, tests` in the order of `samples`; a
    sample without a problem, or a problem that cannot be run, is left out: ask `unknown_tasks` first.
    """
    python = pl.col("language") == "python"
    call = pl.format("\ncheck({})\n", pl.col("entry_point"))
    return (
        samples.with_row_index("_order")
        .join(
            problems.select("problem_id", "language", "prompt", "entry_point", "test"),
            left_on="task_id",
            right_on="problem_id",
            how="inner",
        )
        .filter(pl.col("test").is_not_null())
        .sort("_order")
        .select(
            "task_id",
            "sample",
            "language",
            code=pl.coalesce("solution", pl.col("prompt") + pl.col("completion")),
            tests=pl.when(python).then(pl.col("test") + call).otherwise("test"),
        )
    )


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
