"""Constants of an answer made useless: another value of the same type, where it can be written."""

import re

from tree_sitter import Node

from assets.verdicts.useless.bodies import value
from assets.verdicts.useless.form import Form
from assets.verdicts.useless.reading import FUNCTIONS, NO_TYPES, name_of, text_of

_LITERAL = re.compile(
    r"^(?:-?[\d.][\w.]*|true|false|nil|null|\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|`[^`]*`)$", re.IGNORECASE
)


def constant_of(language: str, node: Node, form: Form) -> tuple[str, int, int, str] | None:
    """(name, byte range, new text) of a value that an answer may be; functions among the values are taken elsewhere."""
    held = node.child_by_field_name("value") or node.child_by_field_name("default_value")
    name = name_of(node)
    match node.type:
        case "variable_declarator" if language == "csharp" and name:
            held = node.named_children[-1] if node.named_child_count > 1 else None
        case (
            "variable_declarator"
            | "init_declarator"
            | "const_item"
            | "static_item"
            | "public_field_definition"
        ):
            pass
        case "field_declaration" | "field_definition" if held is not None:
            name = name or text_of(node).split("=")[0].split()[-1]
        case "var_spec" | "const_spec":
            pass
        case "assignment" if language == "ruby" and node.parent is not None and node.parent.type != "block":
            held = node.child_by_field_name("right")
            left = node.child_by_field_name("left")
            name = (
                text_of(left) if left is not None and left.type in ("constant", "global_variable") else None
            )
        case "const_element":
            held = node.named_children[-1] if node.named_child_count > 1 else None
            name = text_of(node.named_children[0])
        case "variable_assignment" if (
            language == "bash" and node.parent is not None and node.parent.type == "program"
        ):
            pass
        case _:
            return None
    if (
        held is None
        or not name
        or held.type in FUNCTIONS
        or any(n.type in FUNCTIONS for n in held.named_children)
    ):
        return None
    if language in ("javascript", "typescript") and re.match(
        r"(?:await\s+)?(?:require|import)\b", text_of(held)
    ):
        return None
    text = _constant_value(language, node, held, form)
    return None if text is None else (name, held.start_byte, held.end_byte, text)


def _constant_value(language: str, node: Node, held: Node, form: Form) -> str | None:
    if language in ("javascript", "typescript") and node.type == "variable_declarator":
        pattern = node.child_by_field_name("name")
        if pattern is not None and pattern.type.endswith("_pattern"):
            return "[]" if pattern.type.startswith("array") else "{}"
    if language == "bash":
        return "useless-77" if form is Form.ODD else "''"
    if language in NO_TYPES:
        return value(language, None, form)
    if held.type == "expression_list" and held.named_child_count != 1:
        return None
    kind = _declared_kind(node)
    plain = Form.NOTHING if form is Form.THROWS else form
    if kind is not None and (given := value(language, kind, plain)) is not None:
        return given
    if kind is None and _LITERAL.match(text_of(held)):
        return _other_literal(text_of(held), odd=form is Form.ODD)
    return None


def _other_literal(text: str, *, odd: bool) -> str:
    if text[0] in "\"'`":
        return '"useless"' if odd else '""'
    if text.lower() in ("true", "false"):
        return "true" if odd else "false"
    return text if text.lower() in ("nil", "null") else "77" if odd else "0"


def _declared_kind(node: Node) -> str | None:
    holder: Node | None = node
    while holder is not None and holder.type not in (
        "source_file",
        "translation_unit",
        "program",
        "compilation_unit",
    ):
        kind = holder.child_by_field_name("type")
        if kind is not None:
            found = text_of(kind)
            return None if found in ("auto", "var") else found
        holder = holder.parent
    return None
