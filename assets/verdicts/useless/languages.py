"""Useless answers in the languages that tree-sitter reads: where bodies and constants stand, and what replaces them.

Signatures, types and imports stay as they are, so that what is left still compiles. What a body becomes stands in
`bodies.py`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from tree_sitter import Node

from assets.verdicts.useless.bodies import THROW, body, value
from assets.verdicts.useless.form import Form
from resources.sandbox.languages.syntax import edit, parse, walk

_FUNCTIONS = {
    "function_declaration", "generator_function_declaration", "function_expression", "generator_function",
    "arrow_function", "method_definition", "function_definition", "method_declaration", "anonymous_function",
    "anonymous_function_creation_expression", "constructor_declaration", "compact_constructor_declaration",
    "accessor_declaration", "operator_declaration", "conversion_operator_declaration", "indexer_declaration",
    "property_declaration", "local_function_statement", "function_item", "method", "singleton_method",
    "lambda_expression", "func_literal", "closure_expression",
}  # fmt: skip
_RUN_AT_ONCE = {"static_initializer", "class_static_block"}
_TYPES = {
    "class_declaration", "class_specifier", "struct_specifier", "struct_item", "enum_item", "record_declaration",
    "struct_declaration", "enum_declaration", "enum_specifier", "type_spec", "class", "class_definition", "union_item",
}  # fmt: skip
_MACROS = {"preproc_def", "preproc_function_def"}
_PLAIN_CALLS = {
    "javascript": re.compile(r"^\s*(?:module\.)?exports\b|^\s*(?:'use strict'|\"use strict\")"),
    "typescript": re.compile(r"^\s*(?:module\.)?exports\b"),
    "php": re.compile(r"^\s*(?:define|require|include|declare)\b"),
}
_LITERAL = re.compile(
    r"^(?:-?[\d.][\w.]*|true|false|nil|null|\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|`[^`]*`)$", re.IGNORECASE
)
NO_TYPES = frozenset(("javascript", "typescript", "php", "ruby", "bash"))


@dataclass
class _Made:
    """What is found on the way: edits (byte ranges), names made useless, types and those of them with a member made."""

    edits: list[tuple[int, int, str]] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    types: set[str] = field(default_factory=set)
    acting: set[str] = field(default_factory=set)


def useless(language: str, code: str, tests: str, form: Form) -> str | None:
    """See `assets.verdicts.useless.useless`."""
    if language == "php":
        code = re.sub(r"^\s*<\?(?:php)?", "", code)
    mentioned = set(re.findall(r"[^\W\d][\w$]*", tests))
    made = _Made()
    root = parse(language, code)
    for node in _outermost(language, root):
        _take(language, node, form, mentioned, made)
    if not made.names:
        return None
    data = made.types - made.acting
    if language == "c" and made.names & mentioned:
        data = set()  # there no type has members that act: functions do, and the tests call them
    if any(name in mentioned and not _declared_in(language, tests, name) for name in data):
        return None  # the tests use a type of the answer that has nothing but fields
    text = edit(code, made.edits)
    return _tidy(language, text)


def function_bodies(language: str, code: str) -> list[tuple[str, str]]:
    """See `assets.verdicts.useless.function_bodies`."""
    found = []
    for node in _outermost(language, parse(language, code)):
        place = _body_of(node) if node.type in _FUNCTIONS else None
        if place is not None:
            found.append((_name(node) or _assigned_name(node) or "", _text(place).strip("{} \n")))
    return found


def _outermost(language: str, root: Node) -> Iterator[Node]:
    """Functions, constants, types and what runs at once, parents first; nothing inside a function."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        inside = node.is_named
        if inside and node.type != "program":
            yield node
        if inside and (node.type in _FUNCTIONS and _body_of(node) is not None):
            continue
        if _is_run_at_once(language, node) or node.type in _RUN_AT_ONCE:
            continue
        waiting.extend(reversed(node.children))


