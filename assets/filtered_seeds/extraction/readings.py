"""How a file is best read: of a language's grammars and views of the source, those with the fewest errors.

A grammar is asked for one tree of the whole file. Where that has errors, the language's views (what a preprocessor
would take out is blank) and its other grammars are tried. Offsets are those of the source in every view.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from tree_sitter import Node, Range, Tree

from assets.source_code.languages.rules import Dialect, LanguageRules
from assets.source_code.parsing import Deadline, parse


@dataclass(frozen=True, slots=True)
class Reading:
    """A tree, the grammar that made it, and the text that the grammar was given."""

    tree: Tree
    dialect: Dialect
    text: bytes

    @property
    def has_error(self) -> bool:
        """Whether the grammar found an error anywhere."""
        return self.tree.root_node.has_error


def best_reading(
    source: bytes, rules: LanguageRules, deadline: Deadline, ranges: Sequence[Range] | None = None
) -> Reading:
    """The reading of `source` with the fewest errors; of equals the first tried.

    `ranges` of it where they hold no error, else all. Raises `ParseTimeout` once `deadline` is over.
    """

    def read(text: bytes, dialect: Dialect, only: Sequence[Range] | None = None) -> Reading:
        return Reading(parse(text, dialect, deadline, only), dialect, text)

    first, *others = in_order(source, rules)
    seen = rules.without_macros(source)
    best = read(seen, first, ranges)
    if ranges is not None and best.has_error:
        best = read(seen, first)
    if not best.has_error:
        return best
    fewest = _errors(best.tree.root_node)
    # all at once: each further tree costs as much as the first
    for view in rules.views:
        seen = view(seen)
    if seen != best.text:
        reading = read(seen, first)
        if (errors := _errors(reading.tree.root_node)) < fewest:
            best, fewest = reading, errors
    for other in others:
        if fewest and not other.never_reads(source):
            reading = read(best.text, other)
            if (errors := _errors(reading.tree.root_node)) < fewest:
                best, fewest = reading, errors
    return best


def in_order(source: bytes, rules: LanguageRules) -> list[Dialect]:
    """The grammars of a language as they are to be tried on `source`."""
    dialects = rules.dialects
    if rules.opening is not None and not rules.opening.search(source):
        return [*dialects[1:], dialects[0]]
    return dialects


def _errors(root: Node) -> int:
    """Errors in a tree: what the grammar could not read, what it missed, each within others too."""
    count = 0
    waiting = [root] if root.has_error else []
    while waiting:
        node = waiting.pop()
        count += node.is_error or node.is_missing
        waiting += [child for child in node.children if child.has_error]
    return count
