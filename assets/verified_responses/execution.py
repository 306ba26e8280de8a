"""Verification by execution: which responses are believed for what their own tests showed in the sandbox.

How programs are judged and remembered is in `assets/verdicts`; which verdict means what, in
`resources/sandbox`.
"""

import polars as pl

from assets.rows.outcome import Outcome, Rule, apply_rules
from assets.rows.reasons import Reason
from assets.verified_responses.settings import Execution
from resources.sandbox.base import TRANSIENT, Verdict

STAGE = "execution"

NO_PROOF = (Reason.ANSWER_NOT_REACHED, Reason.ALL_SKIPPED, Reason.EXIT_STATUS_MASKED)
"""Reasons of `assets.verdicts.reasons` for which there were no tests, beside that there were none at all."""

DOUBTS = (Reason.FLAKY, Reason.ANSWER_READABLE)
"""Flags of a pass that are reasons of their own."""

FEWEST = 20
"""Programs of a partition below which a share of passes says nothing."""

NEARLY_ALL = 0.98


def suspicious_share(verdicts: pl.DataFrame) -> tuple[bool, str]:
    """Whether nearly all programs of `verdicts` (column `verdict`) passed, or nearly none, and what to say of it.

    Such a partition more often shows tests that prove nothing, or a harness that fits nothing, than a model.
    """
    run = verdicts.filter(~pl.col("verdict").is_in([value.value for value in TRANSIENT]))
    if run.height < FEWEST:
        return False, f"{run.height} programs: too few to say"
    share = (run["verdict"] == Verdict.PASS.value).sum() / run.height
    said = f"{share:.1%} of {run.height} programs passed"
    if share >= NEARLY_ALL:
        return True, f"{said}: do the tests prove anything? Look at some of them"
    if share <= 1 - NEARLY_ALL:
        common = run.group_by("verdict").len().sort("len", descending=True)["verdict"][0]
        return True, f"{said}, most are {common}: do answers and tests fit the harness? Look at their details"
    return False, said


def keep_passed(verdicts: pl.DataFrame, settings: Execution) -> Outcome:
    """Split responses with verdicts into those that are believed and those that are not."""
    verdict = pl.col("verdict")
    why = pl.concat_str([verdict, pl.col("detail")], separator=": ", ignore_nulls=True)
    doubts = pl.col("flags").list.set_difference(list(settings.accept_flags)).list.drop_nulls()
    told = pl.col("reason")
    rules = [
        Rule(Reason.UNVERIFIABLE, verdict.is_in([value.value for value in TRANSIENT]), why),
        *(
            Rule(reason, (verdict == Verdict.NO_TESTS.value) & (told == reason.value), pl.col("detail"))
            for reason in NO_PROOF
        ),
        Rule(Reason.NO_TESTS, verdict == Verdict.NO_TESTS.value, pl.col("detail")),
        Rule(Reason.NOT_PASSED, verdict != Verdict.PASS.value, why),
        *(Rule(reason, doubts.list.contains(reason.value), pl.col("detail")) for reason in DOUBTS),
        Rule(Reason.UNVERIFIABLE, doubts.list.len() > 0, doubts.list.join(", ")),
    ]
    return apply_rules(verdicts, rules, stage=STAGE, id_column="response_id")
