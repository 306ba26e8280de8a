"""Where the documentation of a function stands: in its body, or in comments that end on the line above it.

What counts as documentation
and how its markers come off is each language's own (`languages`).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tree_sitter import Node


@dataclass(frozen=True, slots=True)
class Documentation:
    """Documentation of a function as it is in the source; rows are 0-based and inclusive."""

    text: str
    form: str
    first_row: int
    last_row: int
    text_first_row: int
    """First row of all that belongs to the function: documentation above it, and attributes."""
    has_own_lines: bool
    """No code stands in its lines."""


def documentation_inside(
    source: bytes, literal: Node, form_of: Callable[[str], str | None], function_row: int
) -> Documentation | None:
    """The documentation that a string in a function's body is; null where the language takes it for none."""
    start, end = literal.start_byte, literal.end_byte
    text = source[start:end].decode()
    form = form_of(text)
    if form is None:
        return None
    line_start, line_end = source.rfind(b"\n", 0, start) + 1, source.find(b"\n", end)
    around = source[line_start:start] + source[end : line_end if line_end >= 0 else None]
    return Documentation(
        text, form, literal.start_point[0], literal.end_point[0], function_row, not around.strip()
    )


class LinesAbove:
    """The comments and attributes of a file that have their lines for themselves, by the row they end on."""

    def __init__(
        self,
        source: bytes,
        comments: Iterable[Node],
        attributes: Iterable[tuple[Node, Node | None]],
        form_of: Callable[[str], str | None],
    ) -> None:
        self._source = source
        self._form_of = form_of
        self._comments = self._by_last_row((comment, None) for comment in comments)
        self._attributes = self._by_last_row(attributes)

    def has_something(self, row: int) -> bool:
        """Whether a comment or an attribute ends on the line above `row`."""
        return row - 1 in self._comments or row - 1 in self._attributes

    def documentation(self, row: int, name: str | None) -> Documentation | None:
        """Documentation of the function `name` that begins on `row`; null where there is none.

        Attributes, its overloads, and comments that are no documentation may be between. Line comments of
        one form make one documentation as long as no line parts them.
        """
        first = self._above_attributes(row, name, or_comments=True)
        found = self._comment(first - 1)
        if found is None:
            return None
        text, form, begin = found
        parts, last_row = [text], first - 1
        if form.endswith("_lines"):
            while (more := self._comment(begin - 1)) is not None and more[1] == form:
                parts.append(more[0])
                begin = more[2]
        first = self._above_attributes(begin, name)
        return Documentation("\n".join(reversed(parts)), form, begin, last_row, first, True)

    def _above_attributes(self, row: int, name: str | None, *, or_comments: bool = False) -> int:
        while True:
            node = self._attributes.get(row - 1)
            if node is not None and node[3] is not None and node[3] != name:
                node = None
            if node is None and or_comments and self._comment(row - 1) is None:
                node = self._comments.get(row - 1)
            if node is None:
                return row
            row = node[0]

    def _comment(self, last_row: int) -> tuple[str, str, int] | None:
        node = self._comments.get(last_row)
        if node is None:
            return None
        text = self._source[node[1] : node[2]].decode("utf-8", errors="replace").rstrip()
        form = self._form_of(text)
        return None if form is None else (text, form, node[0])

    def _by_last_row(
        self, nodes: Iterable[tuple[Node, Node | None]]
    ) -> dict[int, tuple[int, int, int, str | None]]:
        """First row, first and last byte, and name by the last row, of nodes with nothing before them in their line."""
        source, rows = self._source, {}
        for node, name in nodes:
            start, end = node.start_byte, node.end_byte
            if source[source.rfind(b"\n", 0, start) + 1 : start].strip():
                continue
            last_row, last_column = node.end_point
            of = (
                None
                if name is None
                else source[name.start_byte : name.end_byte].decode("utf-8", errors="replace")
            )
            rows[last_row - (last_column == 0 and end > start)] = (node.start_point[0], start, end, of)
        return rows
