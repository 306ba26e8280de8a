"""Calls into tree-sitter that end in time: a grammar may take seconds, or for ever, on one file."""

import time

from tree_sitter import Node, QueryCursor, Tree

from assets.filtered_seeds.extraction.languages.rules import Dialect

Match = dict[str, list[Node]]
"""The nodes of one match of a query by the names of their captures."""


class ParseTimeout(Exception):
    """A file took longer than it may; says so to `extract`, never to a user."""


def parse(source: bytes, dialect: Dialect, deadline: float) -> Tree:
    """The tree of `source` (UTF-8). Raises `ParseTimeout` once `time.monotonic()` is past `deadline`."""

    def is_too_late(offset: int, has_error: bool) -> bool:
        return time.monotonic() > deadline

    def read(offset: int, point: object) -> bytes:
        return source[offset:] if offset else source

    try:
        return dialect.parser.parse(read, progress_callback=is_too_late)
    except ValueError as error:
        dialect.parser.reset()  # else it would go on with this file at the next
        raise ParseTimeout from error


def matches(cursor: QueryCursor, node: Node, deadline: float) -> list[Match]:
    """The captures of each match by their names. Raises `ParseTimeout` after `deadline`.

    The call itself cannot be cut: in tree-sitter 0.26.1 a progress callback of a query ends the process.
    """
    found = cursor.matches(node)
    if time.monotonic() > deadline:
        raise ParseTimeout
    return [match for _, match in found]
