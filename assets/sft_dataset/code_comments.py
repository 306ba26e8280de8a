"""Code without its comments, in the languages beside Python: found by tree-sitter, cut out by their place.

Documentation stays, as Python's docstrings do: `/** */` and `///` where a language has them, and in Go, Ruby and
Bash the comments right above what they document. Comments that mean something to a tool that builds or runs the
code stay too. Python's own way is in `python_comments.py`.
"""

import re
from collections.abc import Iterator
from itertools import pairwise

from tree_sitter import Node

from assets.source_code.languages import rules_of
from assets.source_code.parsing import Deadline, ParseTimeout, parse
from resources.languages import LANGUAGES

PARSE_SECONDS = 5.0
"""Of the thread's own time; code that takes longer keeps its comments."""

_COMMENT = re.compile(r"comment$")
_MEANT_FOR_TOOLS = re.compile(
    rb"#!|//go:|//\s*\+build|//export\b|///?\s*<reference|//\s*@ts-"
    rb"|#\s*(?:-\*-\s*)?(?:frozen_string_literal|(?:en)?coding|warn_indent|shareable_constant_value)\b"
)
_DOCUMENTED = {
    "go": re.compile(r"^(function|method|type|const|var|import)_declaration$|^package_clause$"),
    "ruby": re.compile(r"^(method|singleton_method|class|module)$"),
    "bash": re.compile(r"^function_definition$"),
}
"""Languages whose documentation is in ordinary comments: the nodes that those right above belong to."""


def without_code_comments(code: str, language: str, *, whole_lines: bool = False) -> str:
    """`code` without its comments, lines that were only a comment gone; the same in all other tokens.

    `whole_lines`: only comments that have their lines for themselves go. Unchanged where the grammar finds errors,
    where there is none for `language`, and where the rest would not be read as before.
    """
    if language not in LANGUAGES:
        return code
    opening = "<?php\n" if language == "php" and "<?" not in code else ""
    source = (opening + code).encode()
    dialect = rules_of(language).dialects[0]
    try:
        root = parse(source, dialect, Deadline(PARSE_SECONDS)).root_node
        if root.has_error:
            return code
        cuts = [
            _cut(source, node)
            for node in _comments(root)
            if not _stays(node, source, language) and (not whole_lines or _has_own_lines(node, source))
        ]
        if not cuts:
            return code
        bare = _without(source, cuts)
        after = parse(bare, dialect, Deadline(PARSE_SECONDS)).root_node
    except ParseTimeout:
        return code
    if after.has_error or list(tokens(after, bare)) != list(tokens(root, source)):
        return code
    return bare.decode().removeprefix(opening)


def tokens(root: Node, source: bytes) -> Iterator[tuple[str, bytes]]:
    """Type and text of every leaf that is no comment, in order."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if _COMMENT.search(node.type):
            continue
        if node.children:
            waiting.extend(reversed(node.children))
        elif node.end_byte > node.start_byte:
            # tokens that are white space alone (Bash's line ends) differ where comments stood between
            text = source[node.start_byte : node.end_byte].strip()
            if text:
                yield node.type, text


def _comments(root: Node) -> Iterator[Node]:
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if _COMMENT.search(node.type):
            yield node
        else:
            waiting.extend(node.children)


def _stays(node: Node, source: bytes, language: str) -> bool:
    text = source[node.start_byte : node.end_byte]
    if _MEANT_FOR_TOOLS.match(text):
        return True
    documented = _DOCUMENTED.get(language)
    if documented is None:
        return rules_of(language).documentation_form(text.decode()) is not None
    if not _has_own_lines(node, source):
        return False
    # a run of comments without a gap, and what it documents on the line after it
    while (after := node.next_named_sibling) is not None:
        if after.start_point[0] != _last_row(node) + 1:
            return False
        if not _COMMENT.search(after.type):
            top_level = language != "go" or (after.parent is not None and after.parent.parent is None)
            return top_level and documented.match(after.type) is not None
        node = after
    return False


def _last_row(node: Node) -> int:
    row, column = node.end_point
    return row - (column == 0 and node.end_byte > node.start_byte)


def _line_around(node: Node, source: bytes) -> tuple[int, int]:
    """Where the first line of `node` begins and its last one ends, its line break left out."""
    start = source.rfind(b"\n", 0, node.start_byte) + 1
    end = source.find(b"\n", max(node.end_byte - 1, node.start_byte))
    return start, end if end >= 0 else len(source)


def _has_own_lines(node: Node, source: bytes) -> bool:
    start, end = _line_around(node, source)
    return not (source[start : node.start_byte] + source[node.end_byte : end]).strip()


def _cut(source: bytes, node: Node) -> tuple[int, int, bytes]:
    """The range to cut out for a comment, and what to put there so that the tokens around stay apart."""
    start, end = _line_around(node, source)
    if _has_own_lines(node, source):
        return start, min(end + 1, len(source)), b""
    before, behind = source[start : node.start_byte], source[node.end_byte : end]
    if not behind.strip():
        return start + len(before.rstrip()), end, b""
    inside = source[node.start_byte : node.end_byte]
    if b"\n" in inside:
        return node.start_byte, node.end_byte, b"\n"  # it ended a line, which may end a statement
    return node.start_byte, node.end_byte, b"" if before[-1:].isspace() or not before else b" "


def _without(source: bytes, cuts: list[tuple[int, int, bytes]]) -> bytes:
    ordered = sorted(cuts)
    pieces = [source[: ordered[0][0]]]
    for (_, end, put), (start, _, _) in pairwise([*ordered, (len(source), len(source), b"")]):
        pieces += [put, source[end : max(start, end)]]
    bare = b"".join(pieces)
    return bare if source.endswith(b"\n") else bare.rstrip(b"\n")
