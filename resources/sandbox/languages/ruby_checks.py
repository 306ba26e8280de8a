"""Checks in tests of Ruby: how conditions, handlers, reports and exits are written there.

`harness/proof.rb` keeps the account: the marks call the object that it puts into a global of the run's own name. What
all script languages share is in `script_checks.py`.
"""

import re
from collections.abc import Iterator
from functools import cached_property

from tree_sitter import Node

from resources.sandbox.languages.reported import counted_in
from resources.sandbox.languages.script_checks import CHECKS, GIVES, KEEPS, LEAVES, ScriptChecks
from resources.sandbox.languages.script_parts import Conditional, Handler, report
from resources.sandbox.languages.syntax import walk

_PRINTS = ("puts", "print", "p", "pp", "printf", "warn")
_LEAVES = ("raise", "abort", "exit", "exit!", "fail")
_ASSERTS = re.compile(r"^(?:assert\w*|refute\w*|must_\w+|wont_\w+|flunk|to|not_to|to_not|should)$")
_FAILS = re.compile(r"^(?:\w*_)?fail(?:ed|ure)?\w*$", re.IGNORECASE)


class RubyChecks(ScriptChecks):
    """See `ScriptChecks`."""

    def visit(self, node: Node) -> None:
        """Assertions of test libraries, and files that are not there."""
        name = _method(node)
        if name is None:
            return
        if _ASSERTS.match(name):
            self.sites += 1
        elif name == "require_relative" or (name == "require" and re.search(rb"['\"]\.", node.text or b"")):
            self.replace(node.child_by_field_name("method") or node, "$MARK.bring")

    def conditional(self, node: Node) -> Conditional | None:
        """An `if` or `unless` before or behind, a choice of words, or `condition or raise`."""
        condition = node.child_by_field_name("condition")
        match node.type:
            case "if" | "elsif" | "unless" | "conditional" if condition is not None:
                then, otherwise = (
                    node.child_by_field_name("consequence"),
                    node.child_by_field_name("alternative"),
                )
                branches = [(part,) if part is not None else () for part in (then, otherwise)]
            case "if_modifier" | "unless_modifier" if condition is not None:
                body = node.child_by_field_name("body")
                branches = [(body,) if body is not None else (), ()]
            case "binary":
                condition, right = node.child_by_field_name("left"), node.child_by_field_name("right")
                operator = node.child_by_field_name("operator")
                word = operator.type if operator is not None else ""
                if condition is None or right is None or word not in ("&&", "||", "and", "or"):
                    return None
                branches = [(right,), ()] if word in ("&&", "and") else [(), (right,)]
            case _:
                return None
        if node.type.startswith("unless"):
            branches.reverse()
        return Conditional(condition, *branches)

    def handlers(self, node: Node) -> Iterator[Handler]:
        """Each `rescue` of a block or method, and the one behind a statement."""
        if node.type == "rescue_modifier":
            body, otherwise = node.child_by_field_name("body"), node.child_by_field_name("handler")
            if body is not None and otherwise is not None:
                yield Handler((body,), node, (otherwise,))
            return
        clauses = [child for child in node.named_children if child.type == "rescue"]
        ends = ("rescue", "ensure", "else", "comment")
        tried = tuple(child for child in node.named_children if child.type not in ends)
        for clause in clauses:
            body = clause.child_by_field_name("body")
            yield Handler(tried, clause, tuple(body.named_children) if body is not None else ())

    def kind(self, node: Node) -> str | None:
        """See `ScriptChecks.kind`."""
        name = _method(node)
        if name is not None:
            if name in _LEAVES:
                return (
                    None if re.fullmatch(rb"exit!?\s*\(?\s*(?:0|true)?\s*\)?", node.text or b"") else LEAVES
                )
            if _ASSERTS.match(name):
                return CHECKS
            if name in _PRINTS:
                return report(node)
            if name == "push" and (receiver := node.child_by_field_name("receiver")) is not None:
                return self._collected(receiver)
            return "fail" if _FAILS.match(name) and node.child_by_field_name("receiver") is None else None
        match node.type:
            case "return":
                return GIVES
            case "operator_assignment" | "assignment":
                return self._assigned(node)
            case "binary" if (node.child_by_field_name("operator") or node).type == "<<":
                left = node.child_by_field_name("left")
                return self._collected(left) if left is not None else None
            case _:
                return None

    def _collected(self, variable: Node) -> str:
        counts = self._counts(variable)
        return counts if counts in ("fail", LEAVES) else KEEPS

    def _assigned(self, node: Node) -> str | None:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is None or right is None:
            return None
        counts, value = self._counts(left), (right.text or b"").decode()
        if node.type == "assignment" and not re.search(r"\+|^(?:true|false)$", value):
            return KEEPS
        if value == "false":
            counts = {"pass": "fail", "fail": "pass", LEAVES: LEAVES}.get(counts or "")
        return counts or KEEPS

    def _counts(self, variable: Node) -> str | None:
        name = (variable.text or b"").decode()
        return LEAVES if name in self.deciding else counted_in(name.lstrip("@$"))

    def is_function(self, node: Node) -> bool:
        """See `ScriptChecks.is_function`."""
        return node.type in ("method", "singleton_method", "lambda", "class", "module")

    def called(self, node: Node) -> str | None:
        """See `ScriptChecks.called`; `yield` and `block.call` call what was handed over."""
        if node.type == "yield":
            return "yield"
        if node.type == "identifier":  # a call without arguments looks like a variable
            name = (node.text or b"").decode()
            return name if name in self._methods else None
        receiver, name = node.child_by_field_name("receiver"), _method(node)
        if name == "call" and receiver is not None:
            return (receiver.text or b"").decode()
        return name if receiver is None else None

    @cached_property
    def _methods(self) -> frozenset[str]:
        """Names of methods that the tests define."""
        names = (node.child_by_field_name("name") for node in walk(self.root) if node.type == "method")
        return frozenset((name.text or b"").decode() for name in names if name is not None)

    def own_functions(self) -> frozenset[str]:
        """See `ScriptChecks.own_functions`."""
        found = {"yield"}
        for node in walk(self.root):
            if node.type in ("method", "method_parameters", "block_parameters", "lambda_parameters"):
                inside = [node.child_by_field_name("name")] if node.type == "method" else list(walk(node))
                found |= {
                    (each.text or b"").decode() for each in inside if each is not None and not each.children
                }
        return frozenset(found)

    def watch(self, condition: Node, mode: str) -> None:
        """See `ScriptChecks.watch`."""
        self.around(condition, f"$MARK.watch('{mode}',(", "))")

    def caught(self, handler: Handler, how: str) -> None:
        """See `ScriptChecks.caught`."""
        call = f"$MARK.caught($!,'{how}');"
        if handler.clause.type == "rescue_modifier":
            self.around(handler.body[0], f"({call}", ")")
        elif handler.body:
            self.put(handler.body[0].start_byte, call)
        else:
            self.put(handler.clause.end_byte, f";{call}")

    def reached(self, node: Node) -> None:
        """See `ScriptChecks.reached`."""
        self.put(node.start_byte, "$MARK.reached;")

    def fails_always(self, node: Node) -> bool:
        """`flunk`, `assert false`."""
        return re.match(rb"(?:flunk\b|assert[ (]+false\b)", node.text or b"") is not None

    @property
    def raising_lines(self) -> list[int]:
        """Lines of the tests, from 0, on which they raise something themselves."""
        return sorted({node.start_point[0] for node in walk(self.root) if _method(node) in ("raise", "fail")})


def _method(node: Node) -> str | None:
    """The method that a call names; a bare word may be one."""
    if node.type == "identifier" and node.text in (b"raise", b"exit", b"abort", b"flunk"):
        parent = node.parent
        return node.text.decode() if parent is not None and parent.type != "call" else None
    found = node.child_by_field_name("method") if node.type == "call" else None
    return (found.text or b"").decode() if found is not None else None
