"""Words by which tests in each language fail: a text without any of them asserts nothing.

A first look at a response's form, by words alone. Whether an assertion is ever run is the sandbox's to say
(`resources/sandbox/languages`, whose sites these follow); so what it takes for a test must be found here.
Python is parsed instead, in `sections.py`.
"""

import re

from resources.languages import RECORDS

_COMMENT_LINE = {
    "ruby": r"^\s*#.*$",
    "bash": r"^\s*#.*$",
    "php": r"^\s*(?:#(?!\[)|//|\*|/\*).*$",
}
_OTHER_COMMENT_LINE = r"^\s*(?://|/\*|\*\s).*$"


def asserts_something(tests: str, language: str) -> bool:
    """Whether what fails a test stands in `tests`, lines that are comments aside; true for other languages."""
    words = RECORDS[language].test_words if language in RECORDS else ""
    if not words:
        return True
    comments = _COMMENT_LINE.get(language, _OTHER_COMMENT_LINE)
    return re.search(words, re.sub(comments, "", tests, flags=re.MULTILINE)) is not None
