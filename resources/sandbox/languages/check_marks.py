"""Tests with their checks marked: the harness is told as each begins, ends and fails, so that no `catch` hides it.

`begin` and `end` stand around what a check asks: what is thrown between them, by the answer as a rule, leaves the check
unfinished. `failed` is at the act itself, before anybody can catch. A catch clause that names what it expects, or
checks what it caught, forgives what was unfinished. Which statements are checks is found in `checks.py`.
"""

import re

from tree_sitter import Node

from resources.sandbox.languages.checks import Suite
from resources.sandbox.languages.printed_failures import PrintedFailures
from resources.sandbox.languages.suite_names import Function, text_of
from resources.sandbox.languages.syntax import code_only

_EXPECTED = re.compile(r"(?i)\b(?:expected|passed|pass|ok|good|correct|as it should)\b")
_RECOVERS = re.compile(r"\brecover\s*\(\s*\)")
_THROW = re.compile(r"\bthrow\b(?!\s*;)")
_JUMP = re.compile(r"\b(?=(?:sig|_)?longjmp\s*\()")
_IF = re.compile(r"\bif\s*\((?!\s*(?:auto|const|bool|int)\b)")
_RUST_PANICS = (b"panic", b"unreachable", b"todo", b"unimplemented")
_RUST_MACRO = re.compile(
    rb"(?<![\w:$])(?:(?:::)?std\s*::\s*)?((?:debug_)?assert(?:_eq|_ne)?|panic|unreachable|todo|unimplemented)\s*!(?!=)"
)


def marked(suite: Suite, mark: str) -> str:
    """The tests of `suite` with their checks marked by names that begin with `mark`."""
    return _Marks(suite, mark).text()


