"""The edit that takes a function's work from it, by the form of its body in each language."""

import re

from tree_sitter import Node

from assets.verdicts.useless.bodies import THROW, body
from assets.verdicts.useless.form import Form
from assets.verdicts.useless.reading import result_of, text_of


def new_body_of(language: str, node: Node, place: Node, form: Form) -> tuple[int, int, str] | None:
    """The edit that takes a function's work from it."""
    kind = result_of(language, node)
    is_constructor = "constructor" in node.type or (
        language == "cpp" and node.child_by_field_name("type") is None
    )
    if form is not Form.THROWS and is_constructor:
        return None  # an object may be made; what it does is nothing
    if form is not Form.THROWS and re.search(r"\b(?:out|yield)\b", text_of(node)):
        form = Form.THROWS
    words = body(language, kind, form)
    if language == "ruby":
        last = node.children[-1]
        if last.type != "end":  # def f(x) = expression
            return (place.start_byte, place.end_byte, f"({words})")
        return (place.start_byte, place.end_byte, words)
    if language == "bash":
        if form is Form.ODD:
            words = "echo useless-77; return 0"
        elif form is Form.NOTHING:
            words = "return 0"
        return (place.start_byte, place.end_byte, f"{{ {words}; }}")
    if place.type == "arrow_expression_clause":  # C#: `=> x;`
        semicolon = place.next_sibling
        end = semicolon.end_byte if semicolon is not None and semicolon.type == ";" else place.end_byte
        block = (
            f"{{ get {{ {words} }} }}"
            if node.type in ("property_declaration", "indexer_declaration")
            else f"{{ {words} }}"
        )
        return (place.start_byte, end, block)
    if place.type not in ("block", "statement_block", "compound_statement", "constructor_body"):
        if language == "php":  # fn($x) => expression
            return (place.start_byte, place.end_byte, words.removeprefix("return ").rstrip(";"))
        if language in ("javascript", "typescript"):
            return (place.start_byte, place.end_byte, f"{{ {words} }}")
        return (place.start_byte, place.end_byte, f"{{ {words} }}")
    if place.type == "constructor_body":
        first = next((child for child in place.named_children), None)
        if first is not None and first.type == "explicit_constructor_invocation":
            return (first.end_byte, place.end_byte, f" {words} }}")
    if node.type == "compact_constructor_declaration":
        words = f"if (true) {words}"
    if language in ("cpp", "rust") and re.search(r"\bauto\b|\bdecltype\b|\bimpl\b", kind or ""):
        ahead = THROW[language] + (";" if language == "rust" else "")
        if language == "rust":
            ahead = f"if true {{ {THROW['rust']} }}"
        return (place.start_byte, place.start_byte + 1, f"{{ {ahead} ")  # the type is read from what follows
    if language == "go" and form is not Form.THROWS:
        return _go_body(node, place, kind, form, words)
    return (place.start_byte, place.end_byte, f"{{ {words} }}")


def _go_body(node: Node, place: Node, kind: str | None, form: Form, words: str) -> tuple[int, int, str]:
    """Named results give every type its zero; an odd value is there for single results of plain types alone."""
    result = node.child_by_field_name("result")
    if result is None:
        return (place.start_byte, place.end_byte, "{ }")
    if form is Form.ODD:
        return (place.start_byte, place.end_byte, f"{{ {words} }}")
    parts = [child for child in result.named_children if child.type.startswith("parameter_declaration")]
    if result.type != "parameter_list":
        names = f"(_ {text_of(result)})"
    elif any(part.child_by_field_name("name") for part in parts):
        names = text_of(result)
    else:
        names = "(" + ", ".join(f"_ {text_of(part)}" for part in parts) + ")"
    return (result.start_byte, place.end_byte, f"{names} {{ return }}")
