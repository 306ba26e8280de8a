"""Tests of other languages that certainly use the answer in a check, in the plain forms; all else is in doubt.

Certain is what is in no condition, loop, handler or closure, in the file itself, in `main` or in a test that the
harness calls by its name or attribute.
"""

import re

from tree_sitter import Node

from resources.sandbox.languages.syntax import declared_name, parse, walk

_IDENTIFIER = re.compile(
    r"^(?:identifier|name|constant|field_identifier|property_identifier|type_identifier|command_name)$"
)
_UNCERTAIN = re.compile(
    r"(?:^|_)(?:for|foreach|while|do|if|else|try|catch|rescue|except|finally|ensure|switch|match|select|case|unless"
    r"|until|when|begin)(?:_\w+)?$|lambda|closure|arrow_function|func_literal|function_expression|anonymous"
    r"|conditional|ternary|block_argument|do_block|pipeline|subshell|macro_definition|preproc"
)
_FUNCTION = re.compile(r"^(?:function_(?:definition|declaration|item)|method(?:_declaration|_definition)?)$")
_ENTRY = re.compile(r"^(?:main|Main|[Tt]est\w*)$")
_CHECK = re.compile(r"assert|expect|check|equal|verify|require|refute", re.IGNORECASE)
_DOUBTFUL = re.compile(
    r"\b(?:mock|spy|stub|jest|sinon|override|skip|recover|set_exception_handler|trap|Ignore|Disabled|cfg(?!\(test\))|xit"
    r"|(?:sig)?setjmp|v?fork)\b|\|\|\s*true"
)


_BINDS = {
    "variable_declarator": ("name",),
    "init_declarator": ("declarator",),
    "let_declaration": ("pattern",),
    "short_var_declaration": ("left",),
    "assignment_expression": ("left",),
    "assignment": ("left",),
}
"""Nodes that give a name a value, and where the name stands."""


def reaches(language: str, code: str, tests: str) -> bool:
    """See `assets.verdicts.reaching.reaches`."""
    if language == "bash" or _DOUBTFUL.search(tests):
        return False
    root, answer = parse(language, tests), parse(language, code)
    if root.has_error:
        return False
    started = _started(root)
    exported = _functions(answer) - _functions(root) - _otherwise_mentioned(root)
    if not exported:
        return False
    assigned: set[str] = set()
    for node in walk(root):
        if _IDENTIFIER.match(node.type) and _text(node) in exported and _is_called(node):
            place = _certain_statement(node, started)
            if place is None:
                continue
            if _is_check(place):
                return True
            assigned |= _bound(place)
        elif assigned and _IDENTIFIER.match(node.type) and _text(node) in assigned:
            place = _certain_statement(node, started)
            if place is not None and _is_check(place):
                return True
    return False


def _functions(root: Node) -> set[str]:
    """Names of functions and methods, those of function values too."""
    found = set()
    for node in walk(root):
        value = node.child_by_field_name("value") if node.type == "variable_declarator" else None
        if _FUNCTION.match(node.type) or (value is not None and "function" in value.type):
            found.add(declared_name(node) or "")
    return found - {""}


def _bound(statement: Node) -> set[str]:
    """Names that a statement gives a value."""
    found: set[str] = set()
    for node in walk(statement):
        for name in _BINDS.get(node.type, ()):
            place = node.child_by_field_name(name)
            if place is not None:
                found |= set(re.findall(r"[^\W\d]\w*", _text(place)))
    return found


def _otherwise_mentioned(root: Node) -> set[str]:
    """Names that stand somewhere without being called: there they may be given another meaning."""
    return {_text(node) for node in walk(root) if _IDENTIFIER.match(node.type) and not _is_called(node)}


def _is_called(node: Node) -> bool:
    holder = node
    while holder.parent is not None and re.match(
        r"^(?:member|scoped|field|selector|qualified|navigation)", holder.parent.type
    ):
        holder = holder.parent
    return (
        holder.parent is not None
        and re.search(r"call|invocation|token_tree|macro|^method_invocation", holder.parent.type) is not None
    )


def _started(root: Node) -> frozenset[str]:
    """Functions of the tests that a statement at the top of the file calls."""
    calls = [
        node.named_children[0]
        for node in root.named_children
        if node.type == "expression_statement" and node.named_children
    ]
    names = (call.child_by_field_name("function") for call in calls if call.type.endswith("call_expression"))
    return frozenset(
        _text(name) for name in names if name is not None and name.type in ("identifier", "name")
    )


def _certain_statement(node: Node, started: frozenset[str]) -> Node | None:
    """The statement that certainly runs and works `node` out; None where that is in doubt.

    `started`: the tests' functions that run because a statement at the top of the file calls them.
    """
    statement: Node | None = None
    child, holder = node, node.parent
    while holder is not None:
        kind = holder.type
        if _FUNCTION.match(kind):
            name = declared_name(holder)
            before = holder.prev_named_sibling
            marked = (
                before is not None and before.type == "attribute_item" and b"test" in (before.text or b"")
            )
            if (
                before is not None
                and before.type == "attribute_item"
                and re.search(rb"ignore|should_panic", before.text or b"")
            ):
                return None
            if not marked and not (name and (_ENTRY.match(name) or name in started)):
                return None
        elif (
            kind == "arrow_function"
            and holder.parent is not None
            and holder.parent.type == "variable_declarator"
        ):
            if declared_name(holder.parent) not in started:
                return None
        elif _is_the_same_twice(holder):
            return None
        elif kind == "binary_expression" or kind == "binary":
            operator = holder.child_by_field_name("operator")
            if _text(operator) in ("||", "&&", "or", "and", "??") and holder.children[0] != child:
                return None
        elif _UNCERTAIN.search(kind):
            condition = holder.child_by_field_name("condition")
            fails = _text(holder.child_by_field_name("consequence") or holder.child_by_field_name("body"))
            if kind not in (
                "if_statement",
                "if_expression",
                "if",
                "if_modifier",
                "unless_modifier",
                "unless",
            ):
                return None
            if condition is None or not (condition.start_byte <= node.start_byte < condition.end_byte):
                return None
            if not re.search(
                r"\b(?:throw|raise|panic|exit|abort|die|return\s+[1-9-]|Fatal\w*|Error\w*|fail)\b", fails
            ):
                return None
            statement = holder
        elif (
            statement is None
            and re.search(r"statement$|declaration$|^let_declaration$|^macro_invocation$", kind)
        ) or (
            statement is None
            and holder.parent is not None
            and re.match(r"^(?:program|statement_list|body_statement)$", holder.parent.type)
        ):
            statement = holder
        child, holder = holder, holder.parent
    return statement


def _is_the_same_twice(node: Node) -> bool:
    """Whether a value is compared with itself: `r == r`, `assertEqual(r, r)`."""
    if re.match(r"^(?:binary|.*argument)", node.type):
        sides = [child.text for child in node.named_children if child.type != "comment"]
        return len(sides) > 1 and sides[0] == sides[1]
    return False


def _is_check(statement: Node) -> bool:
    if re.match(r"^(?:if|unless|assert)", statement.type):
        return True
    head = _text(statement).split("(")[0]
    return _CHECK.search(head) is not None


def _text(node: Node | None) -> str:
    return node.text.decode(errors="replace") if node is not None and node.text else ""
