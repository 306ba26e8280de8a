"""What MultiPL-E's samples leave open: its stop tokens end a completion before the function's own closing brace.

Its tests close the function there; here tests stand alone, so the answer is closed. Other benchmarks' completions are
judged as they are: an open brace is their mistake. Where a completion is cut is in `cutting.py`.
"""

import re

from resources.sandbox.languages import LANGUAGES as SANDBOXED
from resources.sandbox.languages.syntax import parse

_ID = re.compile(r"[\w.]+/(?:HumanEval|mbpp)_\d+_\w+")
_MOST = 3
"""Blocks that a prompt opens at most: a namespace or module, a class and its method."""


def closed(problem_id: str, language: str, code: str) -> str:
    """`code` with the fewest closing braces (Ruby: `end`) that make it whole; as it is where none do."""
    if _ID.fullmatch(problem_id) is None or language not in SANDBOXED or not _is_broken(language, code):
        return code
    closing = "\nend" if language == "ruby" else "\n}"
    attempts = (code.rstrip() + closing * count + "\n" for count in range(1, _MOST + 1))
    found = next((attempt for attempt in attempts if not _is_broken(language, attempt)), None)
    if found is None and language == "bash":
        # its grammar reads less than Bash does, so that a whole program can look broken
        found = code.rstrip() + closing * _left_open(code) + "\n"
    return code if found is None else found


def _left_open(code: str) -> int:
    """Functions of Bash that begin a line and whose brace does not end one."""
    return max(0, len(re.findall(r"(?m)^\w+ *\(\) *\{ *$", code)) - len(re.findall(r"(?m)^\} *$", code)))


def _is_broken(language: str, code: str) -> bool:
    return parse(language, re.sub(r"\A\s*<\?php", "", code) if language == "php" else code).has_error
