"""Which statements of a suite are checks: found in its syntax tree, by the words of `check_words.py`.

A check is an assertion, or whatever decides whether an act is reached that fails the tests: a throw, a panic, an exit
with another status than 0, a testing library's failure. A function that cannot but fail makes its calls such acts, and
one that checks makes its calls checks. How checks are told to the harness is in `check_marks.py`.
"""

import re

from tree_sitter import Node

from resources.sandbox.languages.check_words import ASSERTION
from resources.sandbox.languages.suite_names import text_of
from resources.sandbox.languages.suite_tree import SuiteTree

_ZERO = re.compile(r"^(?:0|EXIT_SUCCESS|\(0\)|ExitCode::SUCCESS)$")
_NUMBER = re.compile(r"^(?:-?\d+|EXIT_\w+)$")
_SOFT = re.compile(r"^.*\.(?:unwrap|unwrap_err|expect|expect_err)$", re.DOTALL)
_RUST_FAILS = re.compile(r"\b(?:panic|unreachable|todo|unimplemented)!|\bprocess::exit\b|\bassert\w*!")
_MACRO_FAILS = re.compile(r"\b(?:throw|\w*exit|_Exit|abort|terminate|assert|\w*longjmp)\b")
_MACRO_RETURNS = re.compile(r"\breturn\s+(?!0\b)")


