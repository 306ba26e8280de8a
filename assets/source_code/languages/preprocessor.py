"""Text that stands for something else until a preprocessor has run: taken out, every other byte in its place.

Grammars read C++, C# and Swift as they are in the file; where two branches of an `#if` open one brace each, no tree
can be right. What is blank here is blank for the grammar only: seeds are cut from the file.
"""

import re
from itertools import pairwise

_NO_LINE_END = re.compile(rb"[^\n]+")
_DIRECTIVE = re.compile(
    rb"^[ \t]*#[ \t]*(if|ifdef|ifndef|elif|elseif|else|endif)\b(?:[^\n\\]|\\.)*", re.MULTILINE | re.DOTALL
)


def blank(text: bytes) -> bytes:
    """Spaces for every byte that ends no line."""
    return _NO_LINE_END.sub(lambda line: b" " * len(line.group()), text)


def blank_matches(pattern: re.Pattern[bytes], source: bytes) -> bytes:
    """`source` with the first group of each match blank."""
    parts, end = [], 0
    for match in pattern.finditer(source):
        first, last = match.span(1)
        parts += [source[end:first], blank(source[first:last])]
        end = last
    return b"".join([*parts, source[end:]]) if parts else source


def longest_branches(source: bytes) -> bytes:
    """`source` with the longest branch of every `#if` alone (the first of equals), and without the directives.

    Not always the first: a guard against an old compiler has the whole file in its `#else`.
    """
    blanks: list[tuple[int, int]] = []
    open_groups: list[list[tuple[int, int]]] = []  # of each group that is open, its directives so far
    for directive in _DIRECTIVE.finditer(source):
        blanks.append(directive.span())
        word = directive.group(1)
        if word in (b"if", b"ifdef", b"ifndef"):
            open_groups.append([directive.span()])
        elif open_groups:
            group = open_groups[-1]
            group.append(directive.span())
            if word == b"endif":
                open_groups.pop()
                branches = [(before[1], after[0]) for before, after in pairwise(group)]
                longest = max(branches, key=lambda branch: branch[1] - branch[0])
                blanks += [branch for branch in branches if branch != longest]
    if not blanks:
        return source
    text = bytearray(source)
    for first, last in blanks:
        text[first:last] = blank(source[first:last])
    return bytes(text)
