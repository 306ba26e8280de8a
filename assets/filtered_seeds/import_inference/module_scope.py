"""What binds a name at the top level of a Python file: its imports, its definitions, its simple constants.

Read from the tree-sitter tree, so that a file with an error, or written for another Python, still tells what
it can. Looks into `if`, `try` and `with` at the top level (optional and type-only imports are there), not
into functions and classes. Which name a function needs is not decided here.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

from tree_sitter import Node, Parser

from resources.languages.grammars import grammar

_BLOCKS = {
    *("if_statement", "elif_clause", "else_clause", "try_statement", "except_clause", "finally_clause"),
    *("with_statement", "block"),
}
_LITERALS = {
    *("integer", "float", "string", "concatenated_string", "true", "false", "none", "unary_operator"),
}
_CONTAINERS = {"tuple", "list", "set", "dictionary", "pair", "parenthesized_expression", "comment"}
_SPACES = re.compile(rb"\\\s*\n|\s+")

MAX_CONSTANT_LENGTH = 200
"""Bytes of a constant's assignment beyond which it is data, not a constant."""


@dataclass
class ModuleScope:
    """Names bound at a file's top level."""

    imports: dict[str, list[str]] = field(default_factory=dict)
    """Name to the import lines that bind it, in the order of the file; one name a line."""
    stars: list[str] = field(default_factory=list)
    """`from m import *` lines."""
    relative: set[str] = field(default_factory=set)
    """Names bound by relative imports, which mean nothing outside the package."""
    definitions: set[str] = field(default_factory=set)
    """Names of functions, classes and variables."""
    constants: dict[str, str] = field(default_factory=dict)
    """Name to the assignment that binds it, where it is assigned once and the value is a short literal."""
    postponed_annotations: bool = False
    """Whether the file says `from __future__ import annotations`."""


def module_scope(content: bytes) -> ModuleScope:
    """The names that the Python file `content` (UTF-8) binds at its top level."""
    scope = ModuleScope()
    for node in _top_level(_parser().parse(content).root_node):
        match node.type:
            case "import_statement":
                _add_import(scope, node)
            case "import_from_statement":
                _add_from_import(scope, node)
            case "future_import_statement":
                scope.postponed_annotations |= b"annotations" in (node.text or b"")
            case "function_definition" | "class_definition":
                _define(scope, _field_text(node, "name"))
            case "decorated_definition":
                definition = node.child_by_field_name("definition")
                if definition is not None:
                    _define(scope, _field_text(definition, "name"))
            case "expression_statement" if node.children:
                _add_assignment(scope, node.children[0])
            case "for_statement":
                for name in _identifiers(node.child_by_field_name("left")):
                    _define(scope, name)
            case _:
                pass
    return scope


@cache
def _parser() -> Parser:
    return Parser(grammar("python"))


def _top_level(root: Node) -> Iterator[Node]:
    stack = list(reversed(root.children))
    while stack:
        node = stack.pop()
        if node.type in _BLOCKS:
            stack.extend(reversed(node.children))
        else:
            yield node


def _add_import(scope: ModuleScope, statement: Node) -> None:
    for module, alias in _imported(statement, "name"):
        name = alias or module.partition(".")[0]
        scope.imports.setdefault(name, []).append(f"import {module}" + (f" as {alias}" if alias else ""))


def _add_from_import(scope: ModuleScope, statement: Node) -> None:
    module = _field_text(statement, "module_name")
    if any(child.type == "wildcard_import" for child in statement.children):
        if not module.startswith("."):
            scope.stars.append(f"from {module} import *")
        return
    for imported, alias in _imported(statement, "name"):
        name = alias or imported
        if module.startswith("."):
            scope.relative.add(name)
        else:
            line = f"from {module} import {imported}" + (f" as {alias}" if alias else "")
            scope.imports.setdefault(name, []).append(line)


def _imported(statement: Node, name_field: str) -> Iterator[tuple[str, str | None]]:
    """What an import statement imports: each dotted name with its alias."""
    for node in statement.children_by_field_name(name_field):
        if node.type == "aliased_import":
            yield _field_text(node, "name"), _field_text(node, "alias")
        elif node.text:
            yield _text(node), None


def _add_assignment(scope: ModuleScope, node: Node) -> None:
    if node.type == "augmented_assignment":
        for name in _identifiers(node.child_by_field_name("left")):
            _define(scope, name)
        return
    if node.type != "assignment":
        return
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    names = _identifiers(left)
    known = [name for name in names if name in scope.definitions]
    for name in names:
        _define(scope, name)
    simple = left is not None and left.type == "identifier" and not known
    short = len(node.text or b"") <= MAX_CONSTANT_LENGTH
    annotated = node.child_by_field_name("type") is not None
    if simple and short and not annotated and right is not None and _is_literal(right):
        scope.constants[names[0]] = (node.text or b"").decode()


def _define(scope: ModuleScope, name: str) -> None:
    if name:
        scope.constants.pop(name, None)  # bound twice: no constant
        scope.definitions.add(name)


def _is_literal(node: Node) -> bool:
    if node.type in _LITERALS:
        # an f-string or `-x` is computed
        return not any(child.type in ("interpolation", "identifier", "call") for child in _descendants(node))
    return node.type in _CONTAINERS and all(_is_literal(child) for child in node.named_children)


def _identifiers(node: Node | None) -> list[str]:
    """Names bound by an assignment's left side: itself, or those of a pattern; not attributes and items."""
    if node is None:
        return []
    if node.type == "identifier":
        return [_text(node)]
    if node.type in ("pattern_list", "tuple_pattern", "list_pattern", "list_splat_pattern"):
        return [name for child in node.named_children for name in _identifiers(child)]
    return []


def _descendants(node: Node) -> Iterator[Node]:
    for child in node.children:
        yield child
        yield from _descendants(child)


def _field_text(node: Node, field_name: str) -> str:
    child = node.child_by_field_name(field_name)
    return "" if child is None else _text(child)


def _text(node: Node) -> str:
    return _SPACES.sub(b"", node.text or b"").decode(errors="replace")
