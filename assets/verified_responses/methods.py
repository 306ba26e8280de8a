"""Verifying responses by the method that the settings name, and the project's own methods as the door shows them."""

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from assets.asking.judging.discriminator import JUDGE, decided, judge, without_working
from assets.asking.prompts import prompts_digest
from assets.rows.outcome import Outcome, no_rejections
from assets.verdicts.judged import judged
from assets.verified_responses.door import VERIFICATION_METHODS, Means, VerificationMethod, Verified
from assets.verified_responses.execution import keep_passed
from assets.verified_responses.settings import (
    ExecutedAndJudged,
    Execution,
    Judged,
    Unverified,
    VerificationSettings,
)
from assets.verified_responses.table import VERDICT_COLUMNS

UNVERIFIED = "unverified"
"""The verdict on a response that nothing was held against."""

JUDGED_VERDICTS = {
    "yes": "judged_good",
    "no": "judged_bad",
    "malformed": "not_judged",
    "unanswered": "not_judged",
}
"""The verdict column of responses that were not run, by what the judge said."""


def verify(responses: pl.DataFrame, settings: VerificationSettings, means: Means) -> Verified:
    """`responses` (columns of `candidate_responses`) judged by the method that `settings` names."""
    return VERIFICATION_METHODS.open(settings.method).verify(responses, settings, means)


def execution(responses: pl.DataFrame, settings: Execution, means: Means) -> Verified:
    """A response is believed when its own tests hold in the sandbox."""
    with means.sandbox(settings) as judge:
        found = judged(
            responses,
            judge,
            means.row_cache,
            language=means.language,
            control=settings.negative_control,
            repeat=settings.repeat,
            progress=means.progress,
        )
    rows = found.rows.with_columns(_no_judge())
    return Verified(
        keep_passed(rows, settings),
        rows,
        sandbox_runs=found.computed,
        sandbox_runs_saved=found.reused,
        sandbox_seconds=found.seconds,
        passes_in_doubt=found.doubted,
        control_runs=found.controls,
        second_runs=found.repeats,
    )


def discriminator(responses: pl.DataFrame, settings: Judged, means: Means) -> Verified:
    """A response is believed when the model, held to the rules, says yes; nothing is run."""
    with means.asker() as ask:
        said_of = judge(responses, settings.judge, ask, solution="response", id_column="response_id")
    said = pl.col("judge").struct.field("verdict").replace_strict(JUDGED_VERDICTS, return_dtype=pl.String)
    rows = _not_run(said_of, said)
    return Verified(decided(rows, id_column="response_id"), without_working(rows))


def both(responses: pl.DataFrame, settings: ExecutedAndJudged, means: Means) -> Verified:
    """A response is believed when its tests hold and the model says yes; only what passed is asked about."""
    executed = execution(responses, settings.execution, means)
    with means.asker() as ask:
        passed = executed.outcome.kept
        said_of = judge(passed, settings.judge, ask, solution="response", id_column="response_id")
    verdicts = executed.verdicts.drop("judge").join(
        said_of.select("response_id", "judge"), on="response_id", how="left", maintain_order="left"
    )
    outcome = executed.outcome.then(decided(said_of, id_column="response_id"))
    return replace(executed, outcome=outcome, verdicts=verdicts)


def unverified(responses: pl.DataFrame, settings: Unverified, means: Means) -> Verified:
    """Every response is believed."""
    rows = _not_run(responses, pl.lit(UNVERIFIED)).with_columns(_no_judge())
    return Verified(Outcome(rows, no_rejections()), rows)


def _no_judge() -> pl.Expr:
    return pl.lit(None, JUDGE).alias("judge")


def _not_run(responses: pl.DataFrame, verdict: pl.Expr) -> pl.DataFrame:
    """`responses` with `verdict`, and null for all that a run would tell."""
    return responses.with_columns(
        verdict.cast(pl.String).alias("verdict"),
        *(
            pl.lit(None, column.dtype).alias(column.name)
            for column in VERDICT_COLUMNS
            if column.name != "verdict"
        ),
        pl.lit(None, pl.String).alias("output_tail"),
    )


def _judging() -> Sequence[str]:
    return (prompts_digest("assets.asking.judging"),)


EXECUTION = VerificationMethod(Execution, execution, runs=True)
NONE = VerificationMethod(Unverified, unverified)
DISCRIMINATOR = VerificationMethod(Judged, discriminator, judges=True, data=_judging)
BOTH = VerificationMethod(ExecutedAndJudged, both, runs=True, judges=True, data=_judging)
