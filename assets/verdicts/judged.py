"""Programs judged to the end: the sandbox's verdict, the control on a useless answer, a second run, and the reason.

Belongs here: the order of these steps and what is switched on. Each of them is in a file of its own.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import polars as pl

from assets.verdicts.control import controlled
from assets.verdicts.reasons import DETAILS, Unproven, is_readable, reason_of
from assets.verdicts.remembered import RESULTS, with_verdicts
from resources.languages import RECORDS
from resources.row_cache import RowCache
from resources.sandbox.base import TRANSIENT, Sandbox, Verdict

JUDGED = {**RESULTS, "reason": pl.String()}
"""Columns of a verdict that has been through all steps; `reason`: a value of `Unproven`, or null."""

Repeat = Literal["never", "in_doubt", "always"]
"""Which passes are run a second time: none, those with chance, time or the order of sets in their text, or all."""


@dataclass(frozen=True)
class Judgments:
    """`rows` with `JUDGED`, and what it took: programs run, saved, in doubt; runs of controls and second runs."""

    rows: pl.DataFrame = field(default_factory=pl.DataFrame)
    computed: int = 0
    reused: int = 0
    seconds: float = 0.0
    doubted: int = 0
    controls: int = 0
    repeats: int = 0


def judged(
    programs: pl.DataFrame,
    sandbox: Sandbox,
    row_cache: RowCache,
    *,
    language: str,
    control: bool = True,
    repeat: Repeat = "in_doubt",
    progress: Callable[[int, int], None] | None = None,
) -> Judgments:
    """`programs` (as for `remembered.with_verdicts`) with `JUDGED` beside their columns.

    A pass becomes `no_tests` where the tests prove nothing of the answer, and is flagged where two runs differ or
    the tests knew the answer's source. Raises as `with_verdicts` does.
    """
    found = with_verdicts(programs, sandbox, row_cache, language=language, progress=progress)
    told = [
        _value(reason_of(verdict, detail, language, tests))
        for verdict, detail, tests in found.rows.select("verdict", "detail", "tests").iter_rows()
    ]
    rows = found.rows.with_columns(pl.Series("reason", told, pl.String))
    doubted = controls = repeats = 0
    if control:
        after = controlled(rows, sandbox, row_cache, language=language)
        rows, doubted, controls = after.rows, after.doubted, after.runs
    if repeat != "never":
        rows, repeats = _repeated(rows, sandbox, row_cache, language, repeat)
    rows = _with_readable(rows, language)
    return Judgments(rows, found.computed, found.reused, found.seconds, doubted, controls, repeats)


def _repeated(
    rows: pl.DataFrame, sandbox: Sandbox, row_cache: RowCache, language: str, repeat: Repeat
) -> tuple[pl.DataFrame, int]:
    """`rows` with `flaky` where a second run of a pass gave another verdict, and how many runs that took."""
    chance = RECORDS[language].chance if language in RECORDS else ""
    text = pl.concat_str("code", "tests", separator="\n", ignore_nulls=True)
    wanted = pl.col("verdict") == Verdict.PASS.value
    if repeat == "in_doubt" and chance:
        wanted &= text.map_elements(lambda said: re.search(chance, said) is not None, return_dtype=pl.Boolean)
    asked = (
        rows.filter(wanted)
        .select("language", "code", "tests", *(n for n in ("timeout_s", "memory_mb") if n in rows.columns))
        .unique(maintain_order=True)
    )
    if asked.is_empty():
        return rows, 0
    again = with_verdicts(asked, sandbox, row_cache, language=language, again=True)
    other = ~pl.col("verdict").is_in([Verdict.PASS.value, *(verdict.value for verdict in TRANSIENT)])
    flaky = again.rows.filter(other).select("code", "tests", __flaky=pl.lit(True)).unique()
    hit = pl.col("__flaky").fill_null(False) & (pl.col("verdict") == Verdict.PASS.value)
    marked = rows.join(flaky, on=["code", "tests"], how="left", maintain_order="left")
    return _flagged(marked, hit, "flaky", Unproven.FLAKY).drop("__flaky"), again.computed


def _with_readable(rows: pl.DataFrame, language: str) -> pl.DataFrame:
    """`rows` with `answer_readable` where whoever wrote a pass's tests had the answer's source."""
    known = [
        verdict == Verdict.PASS.value and is_readable(language, code, tests)
        for verdict, code, tests in rows.select("verdict", "code", "tests").iter_rows()
    ]
    if not any(known):
        return rows
    marked = rows.with_columns(pl.Series("__known", known, pl.Boolean))
    return _flagged(marked, pl.col("__known"), "answer_readable", Unproven.ANSWER_READABLE).drop("__known")


def _flagged(rows: pl.DataFrame, hit: pl.Expr, flag: str, reason: Unproven) -> pl.DataFrame:
    detail = pl.lit(DETAILS.get(reason)) if reason in DETAILS else pl.col("detail")
    return rows.with_columns(
        flags=pl.when(hit).then(pl.col("flags").list.concat(pl.lit([flag]))).otherwise("flags"),
        detail=pl.when(hit).then(detail).otherwise("detail"),
        reason=pl.when(hit).then(pl.coalesce("reason", pl.lit(reason.value))).otherwise("reason"),
    )


def _value(reason: Unproven | None) -> str | None:
    return None if reason is None else reason.value
