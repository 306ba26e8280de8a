"""The documented functions of one file, by tree-sitter: grammars and queries are each language's own.

tree-sitter's C code parses and finds the candidates; Python sees only functions that have documentation. It
follows self-OSS-instruct's extraction (every function with a docstring), for all languages. Not here: frames
(`extract`), the choice of good functions (the filters).
"""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass

from tree_sitter import Node, QueryCursor, Tree

from assets.filtered_seeds.extraction.documentation import LinesAbove
from assets.filtered_seeds.extraction.imports import FileImports
from assets.filtered_seeds.extraction.languages.rules import Dialect, LanguageRules
from assets.filtered_seeds.extraction.lines import dedent, is_evenly_indented

_AFTER_A_FUNCTION = re.compile(rb"[ \t\f;,)]*(?:(?://|#).*|/\*[^\n]*\*/[ \t]*)?")


_Match = dict[str, list[Node]]


class ParseTimeout(Exception):
    """A file took longer than it may; says so to `extract`, never to a user."""


@dataclass(slots=True)
class Function:
    """One documented function; rows are 0-based and inclusive."""

    text: str
    docstring: str
    docstring_form: str
    name: str | None
    first_row: int
    last_row: int
    doc_first_row: int
    doc_last_row: int
    imports: list[str]
    has_return_value: bool | None
    n_arguments: int | None
    is_nested: bool
    is_method: bool
    has_error: bool
    shares_lines: bool
    has_code: bool
    """Something besides the documentation stands in the body."""
    doc_has_own_lines: bool


def documented_functions(
    source: bytes, rules: LanguageRules, timeout_s: float
) -> tuple[list[Function], bool]:
    """The documented functions of a file in the order of their text, and whether the file has parse errors.

    `source` is UTF-8 with LF line ends. A file in which no documentation can be is not parsed, so that its
    errors are not seen. Raises `ParseTimeout` after `timeout_s` seconds.
    """
    if not any(hint.search(source) for hint in rules.documentation_hints):
        return [], False
    deadline = time.monotonic() + timeout_s
    dialect = rules.dialects[0]
    tree = _parse(source, dialect, deadline)
    for other in rules.dialects[1:]:
        if tree.root_node.has_error:
            tree_of_other = _parse(source, other, deadline)
            if not tree_of_other.root_node.has_error:
                dialect, tree = other, tree_of_other
    return _FunctionsOfTree(source, rules, dialect, tree, deadline).all(), tree.root_node.has_error


