"""From samples and problems to programs: what is judged when an answer to a benchmark problem is judged.

HumanEval's form: `completion` continues the problem's prompt, `solution` stands alone; Python's tests define
`check`, which is called with the entry point. MBXP's tests of other languages call by themselves. Go refuses an
import that nothing uses; those of a prompt, which a completion cannot take back, are kept without their names.
"""

import re

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
            code=pl.coalesce("solution", pl.concat_str(_prompt(), "completion")),
            tests=pl.when(python).then(pl.col("test") + call).otherwise("test"),
        )
    )


def _prompt() -> pl.Expr:
    """The prompt; Go's with each import that neither completion nor test uses kept as `_ "path"`."""
    parts = pl.struct("prompt", rest=pl.concat_str("completion", "test"))
    spared = parts.map_elements(lambda row: _spared(row["prompt"] or "", row["rest"] or ""), pl.String)
    return (
        pl.when((pl.col("language") == "go") & pl.col("completion").is_not_null())
        .then(spared)
        .otherwise("prompt")
    )


def _spared(prompt: str, rest: str) -> str:
    head, function, body = prompt.rpartition("\nfunc ")

    def kept(path: re.Match[str]) -> str:
        name = path[1].rpartition("/")[2]
        return path[0] if re.search(rf"\b{re.escape(name)}\.", f"{body}{rest}") else f"_ {path[0]}"

    return re.sub(r'(?m)(?<=[\s(])"([\w./-]+)"(?=\s*$)', kept, head) + function + body


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
