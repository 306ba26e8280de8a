"""A suite of tests as a tree: its functions, what they call, and which of them the answer calls.

What a function throws that the answer calls (a callback, a stand-in for an interface) is no failed check, as the answer
may be meant to catch it. Which statements are checks is found in `checks.py`.
"""

import re
from collections import Counter
from collections.abc import Iterator
from functools import cached_property

from tree_sitter import Node

from resources.sandbox.languages.check_words import CHECK_WORDS, CheckWords
from resources.sandbox.languages.suite_names import PARTS, Function, answers_names, last_name, text_of
from resources.sandbox.languages.syntax import code_only, declared_name, parse

_RUN_BY_ATTRIBUTE = re.compile(rb"^#\[\s*(?:\w+::)*test\s*(?:\(.*\))?\]$", re.DOTALL)
_LOOKS_FOR_METHODS = frozenset(("getMethods", "getDeclaredMethods", "GetMethods"))


class SuiteTree:
    """The tests of one program, read once, beside the answer that they are for."""

    def __init__(self, language: str, tests: str, code: str = "") -> None:
        self.language, self.tests, self.code = language, tests, code
        self.functions: dict[int, Function] = {}
        self.nodes: list[Node] = []
        self.given_ranges: list[tuple[int, int]] = []  # Rust: what the answer is given among a macro's tokens
        self._parents: dict[int, Node] = {}
        self._owners: dict[int, Function | None] = {}
        self._read_tree()
        self._by_name: dict[str, list[Function]] = {}
        for function in self.functions.values():
            if function.name:
                self._by_name.setdefault(function.name, []).append(function)
        self._mark_called_by_answer()

    @property
    def words(self) -> CheckWords:
        """The language's."""
        return CHECK_WORDS[self.language]

    def parent(self, node: Node) -> Node | None:
        """The node around `node`."""
        return self._parents.get(node.id)

    def around(self, node: Node) -> Iterator[Node]:
        """The nodes around `node`, up to its function's own."""
        owner = self.owner(node)
        up = self.parent(node)
        while up is not None and (owner is None or up.id != owner.node.id):
            yield up
            up = self.parent(up)

    def owner(self, node: Node) -> Function | None:
        """The function or lambda that `node` is in."""
        return self._owners.get(node.id)

    def statement(self, node: Node) -> Node | None:
        """The statement of a block that `node` is or is in; None where its function has no such."""
        for inner, outer in zip([node, *self.around(node)], self.around(node), strict=False):
            if outer.type in self.words.blocks and inner.is_named:
                return inner
        return None

    def callee(self, node: Node) -> str:
        """The whole name that a call calls, e.g. `System.exit`; a macro's with its `!`."""
        if node.type == "macro_invocation":
            return text_of(node.child_by_field_name("macro")) + "!"
        if node.type == "method_invocation":
            left, name = node.child_by_field_name("object"), text_of(node.child_by_field_name("name"))
            return f"{text_of(left)}.{name}" if left is not None else name
        return re.sub(r"\s", "", text_of(node.child_by_field_name("function")))

    def called(self, node: Node) -> list[Function]:
        """The tests' functions that a call may call: by name alone, or by a lambda's name with whatever runs it."""
        name = self.callee(node)
        found = self._by_name.get(re.sub(r"<.*>$", "", PARTS.split(name)[-1]), [])
        before = PARTS.split(name)[0]
        if name != before and (by_variable := self._by_name.get(before)):
            return [function for function in by_variable if function.node.type in self.words.lambdas]
        outside = (
            name != before
            and before not in ("this", "self", "Self", "crate", "super")
            and (before not in self._types)
        )
        return [] if outside else found

    def is_dead(self, node: Node) -> bool:
        """Whether `node` is in a function that nothing mentions, nor could find by looking for methods."""
        if (
            "getDeclaredMethods" in self._mentions
            or "GetMethods" in self._mentions
            or "getMethods" in self._mentions
        ):
            return False
        function = self.owner(node)
        while function is not None:
            name = function.name
            if name and not self.words.entries.match(name) and self._mentions[name] == 1:
                before = function.node.prev_named_sibling
                while before is not None and before.type in ("attribute_item", "line_comment"):
                    if _RUN_BY_ATTRIBUTE.match(before.text or b""):
                        break
                    before = before.prev_named_sibling
                else:
                    return True
                if before is None:
                    return True
            function = self.owner(function.node)
        return False

    def in_main(self, node: Node) -> bool:
        """Whether `node` is the entry function's own."""
        function = self.owner(node)
        return function is not None and function.name in ("main", "Main")

    def guard(self, act: Node) -> Node | None:
        """What decides whether `act` is reached: the nearest `if`, or choice, loop or try that it is in."""
        inner = act
        for node in self.around(act):
            if node.type in self.words.ifs:
                condition = node.child_by_field_name("condition")
                if condition is None or condition.id != inner.id:
                    return node
            elif node.type in self.words.guards and not (
                node.type == "binary_expression"
                and text_of(node.child_by_field_name("operator")) not in ("&&", "||", "and", "or")
            ):
                return node
            inner = node
        return None

    @cached_property
    def _shown(self) -> str:
        return code_only(self.language, self.tests)

    @cached_property
    def _mentions(self) -> Counter[str]:
        return Counter(re.findall(r"\w+", self._shown))

    @cached_property
    def _answers(self) -> frozenset[str]:
        return answers_names(self.language, self.code)

    @cached_property
    def _types(self) -> set[str]:
        return {text_of(n.child_by_field_name("name")) for n in self.nodes if n.type in self.words.types}

    def _read_tree(self) -> None:
        words = self.words
        waiting: list[tuple[Node, Function | None]] = [(parse(self.language, self.tests), None)]
        while waiting:
            node, owner = waiting.pop()
            self.nodes.append(node)
            self._owners[node.id] = owner
            inner = owner
            if node.type in words.functions:
                inner = self.functions[node.id] = Function(node, last_name(declared_name(node)))
            elif node.type in words.lambdas:
                inner = self.functions[node.id] = Function(node, self._variable(node))
            for child in reversed(node.children):
                self._parents[child.id] = node
                waiting.append((child, inner))

    def _variable(self, function: Node) -> str | None:
        """The variable that a lambda is the value of."""
        holder = self.parent(function)
        if holder is not None and holder.type == "expression_list":
            holder = self.parent(holder)
        if holder is None or (
            "decl" not in holder.type and holder.type not in ("var_spec", "assignment_expression")
        ):
            return None
        left = next(
            (n for f in ("name", "declarator", "left", "pattern") if (n := holder.child_by_field_name(f))),
            None,
        )
        name = text_of(left)
        return name if name.isidentifier() else None

    def _mark_called_by_answer(self) -> None:
        """Functions that the answer is given, and methods of types that stand in for an interface."""
        theirs = self._answers - self._by_name.keys()
        for node in self.nodes:
            if node.type in self.words.calls:
                name, arguments = (
                    PARTS.split(self.callee(node))[-1],
                    node.child_by_field_name("arguments"),
                )
            elif node.type == "object_creation_expression":
                name, arguments = (
                    text_of(node.child_by_field_name("type")),
                    node.child_by_field_name("arguments"),
                )
            elif node.type == "token_tree" and node.prev_sibling is not None:
                name, arguments = text_of(node.prev_sibling), node
                if name in theirs:
                    self.given_ranges.append((node.start_byte, node.end_byte))
            else:
                continue
            if re.sub(r"<.*>$", "", name) not in theirs or arguments is None:
                continue
            waiting = list(arguments.children)
            while waiting:
                inner = waiting.pop()
                if inner.id in self.functions:
                    self.functions[inner.id].called_by_answer = True
                elif inner.type == "identifier":
                    for function in self._by_name.get(text_of(inner), []):
                        function.called_by_answer = function.called_by_answer or not self._is_called(inner)
                waiting += inner.children
        for function in self.functions.values():
            if self._stands_in(function):
                function.called_by_answer = True

    def _is_called(self, name: Node) -> bool:
        holder = self.parent(name)
        return (
            holder is not None
            and holder.type in self.words.calls
            and any(
                (held := holder.child_by_field_name(part)) is not None and held.id == name.id
                for part in ("function", "name")
            )
        )

    def _stands_in(self, function: Function) -> bool:
        """Whether it is a method of a type with a base (not of a test case's), or of Go's with a receiver."""
        if function.node.type not in self.words.functions:
            return False
        if self.language == "go":
            return function.node.type == "method_declaration"
        body = self.parent(function.node)
        holder = self.parent(body) if body is not None else None
        if holder is None:
            return False
        if (
            holder.type == "object_creation_expression"
        ):  # an anonymous class: as a lambda, by what it is given to
            return any(
                up.type in self.words.calls and PARTS.split(self.callee(up))[-1] in self._answers
                for up in self.around(holder)
            )
        bases = [
            n for n in holder.children
            if n.type in ("superclass", "super_interfaces", "base_list", "base_class_clause")
        ]  # fmt: skip
        bases += [n for n in [holder.child_by_field_name("trait")] if n is not None]
        return any("Test" not in text_of(base) for base in bases)

    def is_given_away(self, node: Node) -> bool:
        """Whether `node` is in a function that the answer calls."""
        function = self.owner(node)
        while function is not None:
            if function.called_by_answer:
                return True
            function = self.owner(function.node)
        return False