def _take(language: str, node: Node, form: Form, mentioned: set[str], made: _Made) -> None:
    if node.type in _MACROS:
        held, name = node.child_by_field_name("value"), _name(node)
        if held is not None and name and name in mentioned:
            made.names.add(name)
            made.edits.append((held.start_byte, held.end_byte, "77" if form is Form.ODD else "0"))
        return
    if node.type in _TYPES or (language == "c" and node.type == "type_definition"):
        name = _name(node)
        if name and not _is_exception(node):
            made.types.add(name)
        return
    if node.type in _RUN_AT_ONCE or _is_run_at_once(language, node):
        made.edits.append((node.start_byte, node.end_byte, _nothing_in(node)))
        return
    if node.type in _FUNCTIONS:
        place = _body_of(node)
        if place is None:
            return
        name = _name(node) or _assigned_name(node)
        if (owner := _owner(node)) is not None:
            made.acting.add(owner)
        outer = _outer_statement(node)
        if outer is not None and name and name not in mentioned and language != "bash":
            made.names.add(name)
            made.edits.append((outer.start_byte, outer.end_byte, ""))
            return
        new = _new_body(language, node, place, form)
        if new is None:
            return
        made.edits.append(new)
        made.edits += [  # what throws is no constant expression
            (child.start_byte, child.end_byte, "")
            for child in node.children
            if language == "cpp" and _text(child) in ("constexpr", "consteval")
        ]
        made.names.add(name or "")
        return
    constant = _constant(language, node, form)
    if constant is not None:
        name, start, end, text = constant
        made.names.add(name)
        made.edits.append((start, end, text))


def _new_body(language: str, node: Node, place: Node, form: Form) -> tuple[int, int, str] | None:
    """The edit that takes a function's work from it."""
    kind = _result(language, node)
    is_constructor = "constructor" in node.type or (
        language == "cpp" and node.child_by_field_name("type") is None
    )
    if form is not Form.THROWS and is_constructor:
        return None  # an object may be made; what it does is nothing
    if form is not Form.THROWS and re.search(r"\b(?:out|yield)\b", _text(node)):
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
        names = f"(_ {_text(result)})"
    elif any(part.child_by_field_name("name") for part in parts):
        names = _text(result)
    else:
        names = "(" + ", ".join(f"_ {_text(part)}" for part in parts) + ")"
    return (result.start_byte, place.end_byte, f"{names} {{ return }}")


