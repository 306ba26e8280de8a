"""Checks in tests of PHP: how conditions, handlers, reports and exits are written there.

`harness/proof.php` keeps the account: the functions that the marks call are defined there. What all script languages
share is in `script_checks.py`.
"""

import re
from collections.abc import Iterator

from tree_sitter import Node

from resources.sandbox.languages.reported import counted_in
from resources.sandbox.languages.script_checks import CHECKS, GIVES, KEEPS, LEAVES, ScriptChecks
from resources.sandbox.languages.script_parts import Conditional, Handler, report
from resources.sandbox.languages.syntax import walk

_FUNCTIONS = ("function_definition", "method_declaration", "anonymous_function", "arrow_function")
_PRINTS = ("printf", "print_r", "error_log", "fprintf", "fwrite", "fputs", "vprintf")
_INCLUDES = ("require_expression", "require_once_expression", "include_expression", "include_once_expression")
_ASSERTS = re.compile(r"^(?:assert\w*|expectException\w*)$", re.IGNORECASE)
_FAILS = re.compile(r"^(?:\w*_)?fail\w*$", re.IGNORECASE)


class PhpChecks(ScriptChecks):
    """See `ScriptChecks`."""

    def visit(self, node: Node) -> None:
        """Assertions, throws, exits, and files that are not there."""
        match node.type:
            case "throw_expression" if node.named_children:
                self.around(node.named_children[0], "\\MARK_thrown(", ")")
            case "exit_statement":
                self.replace(node.children[0], "\\MARK_exit")
                if not any(child.type == "(" for child in node.children):
                    self.put(node.children[0].end_byte, "()", closing=True)
            case "function_call_expression":
                called = node.child_by_field_name("function")
                name = self._name(node)
                if called is not None and name in ("assert", "die"):
                    self.replace(called, f"\\MARK_{'assert' if name == 'assert' else 'exit'}")
                    self.sites += name == "assert"
                    arguments = node.child_by_field_name("arguments")
                    if name == "assert" and arguments is not None and len(arguments.named_children) == 1:
                        text = " ".join((node.text or b"").decode().split())[:100]
                        text = text.replace("\\", "\\\\").replace("'", "\\'")
                        self.put(arguments.named_children[0].end_byte, f", '{text}'", closing=True)
            case "member_call_expression" | "scoped_call_expression" if _ASSERTS.match(self._name(node)):
                self.sites += 1
            case _ if node.type in _INCLUDES and node.named_children:
                self.replace(node.children[0], "\\MARK_include(")
                self.put(node.end_byte, ")", closing=True)
            case _:
                pass

    def _name(self, call: Node) -> str:
        found = call.child_by_field_name("function") or call.child_by_field_name("name")
        return (found.text or b"").decode().lstrip("\\") if found is not None else ""

    def conditional(self, node: Node) -> Conditional | None:
        """An `if`, a choice of words, or `condition or die()`."""
        match node.type:
            case "if_statement" | "else_if_clause" | "conditional_expression":
                condition, then = node.child_by_field_name("condition"), node.child_by_field_name("body")
                if condition is None or then is None:
                    return None
                if condition.type == "parenthesized_expression" and condition.named_children:
                    condition = condition.named_children[-1]
                return Conditional(condition, (then,), tuple(node.children_by_field_name("alternative")))
            case "binary_expression":
                left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
                operator = node.child_by_field_name("operator")
                word = operator.type if operator is not None else ""
                if left is None or right is None or word not in ("&&", "||", "and", "or"):
                    return None
                return (
                    Conditional(left, (right,), ())
                    if word in ("&&", "and")
                    else Conditional(left, (), (right,))
                )
            case _:
                return None

    def handlers(self, node: Node) -> Iterator[Handler]:
        """Each `catch` of a `try`."""
        body = node.child_by_field_name("body") if node.type == "try_statement" else None
        for clause in node.named_children if body is not None else ():
            caught = clause.child_by_field_name("body") if clause.type == "catch_clause" else None
            if body is not None and caught is not None:
                yield Handler(_statements(body), clause, _statements(caught))

    def kind(self, node: Node) -> str | None:
        """See `ScriptChecks.kind`."""
        match node.type:
            case "throw_expression":
                return LEAVES
            case "exit_statement":
                return None if re.fullmatch(rb"exit\s*\(?\s*0?\s*\)?;?", node.text or b"") else LEAVES
            case "return_statement":
                return GIVES
            case "function_call_expression" | "member_call_expression" | "scoped_call_expression":
                name = self._name(node)
                if name in ("die", "trigger_error"):
                    return LEAVES
                if _ASSERTS.match(name):
                    return CHECKS
                if name in _PRINTS:
                    return report(node)
                return "fail" if _FAILS.match(name) else None
            case "echo_statement" | "print_intrinsic":
                return report(node)
            case "update_expression" if node.named_children:
                return self._counts(node.named_children[0])
            case "augmented_assignment_expression" | "assignment_expression":
                return self._assigned(node)
            case _:
                return None

    def _assigned(self, node: Node) -> str | None:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is None or right is None:
            return None
        value = (right.text or b"").decode().lower()
        if left.type == "subscript_expression":
            counts = self._counts(left.named_children[0])
            return counts if counts in ("fail", LEAVES) else KEEPS
        counts = self._counts(left)
        if node.type == "assignment_expression" and not re.search(r"\+|^(?:true|false)$", value):
            return KEEPS
        if value == "false":
            counts = {"pass": "fail", "fail": "pass", LEAVES: LEAVES}.get(counts or "")
        return counts or KEEPS

    def _counts(self, variable: Node) -> str | None:
        name = re.split(r"->|::", (variable.text or b"").decode())[-1]
        return LEAVES if name in self.deciding or f"${name}" in self.deciding else counted_in(name)

    def is_function(self, node: Node) -> bool:
        """See `ScriptChecks.is_function`."""
        return node.type in (*_FUNCTIONS, "class_declaration")

    def called(self, node: Node) -> str | None:
        """See `ScriptChecks.called`."""
        return self._name(node) if node.type == "function_call_expression" else None

    def own_functions(self) -> frozenset[str]:
        """See `ScriptChecks.own_functions`."""
        found: set[str] = set()
        for node in walk(self.root):
            name = node.child_by_field_name("name")
            if node.type in ("function_definition", "simple_parameter") and name is not None:
                found.add((name.text or b"").decode())
            if node.type == "assignment_expression":
                left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
                if left is not None and right is not None and right.type in _FUNCTIONS:
                    found.add((left.text or b"").decode())
        return frozenset(found)

    def watch(self, condition: Node, mode: str) -> None:
        """See `ScriptChecks.watch`."""
        self.around(condition, f"\\MARK_watch('{mode}',", ")")

    def caught(self, handler: Handler, how: str) -> None:
        """See `ScriptChecks.caught`; a handler that names no error gets a name for it."""
        name, body = handler.clause.child_by_field_name("name"), handler.clause.child_by_field_name("body")
        if body is None:
            return
        error = (name.text or b"").decode() if name is not None else f"${self.mark}e"
        if name is None:
            closing = next(child for child in handler.clause.children if child.type == ")")
            self.put(closing.start_byte, f" {error}")
        self.put(body.start_byte + 1, f"\\MARK_caught({error},'{how}');")

    def reached(self, node: Node) -> None:
        """See `ScriptChecks.reached`."""
        self.put(node.start_byte, "\\MARK_reached();")

    def fails_always(self, node: Node) -> bool:
        """`assert(false)`, `$this->fail()`."""
        return (
            "call_expression" in node.type
            and re.match(rb"\\?assert\s*\(\s*false|[$\w:>-]*\bfail\s*\(", node.text or b"") is not None
        )


def _statements(block: Node) -> tuple[Node, ...]:
    return tuple(child for child in block.named_children if child.type != "comment")
