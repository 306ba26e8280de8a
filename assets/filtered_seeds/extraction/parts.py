"""Which parts of a file need parsing: definitions at the top level that hold no documentation and no import do not.

Parsing is four fifths of what extraction costs. A cut is only believed where no string can reach over it, and a
tree with errors is made again from the whole file (`functions`); so what is found is what the whole file gives.
"""

from collections.abc import Sequence
from itertools import pairwise

from tree_sitter import Point, Range

from assets.source_code.languages.rules import LanguageRules

FEW_BYTES = 4096
"""A file below this costs less to parse than to take apart."""


def ranges_to_parse(source: bytes, rules: LanguageRules, hints: Sequence[int]) -> list[Range] | None:
    """The parts of `source` with documentation or imports, in order; null: the whole file is to be parsed.

    `hints` are the offsets, in order, at which documentation may begin.
    """
    if rules.top_level_definition is None or len(source) < FEW_BYTES:
        return None
    cuts = [0, *(found.start() for found in rules.top_level_definition.finditer(source)), len(source)]
    kept: list[tuple[int, int]] = []
    place, number_of_hints = 0, len(hints)
    for start, end in pairwise(cuts):
        if any(source.count(quotes, start, end) % 2 for quotes in rules.long_quotes):
            return None
        while place < number_of_hints and hints[place] < start:
            place += 1
        has_hint = place < number_of_hints and hints[place] < end
        if has_hint or source.find(b"import", start, end) >= 0:
            if kept and kept[-1][1] == start:
                kept[-1] = (kept[-1][0], end)
            else:
                kept.append((start, end))
    if not kept or sum(end - start for start, end in kept) == len(source):
        return None
    return _as_ranges(source, kept)


def _as_ranges(source: bytes, parts: list[tuple[int, int]]) -> list[Range]:
    ranges: list[Range] = []
    row = counted_to = 0
    for start, end in parts:
        row += source.count(b"\n", counted_to, start)
        last_row = row + source.count(b"\n", start, end)
        column = end - (source.rfind(b"\n", 0, end) + 1)
        ranges.append(Range(Point(row, 0), Point(last_row, column), start, end))
        row, counted_to = last_row, end
    return ranges
