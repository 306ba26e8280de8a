"""The import lines of a file that a text uses, by the names they bind.

A cheap reading of the file's own lines, for every language. What a Python function needs to stand alone is
worked out from its free names in `import_inference`.
"""

from functools import cached_property, lru_cache

from tree_sitter import Node

from assets.source_code.languages.rules import LanguageRules

_WORDS_ONLY = bytes(
    byte if byte >= 128 or chr(byte).isalnum() or chr(byte) in "_$" else ord(" ") for byte in range(256)
)
"""Table for `bytes.translate`: what can be in no identifier becomes a space."""


class FileImports:
    """The imports at the top level of one file; read when the first text asks for them."""

    def __init__(self, source: bytes, root: Node, rules: LanguageRules) -> None:
        self._source, self._root, self._rules = source, root, rules

    def used_in(self, code: bytes) -> list[str]:
        """Import lines that bind a name which `code` mentions, and those of which the names are not known.

        In the file's order, each once.
        """
        if not self._lines:
            return []
        words = set(code.translate(_WORDS_ONLY).split())
        return [line for line, names in self._lines.items() if names is None or not words.isdisjoint(names)]

    @cached_property
    def _lines(self) -> dict[str, frozenset[bytes] | None]:
        rules = self._rules
        lines: dict[str, frozenset[bytes] | None] = {}
        level = [self._root]
        while level:  # the top level, and what stands there in conditions, attempts, namespaces
            node = level.pop()
            for child in node.named_children:
                if child.type in rules.import_nodes and self._is_import(child):
                    lines.update(_bindings(rules, self._source[child.start_byte : child.end_byte]))
                elif child.type in rules.around_imports or child.is_error:
                    level.append(child)
        return lines

    def _is_import(self, node: Node) -> bool:
        pattern = self._rules.import_pattern
        return pattern is None or pattern.match(self._source, node.start_byte, node.end_byte) is not None


@lru_cache(maxsize=4096)  # most files begin as others do
def _bindings(rules: LanguageRules, statement: bytes) -> list[tuple[str, frozenset[bytes] | None]]:
    """The lines of an import statement, each with the names it binds."""
    bindings = []
    for line in rules.split_import(statement.decode("utf-8", errors="replace").strip()):
        names = rules.bound_names(line)
        bindings.append((line, None if names is None else frozenset(name.encode() for name in names)))
    return bindings