class _Marks(PrintedFailures):
    """All that the harness is told."""

    def __init__(self, suite: Suite, mark: str) -> None:
        super().__init__(suite, mark)
        self.suite = suite

    def text(self) -> str:
        suite = self.suite
        for act in suite.acts:
            self._act(act)
        for check in suite.asserts:
            self._assertion(check)
        for ending in suite.exits:
            self._exit(ending)
        for node in suite.returns:
            value = node.named_children[0]
            if self.words.returned:
                self.around(value, *self.words.returned)
        for node in suite.nodes:
            if node.type == "catch_clause":
                self._catch(node)
            elif node.type == "defer_statement":
                self._deferred(node)
        if suite.language == "rust":
            self._rust_macros()
        else:
            for macro in suite.macros.values():
                self._macro(macro)
        self._calls()
        if not (suite.acts or suite.asserts or suite.macros):
            self._soft()
        self.mark_printed()
        return self.applied()

    # acts and what decides whether they are reached

    def _act(self, act: Node) -> None:
        suite, words = self.suite, self.words
        if act.type in words.throws and act.named_child_count:
            self.around(act.named_children[0], *words.thrown)
        elif act.type in words.calls and words.throwing.search(suite.callee(act)) and suite.language == "go":
            statement = suite.statement(act)
            if statement is not None:
                self.put(statement.start_byte, words.thrown[0], 99)
        elif act.type in words.calls and words.throwing.search(suite.callee(act)) and suite.language == "c":
            self.put(act.start_byte, words.thrown[0], 99)
        elif act.type == "assert_statement" or words.asserts.search(suite.callee(act)):
            self._assertion(act)
        guard = suite.guard(act)
        if guard is None:
            return
        if guard.type in words.ifs:
            self._decided(guard)
        else:
            self._reached(guard)

    def _reached(self, guard: Node) -> None:
        """Say that a check is reached, before the statement that it stands in."""
        statement = self.suite.statement(guard)
        owner = self.suite.owner(guard)
        if statement is None:
            if owner is not None:
                owner.uncounted = True
        elif statement.id not in self.done:
            self.done.add(statement.id)
            self.put(statement.start_byte, self.words.ran, 98)

    def _decided(self, guard: Node) -> None:
        """Say when an `if` begins to ask, with all its `else if`, and in each of its branches that it has."""
        condition = guard.child_by_field_name("condition")
        if self.suite.language == "rust":
            if condition is None or condition.type.startswith("let_"):
                self._reached(guard)
            elif guard.id not in self.done:
                self.around(condition, self.words.begin, self.words.end)
            self.done.add(guard.id)
            return
        guard = self._first_of_chain(guard)
        if guard.id in self.done:
            return
        self.done.add(guard.id)
        depth, in_block = self.depth(guard), self.stands_in_block(guard)
        self.put(guard.start_byte, ("" if in_block else "{") + self.words.begin, depth)
        link: Node | None = guard
        while link is not None and link.type in self.words.ifs:
            self._at_head(link.child_by_field_name("consequence"))
            link = _alternative(link)
        if link is not None:
            self._at_head(link)
        else:
            separator = ";" if self.suite.language == "go" else ""
            self.put(guard.end_byte, separator + self.words.end, depth, ends=True)
        if not in_block:
            self.put(guard.end_byte, "}", depth - 0.5, ends=True)

    def _first_of_chain(self, guard: Node) -> Node:
        while True:
            holder = self.suite.parent(guard)
            if holder is not None and holder.type == "else_clause":
                holder = self.suite.parent(holder)
            if holder is None or holder.type not in self.words.ifs:
                return guard
            other = _alternative(holder)
            if other is None or other.id != guard.id:
                return guard
            guard = holder

    def _at_head(self, branch: Node | None) -> None:
        """Put the check's end before what a branch does."""
        if branch is None:
            return
        if branch.type in ("block", "compound_statement"):
            self.put(branch.start_byte + 1, self.words.end, 0)
        else:
            depth = self.depth(branch) - 0.5  # outside what marks the branch itself
            self.put(branch.start_byte, "{" + self.words.end, depth)
            self.put(branch.end_byte, "}", depth, ends=True)

    def _assertion(self, check: Node) -> None:
        suite, words = self.suite, self.words
        if check.type == "assert_statement":
            held = check.named_children[0]
            self.around(held, f"{self.mark}.Checks.held(", ")")
            self._statement(check, words.begin, words.passed)
        elif suite.language == "csharp":
            function = check.child_by_field_name("function")
            name = re.split(r"\.", suite.callee(check))[-2]
            if function is not None and name in ("Debug", "Trace"):
                self.replace(function, f"global::System.Diagnostics.{name}.Assert")
            self._statement(check, words.begin, words.end)

    def _statement(self, node: Node, before: str, after: str) -> None:
        """Put both around the whole statement that `node` is; nothing where it is part of another."""
        statement = node
        if statement.type != "assert_statement":
            holder = self.suite.parent(node)
            if holder is None or holder.type != "expression_statement":
                return
            statement = holder
        if statement.id in self.done:
            return
        self.done.add(statement.id)
        text = (statement.text or b"").rstrip()
        if self.suite.language != "go" and not text.endswith(b";"):
            return
        depth, in_block = self.depth(statement), self.stands_in_block(statement)
        if self.suite.language == "go":
            after = ";" + after
        self.put(statement.start_byte, before if in_block else "{" + before, depth)
        self.put(statement.end_byte, after if in_block else after + "}", depth, ends=True)

    # what ends, what is caught, what calls

    def _exit(self, call: Node) -> None:
        name = call.child_by_field_name("function")
        status = (call.child_by_field_name("arguments").text or b"").decode().strip("() ")  # type: ignore[union-attr]
        text = self.words.exit if re.fullmatch(r"-?\d+|EXIT_\w+|", status) else self.words.status
        if call.type == "method_invocation":
            left, last = call.child_by_field_name("object"), call.child_by_field_name("name")
            if left is not None and last is not None:
                self.edits.append((left.start_byte, last.end_byte, (2, 0), text.replace("M", self.mark)))
        elif name is not None:
            self.replace(name, text)

    def _catch(self, clause: Node) -> None:
        body = clause.child_by_field_name("body")
        text = text_of(clause)
        named = text.partition("{")[0].removeprefix("catch")
        is_general = not re.search(r"\w", named) or self.words.general.search(named)
        if body is not None and (not is_general or self._checks(body) or _EXPECTED.search(text)):
            self.put(body.start_byte + 1, self.words.forgive, 0)

    def _deferred(self, node: Node) -> None:
        """Go's `defer func() { if recover() == nil { t.Fatal() } }()` expects the panic that it checks for."""
        text = text_of(node)
        function = next((n for n in self.suite.functions.values() if _is_within(n.node, node)), None)
        if function is None or not _RECOVERS.search(text) or not (function.checks or _EXPECTED.search(text)):
            return
        body = function.node.child_by_field_name("body")
        if body is not None:
            self.put(body.start_byte + 1, self.words.forgive, 0)

    def _checks(self, body: Node) -> bool:
        found = [*self.suite.acts, *self.suite.asserts]
        calls = (n for n in self.suite.nodes if n.type in self.words.calls and _is_within(n, body))
        return any(_is_within(node, body) for node in found) or any(
            function.checks for call in calls for function in self.suite.called(call)
        )

    def _calls(self) -> None:
        """Calls of functions that check: what is thrown before they are over leaves the check unfinished."""
        for call in self.suite.nodes:
            if call.type not in self.words.calls:
                continue
            called: list[Function] = self.suite.called(call)
            is_macro = self.suite.callee(call) in self.suite.macros
            if not is_macro and not any(f.checks and not f.fails and not f.ends for f in called):
                continue
            counts = is_macro or any(function.uncounted for function in called)
            after = self.words.end if counts else self.words.passed
            holder = self.suite.parent(call)
            if self.suite.language == "rust" and is_macro:
                self._reached(call)
            elif self.suite.language != "rust":
                self._statement(call, self.words.begin, after)
            elif holder is not None and holder.type == "expression_statement":
                self.around(call, self.words.begin, after)

    def _macro(self, macro: Node) -> None:
        """C++'s and C's macros are text: what they throw, or leave by a jump, and the `if` that decides it."""
        value = macro.child_by_field_name("value")
        if value is None:
            return
        text = text_of(value)
        left = (
            (_JUMP, self.words.thrown[0])
            if self.suite.language == "c"
            else (_THROW, " " + self.words.thrown[0])
        )
        for pattern, told in (left, (_IF, "seedline_ran(), ")):
            for found in pattern.finditer(text):
                self.put(value.start_byte + len(text[: found.end()].encode()), told, 0)

    def _rust_macros(self) -> None:
        """Rust's macros are the harness's, but where the answer may be meant to catch what they throw."""
        given = [(node.start_byte, node.end_byte) for node in self.suite.given] + self.suite.given_ranges
        for found in _RUST_MACRO.finditer(code_only("rust", self.suite.tests).encode()):
            if found[1] in _RUST_PANICS and any(start <= found.start() < end for start, end in given):
                continue
            self.edits.append((found.start(), found.end(1), (2, 0), f"{self.mark}_{found[1].decode()}"))

    def _soft(self) -> None:
        for node in self.suite.soft:
            self.around(node, "crate::M::ran(", ")")


def _alternative(guard: Node) -> Node | None:
    """What an `if` does otherwise."""
    other = guard.child_by_field_name("alternative")
    return (
        next(iter(other.named_children), None) if other is not None and other.type == "else_clause" else other
    )


def _is_within(inner: Node, outer: Node) -> bool:
    return outer.start_byte <= inner.start_byte and inner.end_byte <= outer.end_byte
