"""The lines of a file at which a documented function begins, told by its text alone: where no tree can be trusted."""

import re
from collections.abc import Iterator

from assets.source_code.languages.rules import LanguageRules

_COMMENT = re.compile(rb"\s*(?://|/\*|\*|=begin|=end)")
ATTRIBUTE = re.compile(rb"\s*(?:@|#\[|\[)")
_HASH_COMMENT = re.compile(rb"\s*#(?!\[)")
_DEFINITION = re.compile(rb"[ \t]*(?:async[ \t]+)?(def|class)\b")


def documented_starts(source: bytes, lines: list[bytes], rules: LanguageRules) -> Iterator[int]:
    """Rows in which documented functions may begin, in order, each once."""
    places = sorted({found.start() for hint in rules.documentation_hints for found in hint.finditer(source)})
    row, counted_to, last = 0, 0, -1
    for place in places:
        row += source.count(b"\n", counted_to, place)
        counted_to = place
        first = _definition_row(lines, row) if rules.documentation_is_inside else _comment_row(lines, row)
        if first is not None and first > last:
            last = first
            yield first


def _definition_row(lines: list[bytes], row: int) -> int | None:
    """The row in which the function (decorators included) begins whose signature ends in `row`."""
    for first in range(row, max(-1, row - 50), -1):
        definition = _DEFINITION.match(lines[first])
        if definition is not None:
            if definition.group(1) == b"class":
                return None
            while first and lines[first - 1].lstrip().startswith(b"@"):
                first -= 1
            return first
    return None


def _comment_row(lines: list[bytes], row: int) -> int | None:
    """The row in which the run of comments begins that `row` stands in; null where code stands before it."""
    line = lines[row].strip()
    if not _COMMENT.match(line) and not line.startswith(b"#"):
        return None
    if line.startswith((b"/*", b"=begin")):
        return row
    if line.startswith((b"*", b"=end")) or (line.endswith(b"*/") and not line.startswith(b"//")):
        opening = b"=begin" if line.startswith(b"=end") else b"/*"
        return next(
            (first for first in range(row, -1, -1) if lines[first].lstrip().startswith(opening)), None
        )
    marker = re.match(rb"///|//!|//|#", line)
    while marker is not None and row and lines[row - 1].lstrip().startswith(marker.group()):
        row -= 1
    return row


def is_comment(line: bytes, rules: LanguageRules) -> bool:
    """Whether a line is a comment in the language of `rules`."""
    hash_begins_one = rules.documentation_is_inside or rules.documentation_form("# a word") is not None
    return bool(_COMMENT.match(line) or (hash_begins_one and _HASH_COMMENT.match(line)))


def indent_of(line: bytes) -> int:
    """Columns before a line's first character, tabs counted as eight."""
    return len(line.expandtabs(8)) - len(line.expandtabs(8).lstrip())
