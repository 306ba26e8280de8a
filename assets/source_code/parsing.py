"""Calls into tree-sitter that end in time: a grammar may take seconds, or for ever, on one file."""

import time
from collections.abc import Sequence

from tree_sitter import Node, QueryCursor, Range, Tree

from assets.source_code.languages.rules import Dialect
from resources.languages.parser_input import read_by_calls

Match = dict[str, list[Node]]
"""The nodes of one match of a query by the names of their captures."""


class ParseTimeout(Exception):
    """A file took longer than it may; says so to `extract`, never to a user."""


class Deadline:
    """The moment after which a file has taken too long: `seconds` of this thread's own time.

    On a busy machine the clock on the wall runs ahead; what is rejected must not depend on that. The wall clock
    is asked first since it costs a tenth.
    """

    def __init__(self, seconds: float) -> None:
        self._on_the_wall = time.monotonic() + seconds
        self._of_the_thread = time.thread_time() + seconds

    def is_over(self) -> bool:
        """Whether the time is over."""
        return time.monotonic() > self._on_the_wall and time.thread_time() > self._of_the_thread


def parse(source: bytes, dialect: Dialect, deadline: Deadline, ranges: Sequence[Range] | None = None) -> Tree:
    """The tree of `source` (UTF-8), or of `ranges` of it. Raises `ParseTimeout` once `deadline` is over."""
    is_over = deadline.is_over
    dialect.parser.included_ranges = ranges or []
    with read_by_calls(source) as read:
        try:
            return dialect.parser.parse(read, progress_callback=lambda offset, has_error: is_over())
        except ValueError as error:
            dialect.parser.reset()  # else it would go on with this file at the next
            raise ParseTimeout from error


def matches(cursor: QueryCursor, node: Node, deadline: Deadline) -> list[Match]:
    """The captures of each match by their names. Raises `ParseTimeout` once `deadline` is over.

    The call itself cannot be cut: in tree-sitter 0.26.1 a progress callback of a query ends the process.
    """
    found = cursor.matches(node)
    if deadline.is_over():
        raise ParseTimeout
    return [match for _, match in found]