class Suite(SuiteTree):
    """A suite with its checks."""

    def __init__(self, language: str, tests: str, code: str = "") -> None:
        super().__init__(language, tests, code)
        self.acts: list[Node] = []  # throws, calls and exits that fail the tests where they are reached
        self.asserts: list[Node] = []
        self.exits: list[Node] = []  # calls that end the program, whatever their status
        self.given: list[Node] = []  # panics that the answer may be meant to catch
        self.soft: list[Node] = []  # Rust's `unwrap` and `?`, which check where nothing else does
        self.returns: list[Node] = []  # statements by which main decides the program's status
        self.macros: dict[str, Node] = {}  # C++, C, Rust: what the tests define that fails
        self._returning: dict[str, Node] = {}  # C++, C: macros that return a status
        self._find_acts()
        self._follow_calls()

    @property
    def sites(self) -> int:
        """Checks and acts in functions that something calls; where there are none, what is soft."""
        found = [*self.acts, *self.asserts, *self.returns]
        live = sum(not self.is_dead(node) for node in found)
        called = sum(self._mentions[name.rstrip("!")] > 1 for name in self.macros)
        return live + called or len(self.soft)

    def _find_acts(self) -> None:
        for node in self.nodes:
            if node.type in self.words.throws:
                if node.named_child_count and not self._passes_on(node):
                    thrown = node.named_children[0]
                    if not self.is_given_away(node) or ASSERTION.search(text_of(thrown)[:80]):
                        self.acts.append(node)
            elif node.type in self.words.calls:
                self._sort_call(node)
            elif node.type == "return_statement" and self.in_main(node):
                value = text_of(node.named_children[0]) if node.named_child_count else "0"
                if not _ZERO.match(value):
                    (self.acts if _NUMBER.match(value) else self.returns).append(node)
            elif node.type == "preproc_function_def":
                self._sort_macro(node)
            elif node.type == "macro_definition" and _RUST_FAILS.search(text_of(node)):
                self.macros[text_of(node.child_by_field_name("name")) + "!"] = node
            elif node.type == "identifier" and self._is_assertion_in_macro(node):
                self.asserts.append(node)
            elif node.type == "try_expression":
                self.soft.append(node)
            elif (
                node.type == "function_item"
                and "ExitCode" in text_of(node.child_by_field_name("return_type"))
            ) or (node.type == "attribute_item" and text_of(node).startswith("#[should_panic")):
                self.asserts.append(node)
            elif node.type == "scoped_identifier" and text_of(node) == "ExitCode::FAILURE":
                self.acts.append(node)
        users = [(self.callee(node), node) for node in self.nodes if node.type in self.words.calls]
        for name, macro in self._returning.items():
            if all(self.in_main(user) for called, user in users if called == name):
                self.macros[name] = macro  # elsewhere it checks nothing but what its function's callers ask

    def _sort_macro(self, node: Node) -> None:
        value, name = text_of(node.child_by_field_name("value")), text_of(node.child_by_field_name("name"))
        if _MACRO_FAILS.search(value):
            self.macros[name] = node
        elif _MACRO_RETURNS.search(value):
            self._returning[name] = node

    def _sort_call(self, node: Node) -> None:
        words, name = self.words, self.callee(node)
        if self.called(node) and not words.asserts.search(name):
            return
        if words.exits.search(name):
            self.exits.append(node)
            status = text_of(node.child_by_field_name("arguments")).strip()[1:-1].strip()
            if not _ZERO.match(status):
                self.acts.append(node)
            elif (owner := self.owner(node)) is not None:
                owner.ends = True
            if not _NUMBER.match(status) and (owner := self.owner(node)) is not None:
                owner.ends = True
        elif words.fails.search(name):
            given = words.throwing.search(name) and (
                self.is_given_away(node) or (self.language == "c" and self.guard(node) is None)
            )
            (self.given if given else self.acts).append(node)
        elif words.asserts.search(name):
            arguments = text_of(node.child_by_field_name("arguments"))
            (self.acts if re.match(r"\(\s*false\s*[,)]", arguments) else self.asserts).append(node)
        elif words.methods.search(name):
            holder = self.parent(node)
            if holder is not None and holder.type == "expression_statement":
                self.acts.append(node)
        elif self.language == "rust" and _SOFT.match(name):
            self.soft.append(node)
        elif name == "Err" and self.language == "rust":
            holder = self.parent(node)
            if holder is not None and holder.type in ("return_expression", "block"):
                self.acts.append(node)

    def _is_assertion_in_macro(self, name: Node) -> bool:
        """Whether `name` is an assertion's among the tokens of a macro, which have no tree."""
        holder, after = self.parent(name), name.next_sibling
        inside = (
            holder is not None and holder.type == "token_tree" and after is not None and after.type == "!"
        )
        return inside and self.words.asserts.search(text_of(name) + "!") is not None

    def _passes_on(self, throw: Node) -> bool:
        """Whether what is thrown was caught: it, or another that is made of it."""
        thrown = text_of(throw.named_children[0])
        if ASSERTION.search(thrown[:80]):
            return False
        for node in self.around(throw):
            if node.type == "catch_clause":
                names = re.findall(r"\w+", text_of(node).partition("{")[0])
                return bool(names) and re.search(rf"\b{re.escape(names[-1])}\b", thrown) is not None
        return False

    def _follow_calls(self) -> None:
        """Functions that cannot but fail make their calls acts; those that check make their calls checks."""
        if self.language == "java":
            for node in self.nodes:
                if node.type == "assert_statement":
                    held = text_of(node.named_children[0]) if node.named_child_count else ""
                    (self.acts if re.fullmatch(r"\(*false\)*", held) else self.asserts).append(node)
        calls = [node for node in self.nodes if node.type in self.words.calls]
        waiting = list(self.acts)
        while waiting:
            act = waiting.pop()
            owner = self.owner(act)
            if owner is None or owner.fails or owner.name is None or self.guard(act) is not None:
                continue
            if self.words.entries.match(owner.name) or act.type == "return_statement":
                continue
            owner.fails = owner.checks = True
            more = [call for call in calls if owner in self.called(call) and not self.is_given_away(call)]
            self.acts += more
            waiting += more
        for node in (*self.acts, *self.asserts):
            if (owner := self.owner(node)) is not None:
                owner.checks = True
        changed = True
        while changed:
            changed = False
            for call in calls:
                owner, called = self.owner(call), self.called(call)
                if owner is not None and not owner.checks and any(function.checks for function in called):
                    owner.checks = changed = True
                if owner is not None and not owner.ends and any(function.ends for function in called):
                    owner.ends = changed = True
