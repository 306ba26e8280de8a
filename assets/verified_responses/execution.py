"""Verification by execution: which responses are believed for what their own tests showed in the sandbox.

How programs are judged and remembered stands in `assets/verdicts`; which verdict means what, in
`resources/sandbox`.
"""

import polars as pl

from assets.rows.outcome import Outcome, Rule, apply_rules
from assets.rows.reasons import Reason
from assets.verified_responses.settings import Execution
from resources.sandbox.base import TRANSIENT, Verdict

STAGE = "execution"


def keep_passed(verdicts: pl.DataFrame, settings: Execution) -> Outcome:
    """Split responses with verdicts into those that are believed and those that are not."""
    verdict = pl.col("verdict")
    why = pl.concat_str([verdict, pl.col("detail")], separator=": ", ignore_nulls=True)
    doubts = pl.col("flags").list.set_difference(list(settings.accept_flags)).list.drop_nulls()
    rules = [
        Rule(Reason.UNVERIFIABLE, verdict.is_in([value.value for value in TRANSIENT]), why),
        Rule(Reason.NO_TESTS, verdict == Verdict.NO_TESTS.value, pl.col("detail")),
        Rule(Reason.NOT_PASSED, verdict != Verdict.PASS.value, why),
        Rule(Reason.UNVERIFIABLE, doubts.list.len() > 0, doubts.list.join(", ")),
    ]
    return apply_rules(verdicts, rules, stage=STAGE, id_column="response_id")
