"""Headings of answers in parts, in every form that models give them; what the parts must hold is not known here.

Markdown's own forms (`#### 4. Tests`, underlined), bold (`**Reasoning**`), a name with a colon (`Reasoning:`), and a
name with text on its line (`Problem: title`). A looser form counts only where stricter ones do not give all parts.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assets.source_code.code_blocks import Scan

_NUMBER = r"(?:(?:step|part|section)\s+)?(?:\d{1,2}|[ivx]{1,4})?\s*[.):-]?\s*"
_MARKS = r"[*_\[]*"
_ENDS = r"[*_\]]*"


@dataclass(frozen=True)
class Heading:
    """A heading: its name, its first and last line, and the text behind the name on the line."""

    name: str
    first: int
    line: int
    rest: str


def headings(scanned: Scan, names: Sequence[str]) -> list[Heading]:
    """The headings of `scanned` by the strictest form that has each of `names` once and in order.

    Where no form does, by the form that has most of them. A name may be an expression.
    """
    best: list[Heading] = []
    for form in _forms(names):
        found = _found(scanned, form, names)
        if [heading.name for heading in found] == list(names):
            return found
        if len({heading.name for heading in found}) > len({heading.name for heading in best}):
            best = found
    return best


def _forms(names: Sequence[str]) -> list[re.Pattern[str]]:
    title = rf"{_MARKS}\s*{_NUMBER}{_MARKS}\s*(?:{'|'.join(f'({name})' for name in names)})\s*{_ENDS}\s*"
    level, end = r"#{1,6}\s*", r"\s*#*\s*$"
    bold = rf"(?:\d{{1,2}}[.)]\s+|[-*]\s+)?(?=[*_]{{2}}|\[){title}:?\s*{_ENDS}{end}"
    hashed = rf"{level}{title}:?\s*{_ENDS}{end}"
    colon = rf"{title}:\s*{_ENDS}{end}"
    bare = rf"{title}{end}"
    on_line = rf"(?:{level}|\d{{1,2}}[.)]\s+)?{title}:\s*{_ENDS}\s*(?P<rest>\S.*)$"
    tried = (
        [hashed],
        [hashed, bold],
        [hashed, bold, colon],
        [hashed, bold, colon, bare],
        [hashed, bold, colon, on_line],
    )
    return [
        re.compile("|".join(rf"^ {{0,3}}{_numbered(form, i)}" for i, form in enumerate(forms)), re.IGNORECASE)
        for forms in tried
    ]


def _numbered(form: str, place: int) -> str:
    """`form` with a name for its rest that no other form of the expression has."""
    return form.replace("(?P<rest>", f"(?P<rest{place}>")


def _found(scanned: Scan, form: re.Pattern[str], names: Sequence[str]) -> list[Heading]:
    found: list[Heading] = []
    for number, line in enumerate(scanned.lines):
        if not scanned.prose[number]:
            continue
        underlined = line.strip()[:1] not in ("", "#") and _underline(scanned, number + 1)
        match = form.match(f"# {line.strip()}" if underlined else line)
        if match is None:
            continue
        said = [group for group in match.groups() if group is not None]
        rest = next((text for key, text in match.groupdict().items() if key.startswith("rest") and text), "")
        title = next(text for text in said if any(re.fullmatch(name, text, re.IGNORECASE) for name in names))
        name = next(name for name in names if re.fullmatch(name, title, re.IGNORECASE))
        found.append(Heading(name, number, number + bool(underlined), rest))
    return found


def _underline(scanned: Scan, number: int) -> bool:
    """Whether a line makes a heading of the one before it."""
    return (
        number < len(scanned.lines)
        and re.match(r"^ {0,3}(?:={3,}|-{3,})\s*$", scanned.lines[number]) is not None
    )
