"""Code that stands amid prose without a fence: runs of lines that begin like code and parse."""

import re
from collections.abc import Callable

from resources.languages import RECORDS

_MOST_LINES = 400


def unfenced_code(text: str, language: str, parses: Callable[[str], bool]) -> list[str]:
    """The runs of lines of `text` that are code in `language`, in order."""
    begins = re.compile((language in RECORDS and RECORDS[language].begins) or r"(?!)")
    lines = text.split("\n")[:_MOST_LINES]
    found: list[str] = []
    number = 0
    while number < len(lines):
        if not begins.match(lines[number]):
            number += 1
            continue
        end = _end(lines, number, parses)
        if end is None:
            number += 1
        else:
            found.append("\n".join(lines[number:end]).rstrip())
            number = end
    return found


def _end(lines: list[str], first: int, parses: Callable[[str], bool]) -> int | None:
    """Where the longest run from `first` that parses ends: at an empty line, or before one that is not indented."""
    ends = [
        end
        for end in range(first + 1, len(lines) + 1)
        if end == len(lines) or not lines[end].strip() or not lines[end][:1].isspace()
    ]
    for end in reversed(ends):
        if parses("\n".join(lines[first:end])):
            return end
    return None
