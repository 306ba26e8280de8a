"""What a syntax tree says of a piece of code in any language: whether it parses, and what it defines at which place.

Bash is not parsed (its grammar reads memory that nobody wrote, on what models write): there words decide.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tree_sitter import Node

from assets.source_code.languages import rules_of
from assets.source_code.parsing import Deadline, ParseTimeout, parse

PARSE_SECONDS = 1.0

_BASH_FUNCTION = re.compile(r"(?m)^\s*(?:function\s+([\w:-]+)|([\w:-]+)\s*\(\s*\))")
_USES = re.compile(
    r"expression|invocation|call|access|argument|attribute|parameter|import|use|reference|type_identifier"
)
_IMPORTS = re.compile(
    r"import|include|using|use_declaration|require|package|namespace_use|preproc|extern_crate"
)
_UNDONE = re.compile(
    r"(?is)\s*(?:throw\b.*|(?:todo|unimplemented|unreachable|panic|fatalError)!?\s*\(.*\)|raise\b.*"
    r"|return(?:\s+(?:null|nil|undefined))?|pass|\.\.\.)?\s*;?\s*"
)
_PRINTS = re.compile(
    r"\s*(?:console\s*\.|(?:print|println|printf|puts|p|pp|echo|var_dump|print_r|assert\w*|expect|alert)\b"
    r"|assert\s*\.|process\.stdout|Debug\.|describe\s*\(|test\s*\(|it\s*\()"
)


@dataclass(frozen=True)
class Piece:
    """Code that was parsed: whether without an error, its definitions' names, those undone, and its parts."""

    source: str
    whole: bool
    defined: frozenset[str]
    undone: frozenset[str]
    imports_only: bool
    printing: tuple[tuple[int, int], ...]
    """First and last byte of each top-level statement that only prints or checks."""


def piece(source: str, language: str) -> Piece:
    """`source` read by its language's grammar; a text that takes too long counts as not parsed."""
    if language == "bash":
        names = frozenset(one or other for one, other in _BASH_FUNCTION.findall(source))
        return Piece(source, True, names, frozenset(), False, ())
    head = "<?php\n" if language == "php" and "<?" not in source else ""
    data = f"{head}{source}\n".encode()  # some grammars end a line only at its end
    root = None
    for dialect in rules_of(language).dialects:
        try:
            root = parse(data, dialect, Deadline(PARSE_SECONDS)).root_node
        except ParseTimeout:
            continue
        if not root.has_error:
            break
    if root is None:
        return Piece(source, False, frozenset(), frozenset(), False, ())
    definitions = list(_definitions(root))
    undone = {name for name, node in definitions if _does_nothing(node)}
    done = {name for name, node in definitions if not _does_nothing(node)}
    statements = [
        child for child in root.named_children if "comment" not in child.type and child.type != "php_tag"
    ]
    return Piece(
        source,
        not root.has_error,
        frozenset(name for name, _ in definitions),
        frozenset(undone - done),
        bool(statements) and all(_brings_in(child) for child in statements),
        ()
        if root.has_error
        else tuple(
            (child.start_byte - len(head), child.end_byte - len(head))
            for child in statements
            if _only_prints(child)
        ),
    )


def without_printing(found: Piece) -> str:
    """The source of `found` without its top-level statements that only print or check."""
    data = found.source.encode()
    for first, end in sorted(found.printing, reverse=True):
        data = data[:first] + data[end:].lstrip(b";")
    return data.decode(errors="ignore").rstrip()


def _definitions(root: Node) -> Iterator[tuple[str, Node]]:
    left = [root]
    while left:
        node = left.pop()
        name = node.child_by_field_name("name")
        if name is not None and not _USES.search(node.type):
            yield _text(name), node
        declarator = node.child_by_field_name("declarator") if node.type == "function_definition" else None
        while declarator is not None:  # C++: the name stands inside the declarator
            inner = declarator.child_by_field_name("declarator")
            if inner is None:
                yield _text(declarator).rpartition("::")[2], node
            declarator = inner
        left.extend(node.named_children)


def _does_nothing(node: Node) -> bool:
    body = node.child_by_field_name("body")
    if body is None:
        return False
    said = [child for child in body.named_children if "comment" not in child.type]
    if not said:
        return "class" not in node.type and "interface" not in node.type
    if "class" in node.type:
        return all(_does_nothing(child) for child in said)
    return len(said) == 1 and _says_undone(_text(said[0]))


def _says_undone(text: str) -> bool:
    if re.fullmatch(r"(?is)\s*(?:throw|raise|panic)\b.*", text):
        return re.search(r"(?i)implement|todo|unsupported", text) is not None
    return _UNDONE.fullmatch(text) is not None and text.strip().lower().startswith(
        ("todo", "unimpl", "fatalerror")
    )


def _brings_in(node: Node) -> bool:
    """Whether a statement is an import; in Ruby it is a call like others."""
    if _IMPORTS.search(node.type):
        return True
    return re.match(r"(?:require(?:_relative)?|include|use|import)\b", _text(node)) is not None


def _only_prints(node: Node) -> bool:
    if not re.search(r"expression_statement|call|echo_statement|^command$|^call_expression$", node.type):
        return False
    return _PRINTS.match(_text(node)) is not None


def _text(node: Node) -> str:
    return (node.text or b"").decode(errors="replace")
