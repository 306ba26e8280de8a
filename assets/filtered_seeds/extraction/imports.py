"""The import lines of a file that a text uses, by the names they bind.

A cheap reading of the file's own lines, for every language. What a Python function needs to stand alone is
worked out from its free names in `import_inference`.
"""

import re
from functools import cached_property

from tree_sitter import Node

from assets.filtered_seeds.extraction.languages.rules import LanguageRules

_WORD = re.compile(r"[\w$]+")


class FileImports:
    """The imports at the top level of one file; read when the first text asks for them."""

    def __init__(self, source: bytes, statements: list[Node], rules: LanguageRules) -> None:
        self._source, self._statements, self._rules = source, statements, rules

    def used_in(self, text: str) -> list[str]:
        """Import lines that bind a name which `text` mentions, and those of which the names are not known.

        In the file's order, each once.
        """
        if not self._lines:
            return []
        words = set(_WORD.findall(text))
        return [line for line, names in self._lines.items() if names is None or not words.isdisjoint(names)]

    @cached_property
    def _lines(self) -> dict[str, frozenset[str] | None]:
        rules, lines = self._rules, {}
        for node in self._statements:
            if not self._is_inside_a_function(node):
                statement = self._source[node.start_byte : node.end_byte].decode("utf-8", errors="replace")
                for line in rules.split_import(statement.strip()):
                    lines[line] = rules.bound_names(line)
        return lines

    def _is_inside_a_function(self, node: Node) -> bool:
        if node.start_point[1] == 0:
            return False
        around = node.parent
        while around is not None:
            if around.type in self._rules.functions_around or around.type in self._rules.classes_around:
                return True
            around = around.parent
        return False
