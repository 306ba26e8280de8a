"""Code that stands amid prose without a fence: runs of lines that begin like code and parse.

At the left margin, or indented as a whole (Markdown's other way to show code): then the run is apart from what is
before it, and its indentation is taken away.
"""

import re
import textwrap
from collections.abc import Callable

from resources.languages import RECORDS

_MOST_LINES = 400
_OPENS = re.compile(
    r"[{}();,=\[\]]\s*$|^\s*(?:if|for|while|else|elif|try|except|finally|with|match|case|do|unless)\b.*:$"
)
"""A line that other code goes on from."""

_CLOSES = re.compile(r"\s*(?:[})\]]|end\b|else\b|elif\b|except\b|finally\b)")
_HEADING = re.compile(r"#{2,6} \S")


def unfenced_code(text: str, language: str, parses: Callable[[str], bool]) -> list[str]:
    """The runs of lines of `text` at the left margin that are code in `language`, in order."""
    return _runs(text.split("\n")[:_MOST_LINES], _begins(language), parses)


def indented_code(text: str, language: str, parses: Callable[[str], bool]) -> list[str]:
    """The runs of lines of `text` that are code in `language` once their common indentation is taken away."""
    begins = _begins(language)
    return [
        code
        for part in _indented_parts(text.split("\n")[:_MOST_LINES], begins)
        for code in _runs(textwrap.dedent(part).split("\n"), begins, parses)
    ]


def _begins(language: str) -> re.Pattern[str]:
    return re.compile((language in RECORDS and RECORDS[language].begins) or r"(?!)")


def _runs(lines: list[str], begins: re.Pattern[str], parses: Callable[[str], bool]) -> list[str]:
    found: list[str] = []
    number = 0
    headed = False
    while number < len(lines):
        headed = headed or _HEADING.match(lines[number]) is not None
        end = _end(lines, number, parses, headed) if begins.match(lines[number]) else None
        if end is None:
            number += 1
        else:
            found.append("\n".join(lines[number:end]).rstrip())
            number = end
    return found


def _end(lines: list[str], first: int, parses: Callable[[str], bool], headed: bool) -> int | None:
    """Where the longest run from `first` that parses ends: at an empty line, or before one that is not indented.

    In a text with headings (`headed`) a run ends before the next one.
    """
    last = len(lines)
    if headed:
        last = next((i for i in range(first + 1, last) if _HEADING.match(lines[i])), last)
    ends = [
        end
        for end in range(first + 1, last + 1)
        if end == last or not lines[end].strip() or not lines[end][:1].isspace()
    ]
    for end in reversed(ends):
        if parses("\n".join(lines[first:end])):
            return end
    return None


def _indented_parts(lines: list[str], begins: re.Pattern[str]) -> list[str]:
    """Runs of lines that are indented as a whole and begin like code, each below prose and not inside other code."""
    found: list[str] = []
    number = 0
    while number < len(lines):
        line = lines[number]
        margin = line[: len(line) - len(line.lstrip())]
        if not margin or begins.match(line.lstrip()) is None or not _is_apart(lines[:number], margin, begins):
            number += 1
            continue
        end = number
        while end < len(lines) and (not lines[end].strip() or lines[end].startswith(margin)):
            end += 1
        if end == len(lines) or not _CLOSES.match(lines[end]):
            found.append("\n".join(lines[number:end]).rstrip())
        number = end
    return found


def _is_apart(above: list[str], margin: str, begins: re.Pattern[str]) -> bool:
    """Whether what is indented by `margin` stands below prose: behind an empty line or a colon, and in no block."""
    before = next((line for line in reversed(above) if line.strip()), "")
    if not before:
        return True
    below = not above[-1].strip() or before.rstrip().endswith((":", "."))
    inside = _OPENS.search(before) is not None or begins.match(before.lstrip()) is not None
    return below and not inside and len(before) - len(before.lstrip()) < len(margin)
