"""The styles in which models write tests, each with an answer that is right and one that is wrong.

A style of `styles/LANGUAGE.txt` begins with `=== its name`; a verdict that is not pass for the right answer, or not
fail for the wrong one, stands behind a bar. The answers and the tests follow.
"""

import re
from pathlib import Path

import pytest

from resources.sandbox.base import Limits, SandboxUnavailable
from resources.sandbox.toolchains import judge_program, toolchain

STYLES = Path(__file__).parent / "styles"
LIMITS = Limits(retry_cpu_s=0.0)


def styles(file: Path) -> list[tuple[str, str, dict[str, str], dict[str, str], str]]:
    """(language, name, verdicts, answers, tests) of each style in `file`."""
    found = []
    for block in re.split(r"(?m)^=== ", file.read_text())[1:]:
        head, body = block.split("\n", 1)
        name, _, other = head.partition(" | ")
        right, rest = body.split("--- wrong\n")
        wrong, tests = rest.split("--- tests\n")
        verdicts = {"right": "pass", "wrong": "fail"} | dict(word.split("=") for word in other.split())
        found.append((file.stem, name, verdicts, {"right": right, "wrong": wrong}, tests))
    return found


ALL = [style for file in sorted(STYLES.glob("*.txt")) for style in styles(file)]


@pytest.mark.parametrize(
    ("language", "verdicts", "answers", "tests"),
    [pytest.param(*style[:1], *style[2:], id=f"{style[0]}-{style[1]}") for style in ALL],
)
@pytest.mark.slow(seconds=6)
def test_the_right_answer_passes_and_the_wrong_one_does_not(
    language: str, verdicts: dict[str, str], answers: dict[str, str], tests: str
):
    try:
        toolchain(language)
    except SandboxUnavailable as error:
        pytest.skip(str(error))
    judged = {which: judge_program(language, code, tests, LIMITS) for which, code in answers.items()}
    assert {which: found.verdict.value for which, found in judged.items()} == verdicts, judged
