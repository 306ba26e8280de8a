"""Which method verifies responses; all have one shape: responses in, the believed and the rejected out, with verdicts.

Opening a sandbox or a model is handed in, so that a method which needs none opens none. To add one: its settings
in `settings.py`, a module of its own, a line here.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import polars as pl

from assets.outcome import Outcome, no_rejections
from assets.verified_responses.execution import keep_passed, with_verdicts
from assets.verified_responses.settings import Execution, Unverified, VerificationSettings
from assets.verified_responses.table import VERDICT_COLUMNS
from resources.row_cache import RowCache
from resources.sandbox.face import Sandbox

UNVERIFIED = "unverified"
"""The verdict on a response that nothing was held against."""


@dataclass(frozen=True)
class Means:
    """What verification may use: each opens when a method enters it, and not before."""

    sandbox: Callable[[Execution], AbstractContextManager[Sandbox]]
    row_cache: RowCache
    language: str
    progress: Callable[[int, int], None] | None = None


@dataclass(frozen=True)
class Verified:
    """Responses believed and not, every response with its verdict columns, and what that took."""

    outcome: Outcome
    verdicts: pl.DataFrame
    sandbox_runs: int = 0
    sandbox_runs_saved: int = 0
    sandbox_seconds: float = 0.0


def verify(responses: pl.DataFrame, settings: VerificationSettings, means: Means) -> Verified:
    """`responses` (columns of `candidate_responses`) judged by the method that `settings` names."""
    return METHODS[settings.method](responses, settings, means)


def execution(responses: pl.DataFrame, settings: Execution, means: Means) -> Verified:
    """A response is believed when its own tests hold in the sandbox."""
    with means.sandbox(settings) as judge:
        judged = with_verdicts(
            responses, judge, means.row_cache, language=means.language, progress=means.progress
        )
    return Verified(
        keep_passed(judged.rows, settings), judged.rows, judged.computed, judged.reused, judged.seconds
    )


def unverified(responses: pl.DataFrame, settings: Unverified, means: Means) -> Verified:
    """Every response is believed."""
    rows = responses.with_columns(
        pl.lit(UNVERIFIED if column.name == "verdict" else None, column.dtype).alias(column.name)
        for column in VERDICT_COLUMNS
    ).with_columns(pl.lit(None, pl.String).alias("output_tail"))
    return Verified(Outcome(rows, no_rejections()), rows)


METHODS: dict[str, Callable[[pl.DataFrame, Any, Means], Verified]] = {
    "execution": execution,
    "none": unverified,
}
