"""Useless answers in the languages that tree-sitter reads: where bodies and constants stand, and what replaces them.

Signatures, types and imports stay as they are, so that what is left still compiles. What a body becomes is in
`bodies.py`.
"""

import re
from dataclasses import dataclass, field

from tree_sitter import Node

from assets.verdicts.useless.constants import constant_of
from assets.verdicts.useless.form import Form
from assets.verdicts.useless.new_bodies import new_body_of
from assets.verdicts.useless.reading import (
    FUNCTIONS,
    RUN_AT_ONCE,
    TYPES,
    assigned_name,
    body_of,
    declared_in,
    is_exception,
    is_run_at_once,
    name_of,
    outer_statement,
    outermost,
    owner_of,
    text_of,
)
from assets.verdicts.useless.tidying import tidied
from resources.sandbox.languages.syntax import edit, parse

_MACROS = {"preproc_def", "preproc_function_def"}


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
    for node in outermost(language, root):
        _take(language, node, form, mentioned, made)
    if not made.names:
        return None
    data = made.types - made.acting
    if language == "c" and made.names & mentioned:
        data = set()  # there no type has members that act: functions do, and the tests call them
    if any(name in mentioned and not declared_in(language, tests, name) for name in data):
        return None  # the tests use a type of the answer that has nothing but fields
    text = edit(code, made.edits)
    return tidied(language, text)


def function_bodies(language: str, code: str) -> list[tuple[str, str]]:
    """See `assets.verdicts.useless.function_bodies`."""
    found = []
    for node in outermost(language, parse(language, code)):
        place = body_of(node) if node.type in FUNCTIONS else None
        if place is not None:
            found.append((name_of(node) or assigned_name(node) or "", text_of(place).strip("{} \n")))
    return found


def _take(language: str, node: Node, form: Form, mentioned: set[str], made: _Made) -> None:
    if node.type in _MACROS:
        held, name = node.child_by_field_name("value"), name_of(node)
        if held is not None and name and name in mentioned:
            made.names.add(name)
            made.edits.append((held.start_byte, held.end_byte, "77" if form is Form.ODD else "0"))
        return
    if node.type in TYPES or (language == "c" and node.type == "type_definition"):
        name = name_of(node)
        if name and not is_exception(node):
            made.types.add(name)
        return
    if node.type in RUN_AT_ONCE or is_run_at_once(language, node):
        made.edits.append((node.start_byte, node.end_byte, _nothing_in(node)))
        return
    if node.type in FUNCTIONS:
        place = body_of(node)
        if place is None:
            return
        name = name_of(node) or assigned_name(node)
        if (owner := owner_of(node)) is not None:
            made.acting.add(owner)
        outer = outer_statement(node)
        if outer is not None and name and name not in mentioned and language != "bash":
            made.names.add(name)
            made.edits.append((outer.start_byte, outer.end_byte, ""))
            return
        new = new_body_of(language, node, place, form)
        if new is None:
            return
        made.edits.append(new)
        made.edits += [  # what throws is no constant expression
            (child.start_byte, child.end_byte, "")
            for child in node.children
            if language == "cpp" and text_of(child) in ("constexpr", "consteval")
        ]
        made.names.add(name or "")
        return
    constant = constant_of(language, node, form)
    if constant is not None:
        name, start, end, text = constant
        made.names.add(name)
        made.edits.append((start, end, text))


def _nothing_in(node: Node) -> str:
    return "" if node.type not in RUN_AT_ONCE else "static { }"
