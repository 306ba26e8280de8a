"""What a benchmark's problems are asked for: to complete a function, to fix a wrong one, to explain a right one.

A recipe names a task behind a colon: `humanevalpack:fix`. Fixing and explaining are HumanEvalPack's (OctoPack,
Muennighoff et al. 2023); every other benchmark is completed, whatever its form.
"""

import datetime
from collections.abc import Sequence
from enum import StrEnum

import polars as pl

from assets.benchmarks.problem import BenchmarkError

SEPARATOR = ":"

MBPP_TEST = (11, 510)
"""First and last task of MBPP's test part (Austin et al. 2021): what is before is for prompts, after for training."""


class Task(StrEnum):
    """What is asked; each ends in code that the problem's tests judge."""

    COMPLETE = "complete"  # the prompt's words and code are given, the code is asked for
    FIX = "fix"  # the wrong function and its tests are given
    EXPLAIN = (
        "explain"  # the right function is given to be described; the description alone to be written again
    )


NEEDS = {
    Task.COMPLETE: ("prompt", "test"),
    Task.FIX: ("declaration", "buggy_solution", "test"),
    Task.EXPLAIN: ("declaration", "canonical_solution", "docstring", "test"),
}
"""Columns of a problem that a task cannot do without."""


def split_name(named: str) -> tuple[str, Task]:
    """The benchmark and the task that a recipe's `benchmark[:task]` means. Raises `ValueError` for no such task."""
    benchmark, _, task = named.partition(SEPARATOR)
    try:
        return benchmark, Task(task or Task.COMPLETE)
    except ValueError as error:
        known = ", ".join(Task)
        raise ValueError(f"{named!r} asks for the task {task!r}; there are {known}") from error


def joined_name(benchmark: str, task: str) -> str:
    """The name by which a recipe asks for it: the inverse of `split_name`."""
    return benchmark if task == Task.COMPLETE.value else f"{benchmark}{SEPARATOR}{task}"


def asked(problems: pl.DataFrame, task: Task = Task.COMPLETE) -> pl.DataFrame:
    """Those of `problems` that have what `task` needs, with `task` and what an answer goes on from (`start`)."""
    start = "prompt" if task is Task.COMPLETE else "declaration"
    complete = pl.all_horizontal(pl.col(column).is_not_null() for column in NEEDS[task])
    return problems.filter(complete).with_columns(
        pl.lit(task.value).alias("task"), pl.col(start).alias("start")
    )


def chosen(
    problems: pl.DataFrame,
    names: Sequence[str],
    languages: Sequence[str],
    released_from: datetime.date | None = None,
    released_until: datetime.date | None = None,
    mbpp_split: str = "test",
) -> pl.DataFrame:
    """The problems (`asked`) of `names` in `languages`, those with a day of release only from within the days given,
    of MBPP those of `mbpp_split`.

    Raises `BenchmarkError` for a benchmark that is not registered, one that has nothing to run or not what a task
    needs, and one of which the days or the languages leave nothing: a score over fewer benchmarks than are named
    would be a lie.
    """
    frames = []
    for named in dict.fromkeys(names):
        benchmark, task = split_name(named)
        of_it = problems.filter(pl.col("benchmark") == benchmark)
        if of_it.is_empty():
            raise BenchmarkError(
                f"evaluation.benchmarks names {benchmark}, which is not registered; there are "
                f"{', '.join(sorted(problems['benchmark'].unique())) or 'none'}. Name its file in the settings "
                "(benchmarks), or take it out of the recipe"
            )
        able = asked(of_split(of_it, problems, mbpp_split), task)
        if able.is_empty() and task is Task.COMPLETE:
            raise BenchmarkError(
                f"benchmark {benchmark!r} has questions but no tests to run; it serves decontamination, not evaluation"
            )
        if able.is_empty():
            raise BenchmarkError(
                f"benchmark {benchmark!r} cannot serve the task {task.value!r}: none of its problems has "
                f"{', '.join(NEEDS[task])}; HumanEvalPack's have"
            )
        dated = able.filter(_within(released_from, released_until))
        if dated.is_empty():
            days = f"evaluation.released_from {released_from} and evaluation.released_until {released_until}"
            first, last = able["released"].min(), able["released"].max()
            raise BenchmarkError(
                f"{days} leave no problem of benchmark {benchmark!r}, released {first} to {last}"
            )
        spoken = dated.filter(pl.col("language").is_in(list(languages)))
        if spoken.is_empty():
            there = ", ".join(dated["language"].unique().sort())
            raise BenchmarkError(
                f"benchmark {benchmark!r} has no problem in the recipe's languages ({', '.join(languages)}), only in "
                f"{there}; take it out of evaluation.benchmarks"
            )
        frames.append(spoken)
    return pl.concat(frames)


def of_split(problems: pl.DataFrame, registered: pl.DataFrame, split: str) -> pl.DataFrame:
    """Those of `problems` that are none of MBPP's, and of MBPP's those of `split`; MBPP+ stays whole.

    `registered` are the problems of all benchmarks: they tell which tasks sanitized MBPP and MBPP+ have. Raises
    `BenchmarkError` where neither is among them.
    """
    of_mbpp = pl.col("edition").is_in(["full", "sanitized"]).fill_null(False)
    if split == "all" or problems.filter(of_mbpp).is_empty():
        return problems
    if split == "test":
        wanted = pl.col("problem_id").str.extract(r"(\d+)$").cast(pl.Int64).is_between(*MBPP_TEST)
    else:
        tasks = registered.filter(pl.col("edition") == split)["problem_id"]
        if tasks.is_empty():
            raise BenchmarkError(
                f"evaluation.mbpp_split is {split}, and no registered file says which tasks those are: register "
                f"{'MBPP+' if split == 'evalplus' else 'sanitized MBPP'} in the settings (benchmarks), or set "
                "mbpp_split to test (tasks 11 to 510) or all"
            )
        wanted = pl.col("problem_id").is_in(tasks.implode())
    return problems.filter(~of_mbpp | wanted.fill_null(False))


def _within(first: datetime.date | None, last: datetime.date | None) -> pl.Expr:
    day, holds = pl.col("released"), pl.lit(True)
    if first is not None:
        holds = holds & (day >= first)
    if last is not None:
        holds = holds & (day <= last)
    return day.is_null() | holds
