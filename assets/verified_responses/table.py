"""The tables of verification: responses that passed, and the verdict on every response."""

import polars as pl

from assets.asking.judging.discriminator import JUDGE
from assets.candidate_responses.table import TABLE as CANDIDATES
from assets.rows.table import Column, Table, taken_over, text

VERDICT_COLUMNS = (
    text(
        "verdict",
        "pass, judged_good or unverified; in the verdicts table also fail, timeout, judged_bad, not_judged, ...",
        "candidate_responses.code",
        "candidate_responses.tests",
    ),
    text("detail", "one line: the failed assertion or error"),
    Column("duration_ms", pl.Float64(), "wall time", volatile=True),
    Column("cpu_ms", pl.Float64(), "CPU time", volatile=True),
    Column("peak_mb", pl.Float64(), "memory of all its processes at their peak", volatile=True),
    text("proof", "split: answer and tests ran apart; in_process: together"),
    text("isolation", "how the program was isolated"),
    text("toolchain", "compiler or interpreter with version"),
    Column("flags", pl.List(pl.String()), "retried, flaky, tampered, answer_readable, ..."),
    Column("reached", pl.Int64(), "how often the tests reached the answer; null: not counted"),
    text(
        "reason",
        "why the verdict says nothing of the answer: answer_not_reached, zero_tests, flaky, ...; null: it does",
    ),
)

JUDGE_COLUMN = Column("judge", JUDGE, "what the discriminator said, rule by rule; null: not asked")

TABLE = Table(
    key="response_id",
    columns=(*taken_over(CANDIDATES.columns, "candidate_responses"), *VERDICT_COLUMNS, JUDGE_COLUMN),
)
