"""What a line that tests print, or a variable that they count in, says of a check: that it held, or that it failed.

Belongs here: the words. Tests of every script language report so; where such a report stands and whether it was
reached is decided in each language's own file.
"""

import re
from typing import Literal

Report = Literal["pass", "fail"]

_FAIL = (
    r"\bfail(?:ed|ure|ures|s)?\b|\bnot\s+ok\b|\bmismatch\w*|\bincorrect\w*|\bwrong\b|\bunexpected\w*"
    r"|\bassertion\s+error\b|\bexpected\b.*\b(?:got|actual|but|received|was)\b|[✗✘❌✖🔴]"
)
_PASS = r"\bpass(?:ed|es)?\b|\bok\b|\bsuccess\w*|\bsucceeded\b|\bcorrect(?:ly)?\b|\bas expected\b|[✓✔✅🟢]"
_WORD = re.compile(f"(?P<fail>{_FAIL})|(?P<pass>{_PASS})", re.IGNORECASE)
_HEADING = re.compile(r"^\W*(?:testing|running|checking|case|scenario)\b", re.IGNORECASE)
_NONE_FAILED = re.compile(
    r"\b(?:0|no|zero|without)\s+(?:tests?\s+)?(?:fail\w*|mismatch\w*|unexpected\w*)"
    r"|\bfail(?:ed|ures?|s)?(?:\s+tests?|\s+count)?\W{1,4}0(?![.\d])",
    re.IGNORECASE,
)
_FAIL_NAME = re.compile(
    r"fail|mismatch|(?:^|_)(?:num_?)?(?:err(?:or)?s?|wrong|bad|broken|ko)(?:_?count)?$", re.I
)
_PASS_NAME = re.compile(
    r"pass|(?:^|_)(?:ok|success(?:es|ful)?|correct|good)(?:_?count)?$|allok", re.IGNORECASE
)


def said(text: str) -> Report | None:
    """What `text` says of a check; None where it says nothing, is a heading, or says that none failed.

    The first word counts: `PASS: rejects a wrong input` is a pass.
    """
    if _HEADING.search(text):
        return None
    found = _WORD.search(_NONE_FAILED.sub(" ", text))
    if found is None:
        return None
    return "fail" if found["fail"] else "pass"


def counted_in(name: str) -> Report | None:
    """What a variable called `name` counts: failed checks, passed ones, or neither."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lstrip("$@")
    if _FAIL_NAME.search(words):
        return "fail"
    return "pass" if _PASS_NAME.search(words) else None
