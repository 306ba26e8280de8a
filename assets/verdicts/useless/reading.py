"""Where functions, types, constants and names are in the syntax trees of answers, in all languages but Python."""

import re
from collections.abc import Iterator

from tree_sitter import Node

from resources.sandbox.languages.syntax import parse, walk

FUNCTIONS = {
    "function_declaration", "generator_function_declaration", "function_expression", "generator_function",
    "arrow_function", "method_definition", "function_definition", "method_declaration", "anonymous_function",
    "anonymous_function_creation_expression", "constructor_declaration", "compact_constructor_declaration",
    "accessor_declaration", "operator_declaration", "conversion_operator_declaration", "indexer_declaration",
    "property_declaration", "local_function_statement", "function_item", "method", "singleton_method",
    "lambda_expression", "func_literal", "closure_expression",
}  # fmt: skip
RUN_AT_ONCE = {"static_initializer", "class_static_block"}
TYPES = {
    "class_declaration", "class_specifier", "struct_specifier", "struct_item", "enum_item", "record_declaration",
    "struct_declaration", "enum_declaration", "enum_specifier", "type_spec", "class", "class_definition", "union_item",
}  # fmt: skip
_PLAIN_CALLS = {
    "javascript": re.compile(r"^\s*(?:module\.)?exports\b|^\s*(?:'use strict'|\"use strict\")"),
    "typescript": re.compile(r"^\s*(?:module\.)?exports\b"),
    "php": re.compile(r"^\s*(?:define|require|include|declare)\b"),
}
NO_TYPES = frozenset(("javascript", "typescript", "php", "ruby", "bash"))


def outermost(language: str, root: Node) -> Iterator[Node]:
    """Functions, constants, types and what runs at once, parents first; nothing inside a function."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        inside = node.is_named
        if inside and node.type != "program":
            yield node
        if inside and (node.type in FUNCTIONS and body_of(node) is not None):
            continue
        if is_run_at_once(language, node) or node.type in RUN_AT_ONCE:
            continue
        waiting.extend(reversed(node.children))


def result_of(language: str, node: Node) -> str | None:
    """The declared type of what a function returns, as text; `void` where it returns nothing; None: not declared."""
    if language in ("cpp", "c"):
        kind = node.child_by_field_name("type")
        if kind is None:
            return "void" if language == "cpp" else "int"
        start = text_of(kind)
        declarator = node.child_by_field_name("declarator")
        if declarator is not None and declarator.type.endswith(
            ("reference_declarator", "pointer_declarator")
        ):
            start += "&" if "reference" in declarator.type else "*"
        return start
    if node.type == "accessor_declaration":  # of the property around it
        holder = node.parent.parent if node.parent is not None else None
        return (
            text_of(holder.child_by_field_name("type"))
            if holder and text_of(node).startswith("get")
            else "void"
        )
    found = (
        node.child_by_field_name("return_type")
        or node.child_by_field_name("returns")
        or node.child_by_field_name("result")
        or node.child_by_field_name("type")
    )
    if found is None:
        return None if language in NO_TYPES else "void"
    return re.sub(r"^\s*(?::|->)\s*", "", text_of(found)) or None


def body_of(node: Node) -> Node | None:
    """What stands for a function's work; None where it has none."""
    found = node.child_by_field_name("body")
    if found is None and node.type in ("property_declaration", "indexer_declaration"):
        found = node.child_by_field_name("value")
        if found is not None and found.type != "arrow_expression_clause":
            found = None
    if found is None and node.type in ("constructor_declaration", "operator_declaration"):
        found = next(
            (child for child in node.named_children if child.type in ("block", "constructor_body")), None
        )
    return found


def name_of(node: Node) -> str | None:
    """The name that a node declares, out of C's declarators too."""
    found = node.child_by_field_name("name")
    if found is None:
        found = node.child_by_field_name("declarator")
        while found is not None and (inner := found.child_by_field_name("declarator")) is not None:
            found = inner
        if found is not None and found.type in ("reference_declarator", "pointer_declarator"):
            inner = next((n for n in walk(found) if n.type == "function_declarator"), None)
            found = inner.child_by_field_name("declarator") if inner is not None else found
        while found is not None and found.type == "qualified_identifier":
            found = found.child_by_field_name("name")
    if found is None:
        return None
    return text_of(found) or None


def assigned_name(node: Node) -> str | None:
    """The name that a function expression is given: `const f = () => …`, `exports.f = function …`."""
    holder = node.parent
    if holder is None:
        return None
    if holder.type in ("variable_declarator", "init_declarator", "var_spec"):
        return name_of(holder)
    if holder.type in ("assignment_expression", "pair", "assignment"):
        left = holder.child_by_field_name("left") or holder.child_by_field_name("key")
        return text_of(left).rpartition(".")[2] if left is not None else None
    return None


def owner_of(node: Node) -> str | None:
    """The type that a method belongs to: the one around it, Rust's `impl`, Go's receiver, C++'s `A::m`."""
    receiver = node.child_by_field_name("receiver")
    if receiver is not None:
        kinds = [child for child in walk(receiver) if child.type == "type_identifier"]
        return text_of(kinds[0]) if kinds else None
    holder = node.parent
    while holder is not None:
        if holder.type in TYPES:
            return name_of(holder)
        if holder.type == "impl_item":
            kind = holder.child_by_field_name("type")
            return re.split(r"[<\s]", text_of(kind))[0] if kind is not None else None
        holder = holder.parent
    declarator = next((n for n in walk(node) if n.type == "qualified_identifier"), None)
    scope = declarator.child_by_field_name("scope") if declarator is not None else None
    return text_of(scope) if scope is not None else None


def outer_statement(node: Node) -> Node | None:
    """The whole statement of a function that is at the top of the file and can go; None: it cannot."""
    top = node.parent
    if top is None or node.type not in (
        "function_declaration",
        "function_definition",
        "function_item",
        "method",
    ):
        return None
    if top.type not in ("program", "source_file", "translation_unit", "compilation_unit"):
        return None
    before = node.prev_named_sibling
    if before is not None and before.type in ("attribute_item", "inner_attribute_item"):
        return None
    return None if name_of(node) in ("main", "init") else node


def is_run_at_once(language: str, node: Node) -> bool:
    """Whether the statement runs when the answer is loaded and is not what hands its names over."""
    if node.parent is None or node.parent.type != "program" or language not in NO_TYPES:
        return False
    if language in ("javascript", "typescript", "php") and node.type == "expression_statement":
        text = text_of(node)
        is_assigned = node.named_child_count == 1 and node.named_children[0].type == "assignment_expression"
        return not is_assigned and not _PLAIN_CALLS[language].match(text)
    return language == "php" and node.type == "echo_statement"


def is_exception(node: Node) -> bool:
    """Whether a type is an error that is thrown."""
    head = text_of(node).split("{")[0]
    return (
        re.search(r"\b\w*(?:Error|Exception|Throwable)\b", head.partition(name_of(node) or "")[2]) is not None
    )


def declared_in(language: str, tests: str, name: str) -> bool:
    """Whether the tests declare a type of that name themselves."""
    return any(node.type in TYPES and name_of(node) == name for node in walk(parse(language, tests)))


def text_of(node: Node | None) -> str:
    """A node's text; empty for none."""
    return node.text.decode(errors="replace") if node is not None and node.text else ""
