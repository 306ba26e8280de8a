"""Why a verdict says nothing about the answer: a closed list, one reason a row.

A verdict says what happened; a reason, which of the known ways in which tests prove nothing it was. Belongs here: the
list, and what can be told from a verdict and the tests' text alone.
"""

import re
from enum import StrEnum

from assets.verdicts.useless import function_bodies
from resources.languages import RECORDS
from resources.sandbox.base import Verdict
from resources.sandbox.languages import LANGUAGES as SANDBOXED
from resources.sandbox.languages.syntax import code_only


class Unproven(StrEnum):
    """One way in which tests prove nothing."""

    ZERO_TESTS = "zero_tests"  # no live check was there, or none was run
    ALL_SKIPPED = "all_skipped"  # every test was skipped
    ANSWER_NOT_REACHED = "answer_not_reached"  # the tests also hold for an answer that does nothing
    EXIT_STATUS_MASKED = "exit_status_masked"  # the status of the check is lost in a pipe
    ANSWER_READABLE = "answer_readable"  # the tests contain the answer's source, or read it
    REFERENCE_FAILS = "reference_fails"  # the task's own solution fails these tests
    FLAKY = "flaky"  # two runs gave two verdicts


DETAILS = {
    Unproven.ANSWER_NOT_REACHED: "the tests also hold for an answer that does nothing",
    Unproven.EXIT_STATUS_MASKED: "the tests also hold for an answer that does nothing: a pipe hides the check's status",
    Unproven.FLAKY: "a second run of the same program gave another verdict",
}

_SKIPPED = re.compile(r"\bskip|\bpending\b|\bignored\b", re.IGNORECASE)
_MASKED = re.compile(
    r"(?:^|[;&\n])\s*(?:!\s*)?(?:\[\[?\s|test\s|grep\s|diff\s|cmp\s|assert\w*\s|\w[\w./-]*\s[^|\n]*\|\s*(?:grep|diff|cmp)\b)"
    r"[^|\n]*\|(?!\|)[^|\n]*",
)
_SHORTEST_COPY = 30
"""Characters of code, white space left out, below which two functions are alike by chance."""


def reason_of(verdict: str, detail: str | None, language: str, tests: str | None) -> Unproven | None:
    """The reason of a verdict that no further run is needed for; None: it has none."""
    if verdict != Verdict.NO_TESTS:
        return None
    if _SKIPPED.search(detail or ""):
        return Unproven.ALL_SKIPPED
    if language == "bash" and is_masked(tests or ""):
        return Unproven.EXIT_STATUS_MASKED
    return Unproven.ZERO_TESTS


def is_masked(tests: str) -> bool:
    """Whether Bash tests put a check before a pipe, whose status is the last command's, and set no `pipefail`."""
    return (
        "pipefail" not in tests
        and "PIPESTATUS" not in tests
        and _MASKED.search(code_only("bash", tests)) is not None
    )


def is_readable(language: str, code: str, tests: str) -> bool:
    """Whether whoever wrote `tests` had the answer before them: they read its source, or hold a copy of a body."""
    text = code_only(language, tests) if language in SANDBOXED else tests
    reads_itself = RECORDS[language].reads_itself if language in RECORDS else ""
    if reads_itself and re.search(reads_itself, text):
        return True
    squeezed = re.sub(r"\s+", "", tests)
    return any(body in squeezed for name, body in _bodies(language, code) if not _defines(tests, name))


def _bodies(language: str, code: str) -> list[tuple[str, str]]:
    """Name and body, without white space, of each function of `code` that is too long to be alike by chance."""
    if language not in SANDBOXED and language != "python":
        return []
    found = [(name, re.sub(r"\s+", "", text)) for name, text in function_bodies(language, code)]
    return [(name, text) for name, text in found if len(text) >= _SHORTEST_COPY]


def _defines(tests: str, name: str) -> bool:
    """Whether the tests give the name a meaning of their own; then they do not reach the answer's by it."""
    return re.search(rf"\b(?:def|function|func|fn|class)\s+{re.escape(name)}\b", tests) is not None
