"""Words by which tests in each language fail: a text without any of them asserts nothing.

A first look at a response's form, by words alone. Whether an assertion is ever run is the sandbox's to say
(`resources/sandbox/languages`, whose sites these follow); so what it takes for a test must be found here.
Python is parsed instead, in `sections.py`.
"""

import re
from functools import cache

from resources.languages import RECORDS


def asserts_something(tests: str, language: str) -> bool:
    """Whether what fails a test is in `tests`, lines that are comments aside; true for other languages."""
    words = RECORDS[language].test_words if language in RECORDS else ""
    if not words:
        return True
    return re.search(words, _comment_lines(language).sub("", tests)) is not None


@cache
def _comment_lines(language: str) -> re.Pattern[str]:
    """Lines that are comments, and lines of a block comment that begin as such lines do."""
    record = RECORDS[language]
    marks = [re.escape(mark) for mark in record.line_comments]
    if record.block_comment is not None:
        marks += [re.escape(record.block_comment[0]), r"\*\s"]
    if "//" in record.line_comments:
        marks = [r"#(?!\[)" if mark == r"\#" else mark for mark in marks]  # PHP's `#[...]` is an attribute
    return re.compile(rf"^\s*(?:{'|'.join(marks)}).*$", re.MULTILINE)