def _constant(language: str, node: Node, form: Form) -> tuple[str, int, int, str] | None:
    """(name, byte range, new text) of a value that an answer may be; functions among the values are taken elsewhere."""
    held = node.child_by_field_name("value") or node.child_by_field_name("default_value")
    name = _name(node)
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
            name = name or _text(node).split("=")[0].split()[-1]
        case "var_spec" | "const_spec":
            pass
        case "assignment" if language == "ruby" and node.parent is not None and node.parent.type != "block":
            held = node.child_by_field_name("right")
            left = node.child_by_field_name("left")
            name = _text(left) if left is not None and left.type in ("constant", "global_variable") else None
        case "const_element":
            held = node.named_children[-1] if node.named_child_count > 1 else None
            name = _text(node.named_children[0])
        case "variable_assignment" if (
            language == "bash" and node.parent is not None and node.parent.type == "program"
        ):
            pass
        case _:
            return None
    if (
        held is None
        or not name
        or held.type in _FUNCTIONS
        or any(n.type in _FUNCTIONS for n in held.named_children)
    ):
        return None
    if language in ("javascript", "typescript") and re.match(
        r"(?:await\s+)?(?:require|import)\b", _text(held)
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
    if kind is None and _LITERAL.match(_text(held)):
        return _other_literal(_text(held), odd=form is Form.ODD)
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
            found = _text(kind)
            return None if found in ("auto", "var") else found
        holder = holder.parent
    return None


def _result(language: str, node: Node) -> str | None:
    """The declared type of what a function returns, as text; `void` where it returns nothing; None: not declared."""
    if language in ("cpp", "c"):
        kind = node.child_by_field_name("type")
        if kind is None:
            return "void" if language == "cpp" else "int"
        start = _text(kind)
        declarator = node.child_by_field_name("declarator")
        if declarator is not None and declarator.type.endswith(
            ("reference_declarator", "pointer_declarator")
        ):
            start += "&" if "reference" in declarator.type else "*"
        return start
    if node.type == "accessor_declaration":  # of the property around it
        holder = node.parent.parent if node.parent is not None else None
        return (
            _text(holder.child_by_field_name("type")) if holder and _text(node).startswith("get") else "void"
        )
    found = (
        node.child_by_field_name("return_type")
        or node.child_by_field_name("returns")
        or node.child_by_field_name("result")
        or node.child_by_field_name("type")
    )
    if found is None:
        return None if language in NO_TYPES else "void"
    return re.sub(r"^\s*(?::|->)\s*", "", _text(found)) or None


def _body_of(node: Node) -> Node | None:
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


def _name(node: Node) -> str | None:
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
    return _text(found) or None


def _assigned_name(node: Node) -> str | None:
    """The name that a function expression is given: `const f = () => …`, `exports.f = function …`."""
    holder = node.parent
    if holder is None:
        return None
    if holder.type in ("variable_declarator", "init_declarator", "var_spec"):
        return _name(holder)
    if holder.type in ("assignment_expression", "pair", "assignment"):
        left = holder.child_by_field_name("left") or holder.child_by_field_name("key")
        return _text(left).rpartition(".")[2] if left is not None else None
    return None


def _owner(node: Node) -> str | None:
    """The type that a method belongs to: the one around it, Rust's `impl`, Go's receiver, C++'s `A::m`."""
    receiver = node.child_by_field_name("receiver")
    if receiver is not None:
        kinds = [child for child in walk(receiver) if child.type == "type_identifier"]
        return _text(kinds[0]) if kinds else None
    holder = node.parent
    while holder is not None:
        if holder.type in _TYPES:
            return _name(holder)
        if holder.type == "impl_item":
            kind = holder.child_by_field_name("type")
            return re.split(r"[<\s]", _text(kind))[0] if kind is not None else None
        holder = holder.parent
    declarator = next((n for n in walk(node) if n.type == "qualified_identifier"), None)
    scope = declarator.child_by_field_name("scope") if declarator is not None else None
    return _text(scope) if scope is not None else None


def _outer_statement(node: Node) -> Node | None:
    """The whole statement of a function that stands at the top of the file and can go; None: it cannot."""
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
    return None if _name(node) in ("main", "init") else node


def _is_run_at_once(language: str, node: Node) -> bool:
    """Whether the statement runs when the answer is loaded and is not what hands its names over."""
    if node.parent is None or node.parent.type != "program" or language not in NO_TYPES:
        return False
    if language in ("javascript", "typescript", "php") and node.type == "expression_statement":
        text = _text(node)
        is_assigned = node.named_child_count == 1 and node.named_children[0].type == "assignment_expression"
        return not is_assigned and not _PLAIN_CALLS[language].match(text)
    return language == "php" and node.type == "echo_statement"


def _nothing_in(node: Node) -> str:
    return "" if node.type not in _RUN_AT_ONCE else "static { }"


def _is_exception(node: Node) -> bool:
    head = _text(node).split("{")[0]
    return (
        re.search(r"\b\w*(?:Error|Exception|Throwable)\b", head.partition(_name(node) or "")[2]) is not None
    )


def _declared_in(language: str, tests: str, name: str) -> bool:
    return any(node.type in _TYPES and _name(node) == name for node in walk(parse(language, tests)))


def _tidy(language: str, text: str) -> str:
    """Without comments, empty lines and, in Go, imports that nothing needs any more."""
    root = parse(language, text)
    ranges = [
        (n.start_byte, n.end_byte, "") for n in walk(root) if "comment" in n.type and n.parent is not None
    ]
    text = edit(text, _apart(ranges))
    if language == "go":
        root = parse(language, text)
        rest = edit(
            text,
            [(n.start_byte, n.end_byte, "") for n in root.named_children if n.type == "import_declaration"],
        )
        unused = []
        for spec in walk(root):
            if spec.type != "import_spec":
                continue
            path = spec.child_by_field_name("path")
            named = spec.child_by_field_name("name")
            known = (
                _text(named)
                if named is not None
                else _text(path).strip('"`').rpartition("/")[2]
                if path is not None
                else ""
            )
            if known not in ("_", ".") and not re.search(rf"\b{re.escape(known)}\s*\.", rest):
                parent = spec.parent
                whole = spec if parent is not None and parent.type == "import_spec_list" else parent
                if whole is not None:
                    unused.append((whole.start_byte, whole.end_byte, ""))
        text = edit(text, unused)
    return (
        "\n".join(line.strip() if language != "bash" else line for line in text.splitlines() if line.strip())
        + "\n"
    )


def _apart(ranges: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    kept: list[tuple[int, int, str]] = []
    for each in sorted(ranges):
        if not kept or each[0] >= kept[-1][1]:
            kept.append(each)
    return kept


def _text(node: Node | None) -> str:
    return node.text.decode(errors="replace") if node is not None and node.text else ""
