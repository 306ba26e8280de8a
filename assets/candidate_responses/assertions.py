"""Words by which tests in each language fail: a text without any of them asserts nothing.

A first look at a response's form, by words alone. Whether an assertion is ever run is the sandbox's to say
(`resources/sandbox/languages`, whose sites these follow); so what it takes for a test must be found here.
Python is parsed instead, in `sections.py`.
"""

import re

_NODE = r"assert|expect\s*\(|\bthrow\b|process\s*\.\s*exit|[eE]qual\s*\(|\b(?:ok|throws|rejects)\s*\("
"""Node's assert module, whole or taken apart, other libraries' `expect`, and what ends a script by hand."""

WORDS = {
    "javascript": _NODE,
    "typescript": _NODE,
    # the statement, JUnit's methods and what ends a program by hand
    "java": r"\bassert\w*|\bthrow\b|System\s*\.\s*exit",
    # <cassert>, exceptions, and a status that main returns
    "cpp": r"assert|\bthrow\b|\b(?:abort|\w*exit|terminate)\s*\(|\breturn\s+(?!0\s*;)",
    "csharp": r"\bAssert\b|\bthrow\b|Environment\s*\.\s*(?:Exit|FailFast)",
    # no assertions in the language: panics, and the methods of testing.T and log
    "go": r"\bpanic\s*\(|os\s*\.\s*Exit|\.\s*(?:Error|Errorf|Fatal\w*|Fail|FailNow|Panic\w*)\s*\(",
    # macros, and the methods that panic on an error or a missing value
    "rust": r"assert\w*!|\b(?:panic|unreachable|todo)!|\.\s*(?:unwrap|expect)\w*\s*\(|process\s*::\s*exit|\?\s*;",
    "php": r"\bassert\w*|\bthrow\b|\b(?:exit|die)\b|\btrigger_error\b",
    "ruby": r"\b(?:raise|fail|abort|exit)\b|\bassert\w*|\brefute\w*",
    "swift": r"\bassert\w*|\bprecondition\w*|\bfatalError\b|\bXCT\w+|#expect|#require|\bthrow\b|\bexit\s*\(",
    # any command may fail a script; these are the ones that tests are made of
    "bash": r"\bexit\b|\breturn\b|\bset\s+-\w*e|\bfalse\b|assert|\[|\btest\b|\b(?:diff|cmp|grep)\b",
}
"""Language -> what fails in it, as a regular expression."""

_COMMENT_LINE = {
    "ruby": r"^\s*#.*$",
    "bash": r"^\s*#.*$",
    "php": r"^\s*(?:#(?!\[)|//|\*|/\*).*$",
}
_OTHER_COMMENT_LINE = r"^\s*(?://|/\*|\*\s).*$"


def asserts_something(tests: str, language: str) -> bool:
    """Whether a word of `WORDS` stands in `tests`, lines that are comments aside; true for other languages."""
    if language not in WORDS:
        return True
    comments = _COMMENT_LINE.get(language, _OTHER_COMMENT_LINE)
    return re.search(WORDS[language], re.sub(comments, "", tests, flags=re.MULTILINE)) is not None
