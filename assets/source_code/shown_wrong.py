"""Blocks that an answer shows as what not to do: said in the sentence before the block, or in its first comment.

Only words that point at what follows count: "this is wrong:", "Don't do this:", "**Incorrect version**", "# BAD". What
was said of the block before ("That is wrong. Corrected:") does not.
"""

import re

_BAD = r"(?:wrong|incorrect|buggy|broken|flawed|faulty|erroneous|bad)"
_CODE = (
    r"(?:way|approach|version|code|implementation|solution|attempt|example|function|answer|one|snippet|results?"
    r"|output|program|method)"
)
_NOT = r"(?:don['\u2019]?t|do not|never)"

_WRONG = re.compile(
    # this is wrong; the following would be incorrect; this gives wrong results
    r"(?:^|\W)(?:this|it|the (?:following|next|code below|version below)[\w ]*?)"
    r"\s*(?:is|['\u2019]s|would be|are|gives?|returns?|produces?)"
    rf"\s+(?:also |clearly |plainly |simply |a |an |the )*{_BAD}\b"
    rf"|\b{_BAD}\s+{_CODE}\b"
    r"|\b(?:will not|won['\u2019]t|does not|doesn['\u2019]t|wouldn['\u2019]t|would not)\s+work\b"
    # don't do this; avoid ...; a common mistake; how not to
    rf"|(?:^|\W){_NOT}\s+(?:ever )?(?:do|write|use|code|try|copy|submit)\s+(?:it\s+)?"
    r"(?:this|that|so|something|like|the following|code like|as follows|either)\b"
    r"|^(?:please )?avoid\b"
    r"|\b(?:common|typical|frequent|classic|easy|usual)\s+(?:mistake|error|pitfall|bug)s?\b"
    r"|\bhow (?:not|never) to\b|\bwhat not to\b"
    # your original code was; the old version
    r"|\boriginal\s+(?:\w+\s+)?(?:code|version|function|implementation|attempt)\s*(?:was|is|looked like|had been)?$"
    r"|^(?:for (?:reference|comparison)\W+)?(?:your|the) (?:old|previous|earlier) (?:code|version|attempt)"
    r"\s*(?:was|is)?$"
    # a line of its own: Bad; Before; Incorrect version; a cross
    rf"|^(?:{_BAD}|before|{_NOT}|not like this|not this|anti-?pattern|counter-?example|original|old)(?:\s+{_CODE})?$"
    r"|^\W*[\u274c\u2717\u2718\u26d4\U0001f6ab\U0001f44e]",
    re.IGNORECASE,
)
_RIGHT = re.compile(
    r"\b(?:fix(?:es|ed|ing)?|correct(?:s|ed|ly|ion)?|repair(?:s|ed)?|right|proper(?:ly)?|improved?|final|updated"
    r"|revised|mended|instead|now|not (?:wrong|bad|broken|buggy|incorrect)|good|better|solves?|addresses|rewritten"
    r"|refactored)\b|\u2705|\u2714",
    re.IGNORECASE,
)
_NOT_RIGHT = re.compile(
    r"\b(?:is|are|was)(?:n['\u2019]t| not) (?:right|correct)\b|\bnot (?:correct|right|proper)\b",
    re.IGNORECASE,
)
_COMMENT = re.compile(r"^[ \t]*(?:#+|//+|--|/\*+|\"\"\"|'''|;+|%+)[ \t]*(.*)$")
_COMMENT_SAYS = re.compile(
    rf"^\W*(?:{_BAD}|{_NOT} (?:do|use) (?:this|it|that)|before|original|old|not like this)(?:\s+{_CODE})?"
    r"\s*(?:$|[:!(,.;\u2014-])|^\W*[\u274c\u2717\u2718]",
    re.IGNORECASE,
)


def is_shown_wrong(before: str, code: str) -> bool:
    """Whether `before`, the prose up to a block, or the first comment of `code` says that it is wrong."""
    return _says_wrong(before) or _is_marked(code)


def _says_wrong(before: str) -> bool:
    """Whether the last sentence of `before` speaks of what follows, and ill of it."""
    paragraph = next((part for part in reversed(re.split(r"\n\s*\n", before)) if part.strip()), "")
    line = paragraph.strip().split("\n")[-1]
    line = re.sub(r"^[\s>]*(?:#{1,6}\s+|(?:[-*+]|\d+[.)])\s+)?", "", line)
    sentences = [part for part in re.split(r"(?<=[.!?])\s+", line.strip(" *_`#")) if part.strip(" *_:.!-")]
    if not sentences:
        return False
    last = _NOT_RIGHT.sub("is wrong", sentences[-1].strip(" *_:.!-"))
    return _RIGHT.search(last) is None and _WRONG.search(last) is not None


def _is_marked(code: str) -> bool:
    first = next((line for line in code.split("\n") if line.strip()), "")
    said = _COMMENT.match(first)
    return said is not None and _COMMENT_SAYS.match(said[1]) is not None
