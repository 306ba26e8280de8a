"""Reading programs without running them: tree-sitter trees, and text with comments and strings blanked.

Belongs here: what every language asks of a source text. Which assertions count is decided in
`assertions.py`; what an answer must not redefine, in each language's own file.
"""

import re
from collections.abc import Iterator
from functools import cache

import tree_sitter

from resources.languages import RECORDS
from resources.languages.grammars import grammar

_OPAQUE = re.compile(
    r"comment|^(interpreted_|raw_|verbatim_|interpolated_|encapsed_|template_|ansi_c_)?string(_literal|_content"
    r"|_expression)?$|^char(acter)?_literal$|^rune_literal$|heredoc_body|nowdoc|^regex$|^text$"
)


@cache
def _parser(language: str) -> tree_sitter.Parser:
    return tree_sitter.Parser(grammar(language, RECORDS[language].grammar.fragment))


def parse(language: str, text: str) -> tree_sitter.Node:
    """Root node of `text`, with error nodes where it is not whole; byte offsets are those of its UTF-8."""
    return _parser(language).parse(text.encode()).root_node


def walk(node: tree_sitter.Node) -> Iterator[tree_sitter.Node]:
    """`node` and all below it, parents first; a deep tree does not exhaust Python's stack."""
    waiting = [node]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(reversed(node.children))


def declared_name(node: tree_sitter.Node) -> str | None:
    """The name that a function's or variable's definition gives; None where it has none."""
    found = node.child_by_field_name("name") or node.child_by_field_name("declarator")
    while found is not None and (inner := found.child_by_field_name("declarator")) is not None:
        found = inner
    return found.text.decode(errors="replace") if found is not None and found.text else None


def code_only(language: str, text: str) -> str:
    """`text` with comments and the insides of strings blanked; line breaks and byte offsets stay.

    Bash keeps its double-quoted strings: what is in them is run.
    """
    source = bytearray(text.encode())
    waiting = [parse(language, text)]
    while waiting:
        node = waiting.pop()
        opaque = _OPAQUE.search(node.type) is not None
        if opaque and not (language == "bash" and node.type == "string"):
            inside = source[node.start_byte : node.end_byte]
            source[node.start_byte : node.end_byte] = re.sub(rb"[^\n]", b" ", inside)
        else:
            waiting.extend(node.children)
    return source.decode(errors="replace")


def edit(text: str, edits: list[tuple[int, int, str]]) -> str:
    """`text` with byte ranges replaced; the ranges must not overlap (insertions: start = end)."""
    source = text.encode()
    pieces: list[bytes] = []
    position = 0
    for start, end, new in sorted(edits, key=lambda one: one[:2]):
        pieces += [source[position:start], new.encode()]
        position = end
    return b"".join([*pieces, source[position:]]).decode()


def closed(code: str, tests: str) -> tuple[str, str]:
    """Both, where the tests begin with the brace that closes the answer's last function: it is the answer's."""
    head = re.match(r"[\s}]*\}", tests)
    return (f"{code}\n{head[0].strip()}", tests[head.end() :]) if head else (code, tests)
