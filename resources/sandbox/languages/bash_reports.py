"""What a statement of Bash tests tells of an outcome: a word that is printed, a counter, a status that it leaves by.

Which statements are checks, and their marks, are in `bash_checks`.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from tree_sitter import Node

from resources.sandbox.languages.bash_reading import command_name, leaves, literals, words_of
from resources.sandbox.languages.reported import counted_in, said

PRINTS = ("echo", "printf", "print", "log")
FAILS = re.compile(r"^(?:\w*_)?(?:fail\w*|not_?ok|ko|die|error)$", re.IGNORECASE)
PASSES = re.compile(r"^(?:\w*_)?(?:pass\w*|ok|success)$", re.IGNORECASE)
_STEP = re.compile(r"[+]|^(?:1|true|yes|FAIL\w*)$", re.IGNORECASE)
_NOT_OK = re.compile(r"^(?:0|false|no)$", re.IGNORECASE)


@dataclass(frozen=True)
class Reports:
    """Reads statements. `functions` of the tests, and names of variables that `deciding` statements read later."""

    functions: Collection[str]
    deciding: Collection[str]

    def kinds(self, node: Node) -> set[str]:
        """What is told below `node`: `pass`, `fail`, or `leave` for an outcome that is returned or exited with."""
        kinds: set[str] = set()
        waiting = [node]
        while waiting:
            node = waiting.pop()
            if node.type in ("function_definition", "command_substitution"):
                continue
            if (report := self.report(node)) is not None:
                kinds.add(report)
            if leaves(node):
                kinds.add("leave")
            waiting.extend(node.children)
        return kinds

    def report(self, node: Node) -> str | None:
        """What one statement tells: `pass`, `fail`, `leave`, or nothing."""
        if node.type == "command":
            name = command_name(node) or ""
            if name in self.functions:
                return "fail" if FAILS.match(name) else "pass" if PASSES.match(name) else None
            if name in PRINTS:
                return said(literals(node))
            return self._counter(words_of(node)[1:]) if name == "let" else None
        if node.type == "variable_assignment":
            name, _, value = (node.text or b"").decode().partition("=")
            return self._assigned(name.rstrip("+"), value.strip("\"'"), name.endswith("+"))
        if node.type == "compound_statement" and node.children[0].type == "((":
            return self._counter([(node.text or b"").decode()[2:-2]])
        return None

    def _counter(self, words: Sequence[str]) -> str | None:
        for word in words:
            if found := re.search(r"(\w+)\s*(?:\+\+|\+=)|\+\+\s*(\w+)|(\w+)\s*=[^=].*\+", word):
                return self._of_name(next(name for name in found.groups() if name))
        return None

    def _assigned(self, name: str, value: str, appended: bool) -> str | None:
        if name in self.deciding:
            return "leave"
        if value.upper() in ("FAIL", "FAILED"):
            return "fail"
        meaning = self._of_name(name)
        if meaning == "pass" and _NOT_OK.match(value):
            return "fail"
        return meaning if appended or _STEP.search(value) else None

    def _of_name(self, name: str) -> str | None:
        return "leave" if name in self.deciding else counted_in(name)