class _FunctionsOfTree:
    def __init__(
        self, source: bytes, rules: LanguageRules, dialect: Dialect, tree: Tree, deadline: float
    ) -> None:
        self._source, self._rules, self._dialect, self._deadline = source, rules, dialect, deadline
        self._values = None if dialect.values is None else QueryCursor(dialect.values)
        self._functions: dict[int, _Match] = {}
        comments: list[Node] = []
        attributes: list[tuple[Node, Node | None]] = []
        for match in self._candidates(tree.root_node):
            if "function" in match:
                start = match["function"][0].start_byte
                known = self._functions.get(start)
                if known is None or len(known) < len(match):
                    self._functions[start] = match
            else:
                comments += match.get("comment", ())
                attributes += [
                    (node, match.get("overload_of", [None])[0]) for node in match.get("attribute", ())
                ]
        self._above = LinesAbove(source, comments, attributes, rules.documentation_form)
        self._imports = FileImports(source, tree.root_node, rules)

    def _candidates(self, root: Node) -> Iterator[_Match]:
        cursor = QueryCursor(self._dialect.functions)
        ends = []
        if self._rules.documentation_is_inside:
            ends = [
                found.end()
                for hint in self._rules.documentation_hints
                for found in hint.finditer(self._source)
            ]
        if not ends or _is_cheaper_whole(len(ends), len(self._source)):
            yield from _matches(cursor, root, self._deadline)
            return
        for end in ends:
            cursor.set_byte_range(end - 1, end)
            yield from _matches(cursor, root, self._deadline)

    def all(self) -> list[Function]:
        found = []
        for start in sorted(self._functions):
            function = self._function(self._functions[start])
            if function is not None:
                found.append(function)
        return found

    def _function(self, match: _Match) -> Function | None:
        rules, source = self._rules, self._source
        node, body = self._with_wrappers(match["function"][0]), match.get("body", [None])[0]
        name = self._text(match.get("name"))
        start, end = node.start_byte, node.end_byte
        row, (last_row, last_column) = node.start_point[0], node.end_point
        last_row -= last_column == 0
        line_start = source.rfind(b"\n", 0, start) + 1
        shares = bool(source[line_start:start].strip())
        if inside := match.get("docstring"):
            literal = inside[0]
            doc = source[literal.start_byte : literal.end_byte].decode()
            form = rules.documentation_form(doc)
            if form is None:
                return None
            first_row, doc_rows = row, (literal.start_point[0], literal.end_point[0])
            own_lines = _has_own_lines(source, literal.start_byte, literal.end_byte)
            has_code = body is not None and body.named_child_count > 1
            code_parts = (start, literal.start_byte), (literal.end_byte, end)
        else:
            above = self._above.documentation(row, name)
            if above is None or shares:
                return None
            doc, form, first_row = above.text, above.form, above.text_first_row
            doc_rows, own_lines, has_code = (above.first_row, above.last_row), True, True
            code_parts = ((start, end),)
        docstring = rules.clean(doc)
        if not docstring:
            return None
        for _ in range(row - first_row):  # documentation and attributes above, a line each
            line_start = source.rfind(b"\n", 0, line_start - 1) + 1
        if source[end - 1 : end] == b"\n":
            end -= 1
        line_end = source.find(b"\n", end)
        line_end = len(source) if line_end < 0 else line_end
        shares = shares or _AFTER_A_FUNCTION.fullmatch(source, end, line_end) is None
        raw = source[line_start:line_end].decode()
        text = dedent(raw)
        code = b" ".join(source[begin:stop] for begin, stop in code_parts)
        has_error = node.has_error or (
            rules.indentation_counts
            and not is_evenly_indented(raw)
            and _parse(text.encode(), self._dialect, self._deadline).root_node.has_error
        )
        is_nested, is_method = self._surroundings(node)
        return Function(
            text=text,
            docstring=docstring,
            docstring_form=form,
            name=name,
            first_row=first_row,
            last_row=last_row,
            doc_first_row=doc_rows[0],
            doc_last_row=doc_rows[1],
            imports=self._imports.used_in(code),
            has_return_value=self._has_return_value(node, body),
            n_arguments=self._n_arguments(match),
            is_nested=is_nested,
            is_method=is_method,
            has_error=has_error,
            shares_lines=shares,
            has_code=has_code,
            doc_has_own_lines=own_lines,
        )

    def _has_return_value(self, node: Node, body: Node | None) -> bool | None:
        """Whether a value is returned by the function itself; functions within it do not count."""
        if self._values is None:
            return None
        if body is None:
            return False
        hint, inside = self._rules.value_hint, body.byte_range
        if hint is None:
            return self._gives_value(node, inside, node.byte_range)
        return any(
            self._gives_value(node, inside, found.span()) for found in hint.finditer(self._source, *inside)
        )

    def _gives_value(self, node: Node, body: tuple[int, int], span: tuple[int, int]) -> bool:
        if self._values is None:
            return False
        values: list[tuple[int, int]] = []
        scopes: list[tuple[int, int]] = []
        self._values.set_byte_range(*span)
        for match in _matches(self._values, node, self._deadline):
            values += [value.byte_range for value in match.get("value", ())]
            scopes += [scope.byte_range for scope in match.get("scope", ())]
        within = [scope for scope in scopes if not _holds(scope, body)]
        return any(not any(_holds(scope, value) and scope != value for scope in within) for value in values)

    def _n_arguments(self, match: _Match) -> int | None:
        rules, parameters = self._rules, match.get("parameters", [None])[0]
        if rules.count_arguments is not None:
            return rules.count_arguments(parameters, match["function"][0])
        if parameters is None:
            return 0
        if parameters.type == "identifier":  # x => ..., one parameter without parentheses
            return 1
        return sum(child.type not in rules.not_arguments for child in parameters.named_children)

    def _with_wrappers(self, node: Node) -> Node:
        wrappers = self._rules.wrappers
        while (around := node.parent) is not None and around.type in wrappers:
            node = around
        return node

    def _surroundings(self, node: Node) -> tuple[bool, bool]:
        """Whether the nearest thing around that is one or the other is a function, or a class."""
        if node.type in self._rules.methods:
            return False, True
        around = node.parent
        while around is not None:
            if around.type in self._rules.functions_around:
                return True, False
            if around.type in self._rules.classes_around:
                return False, True
            around = around.parent
        return False, False


def _parse(source: bytes, dialect: Dialect, deadline: float) -> Tree:
    def is_too_late(offset: int, has_error: bool) -> bool:
        return time.monotonic() > deadline

    def read(offset: int, point: object) -> bytes:
        return source[offset:] if offset else source

    try:
        return dialect.parser.parse(read, progress_callback=is_too_late)
    except ValueError as error:
        dialect.parser.reset()
        raise ParseTimeout from error


def _matches(cursor: QueryCursor, node: Node, deadline: float) -> list[_Match]:
    """The captures of each match by their names."""
    matches = cursor.matches(node)
    if time.monotonic() > deadline:
        raise ParseTimeout
    return [match for _, match in matches]


def _is_cheaper_whole(n_places: int, n_bytes: int) -> bool:
    """Whether one walk of the whole tree costs less than going to each place from the root.

    As measured: 0.03 us a byte, against 10 us a place and 0.01 us for each node of the top level before it.
    """
    return 0.03 * n_bytes < 10 * n_places + 0.005 * n_places**2


def _holds(outer: tuple[int, int], inner: tuple[int, int]) -> bool:
    return outer[0] <= inner[0] and inner[1] <= outer[1]


def _has_own_lines(source: bytes, start: int, end: int) -> bool:
    line_start = source.rfind(b"\n", 0, start) + 1
    line_end = source.find(b"\n", end)
    return (
        not source[line_start:start].strip() and not source[end : line_end if line_end >= 0 else None].strip()
    )
