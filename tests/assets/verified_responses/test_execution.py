"""Which responses are believed for their tests, with which reason the others go, and which shares are suspicious."""

import polars as pl
import pytest

from assets.verified_responses.execution import keep_passed, suspicious_share
from assets.verified_responses.settings import Execution

ROWS = [
    ("good", "pass", None, []),
    ("slow", "pass", None, ["retried"]),
    ("wrong", "fail", None, []),
    ("empty", "no_tests", "zero_tests", []),
    ("own", "no_tests", "answer_not_reached", []),
    ("skipped", "no_tests", "all_skipped", []),
    ("piped", "no_tests", "exit_status_masked", []),
    ("chance", "pass", "flaky", ["flaky"]),
    ("copied", "pass", "answer_readable", ["answer_readable"]),
    ("cheat", "pass", None, ["tampered"]),
    ("broken", "harness_error", None, []),
]


def test_every_class_has_its_own_reason() -> None:
    schema = {
        "response_id": pl.String,
        "verdict": pl.String,
        "reason": pl.String,
        "flags": pl.List(pl.String),
    }
    rows = pl.DataFrame(ROWS, schema=schema, orient="row").with_columns(detail=pl.lit("said"))
    outcome = keep_passed(rows, Execution.model_validate({}))
    assert outcome.kept["response_id"].to_list() == ["good", "slow"]
    assert dict(outcome.rejected.select("id", "reason").rows()) == {
        "wrong": "not_passed",
        "empty": "no_tests",
        "own": "answer_not_reached",
        "skipped": "all_skipped",
        "piped": "exit_status_masked",
        "chance": "flaky",
        "copied": "answer_readable",
        "cheat": "unverifiable",
        "broken": "unverifiable",
    }
    taken = keep_passed(rows, Execution.model_validate({"accept_flags": ["flaky"]}))
    assert "chance" in taken.kept["response_id"].to_list()


@pytest.mark.parametrize(
    ("passed", "failed", "suspicious", "said"),
    [
        (100, 0, True, "do the tests prove anything"),
        (99, 1, True, "do the tests prove anything"),
        (1, 99, True, "most are fail"),
        (50, 50, False, "50.0% of 100 programs passed"),
        (19, 0, False, "too few"),
        (0, 0, False, "too few"),
    ],
)
def test_a_share_that_tells_nothing_apart_is_suspicious(
    passed: int, failed: int, suspicious: bool, said: str
) -> None:
    verdicts = pl.DataFrame({"verdict": ["pass"] * passed + ["fail"] * failed}, schema={"verdict": pl.String})
    found = suspicious_share(verdicts)
    assert found[0] is suspicious
    assert said in found[1]
