"""The useless-answer control: which passes it is tried on, what it costs, and what it makes of them.

A pass counts when the same tests do not hold for an answer that has been made useless. Where the tests' syntax
leaves no doubt nothing is run; nor where the sandbox counted how often the tests reached the answer and that was
never. The controls go through the row cache as any program does, so that samples of one task share them.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from assets.verdicts.reaching import reaches
from assets.verdicts.reasons import DETAILS, Unproven, is_masked
from assets.verdicts.remembered import OWN_LIMITS, with_verdicts
from assets.verdicts.useless import Form, useless
from resources.row_cache import RowCache
from resources.sandbox.base import Sandbox, Verdict

Progress = Callable[[int, int], None]
Pair = tuple[str, str]
"""Answer and tests."""

_THROW_EXPECTED = re.compile(
    r"should_panic|catch_unwind|\brecover\(|is_err\(|unwrap_err|expectException|\bassert_?(?:raise|throw)\w*|\bexpect_err"
    r"|\bassert\w*\.(?:throws|rejects)|\bthrows?(?:Async|Exactly)?\s*[(<]|\braises\b|\bassertRaises|\braise_error|toThrow"
    r"|\bfail\w*\s*\(|assert\s+(?:False|0)\b|\bassert\s*\(?\s*false\b|[Ss]hould\s+(?:have\s+)?(?:throw|raise|fail|panic)"
    r"|[Ee]xpected\s+(?:an?\s+)?\w*\s*(?:[Ee]xception|[Ee]rror|throw|panic)|\bthrown\s*=\s*true|\bcaught\s*=\s*true"
    r"|[Dd]id\s*n[o']t\s+(?:throw|raise|panic)|\braised\s*=\s*True|setjmp\s*\(|\bWIF(?:SIGNALED|EXITED)\b|\bSIG(?:ABRT|ILL)\b",
    re.MULTILINE,
)
"""Tests in which this is found demand that a call fails; an answer that always throws may then pass rightly."""


@dataclass(frozen=True)
class Controlled:
    """`rows` with `reason`, verdicts changed where the tests prove nothing, and how many controls that took."""

    rows: pl.DataFrame
    doubted: int = 0
    runs: int = 0
    reused: int = 0


def controlled(
    judged: pl.DataFrame,
    sandbox: Sandbox,
    row_cache: RowCache,
    *,
    language: str,
    progress: Progress | None = None,
) -> Controlled:
    """`judged` (`remembered.with_verdicts` and `reason`, all of one language) after the control.

    A pass whose tests also hold for a useless answer becomes `no_tests`, with the reason.
    """
    own = [name for name in OWN_LIMITS if name in judged.columns]
    passed = judged.filter(pl.col("verdict") == Verdict.PASS.value).unique(
        ("code", "tests"), maintain_order=True
    )
    controls = _Controls(sandbox, row_cache, language, progress)
    vacuous: set[Pair] = set()
    doubted: dict[Pair, dict[str, object]] = {}
    for row in passed.select("code", "tests", "reached", *own).iter_rows(named=True):
        pair = (row["code"], row["tests"])
        if row["reached"] == 0:
            vacuous.add(pair)
        elif not reaches(language, *pair):
            doubted[pair] = {name: row[name] for name in own}
    if language != "bash":  # there a status is a value like any other
        throwing = controls.that_pass(doubted, Form.THROWS)
        vacuous |= {pair for pair in throwing if not _THROW_EXPECTED.search(pair[1])}
    giving = controls.that_pass(
        {pair: doubted[pair] for pair in doubted if pair not in vacuous}, Form.NOTHING
    )
    vacuous |= controls.that_pass({pair: doubted[pair] for pair in giving}, Form.ODD)
    return Controlled(_marked(judged, vacuous, language), len(doubted), controls.runs, controls.reused)


def unproven_problems(
    judged: pl.DataFrame,
    problem: Sequence[str],
    sandbox: Sandbox,
    row_cache: RowCache,
    *,
    language: str,
) -> pl.DataFrame:
    """Which problems (the columns `problem`) have tests that also hold for a useless answer; `reason` says how.

    `judged` as for `controlled`, any number of answers a problem. A problem's tests are the same for all of them: one
    of its passes is tried, the first by `code`, and none where nothing passes.
    """
    passes = judged.filter(pl.col("verdict") == Verdict.PASS.value)
    first = passes.sort("code").unique(list(problem), keep="first", maintain_order=True)
    tried = first.with_columns(reason=pl.lit(None, pl.String))
    after = controlled(tried, sandbox, row_cache, language=language).rows
    return after.filter(pl.col("reason").is_not_null()).select(*problem, "reason")


def _marked(judged: pl.DataFrame, vacuous: set[Pair], language: str) -> pl.DataFrame:
    if not vacuous:
        return judged
    reasons = pl.DataFrame(
        [(code, tests, _reason(language, tests)) for code, tests in vacuous],
        schema={"code": pl.String, "tests": pl.String, "__reason": pl.String},
        orient="row",
    )
    hit = (pl.col("verdict") == Verdict.PASS.value) & pl.col("__reason").is_not_null()
    return (
        judged.join(reasons, on=["code", "tests"], how="left", maintain_order="left")
        .with_columns(
            verdict=pl.when(hit).then(pl.lit(Verdict.NO_TESTS.value)).otherwise("verdict"),
            detail=pl.when(hit).then(pl.col("__reason").replace(DETAILS)).otherwise("detail"),
            reason=pl.when(hit).then("__reason").otherwise("reason"),
        )
        .drop("__reason")
    )


def _reason(language: str, tests: str) -> str:
    masked = language == "bash" and is_masked(tests)
    return (Unproven.EXIT_STATUS_MASKED if masked else Unproven.ANSWER_NOT_REACHED).value


@dataclass
class _Controls:
    sandbox: Sandbox
    row_cache: RowCache
    language: str
    progress: Progress | None
    runs: int = 0
    reused: int = 0

    def that_pass(self, doubted: Mapping[Pair, Mapping[str, object]], form: Form) -> set[Pair]:
        """Those of `doubted` (answer and tests, with limits of their own) whose tests hold for the useless answer."""
        made = {pair: useless(self.language, *pair, form) for pair in doubted}
        programs = [
            {"language": self.language, "code": code, "tests": pair[1], **doubted[pair]}
            for pair, code in made.items()
            if code is not None
        ]
        if not programs:
            return set()
        frame = pl.DataFrame(programs, infer_schema_length=None).unique(
            ("code", "tests"), maintain_order=True
        )
        judged = with_verdicts(
            frame, self.sandbox, self.row_cache, language=self.language, progress=self.progress
        )
        self.runs += judged.computed
        self.reused += judged.reused
        passed = judged.rows.filter(pl.col("verdict") == Verdict.PASS.value)
        held = set(passed.select("code", "tests").iter_rows())
        return {pair for pair, code in made.items() if (code, pair[1]) in held}
