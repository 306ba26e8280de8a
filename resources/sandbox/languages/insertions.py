"""Insertions into a suite's text, at byte places of its tree.

What is at one place is ordered: ends before beginnings, the inner of two ends before the outer.
"""

from tree_sitter import Node

from resources.sandbox.languages.check_words import CheckWords
from resources.sandbox.languages.suite_tree import SuiteTree


class Insertions:
    """What is put into the tests of `suite`; in texts, `M` stands for `mark`."""

    def __init__(self, suite: SuiteTree, mark: str) -> None:
        self.tree = suite
        self.words: CheckWords = suite.words
        self.mark = mark
        self.edits: list[tuple[int, int, tuple[int, float], str]] = []
        self.done: set[int] = set()  # nodes that are marked

    def put(self, place: int, text: str, depth: float, ends: bool = False) -> None:
        """Put `text` at a byte place; of a node `depth` levels deep, after it where it `ends` what the node is."""
        self.edits.append((place, place, (0, -depth) if ends else (1, depth), text.replace("M", self.mark)))

    def around(self, node: Node, before: str, after: str) -> None:
        """Put a text before and one after `node`."""
        depth = self.depth(node)
        self.put(
            node.start_byte, f" {before}", depth
        )  # `assert(...)` and `return(...)` have no space of their own
        self.put(node.end_byte, after, depth, ends=True)

    def replace(self, node: Node, text: str) -> None:
        """Put `text` in the place of `node`."""
        self.edits.append((node.start_byte, node.end_byte, (2, 0), text.replace("M", self.mark)))

    def depth(self, node: Node) -> int:
        """How many nodes are around `node` in its function."""
        return sum(1 for _ in self.tree.around(node))

    def applied(self) -> str:
        """The tests with all insertions."""
        source, pieces, position = self.tree.tests.encode(), [], 0
        for start, end, _, text in sorted(self.edits):
            pieces += [source[position:start], text.encode()]
            position = max(position, end)
        return b"".join([*pieces, source[position:]]).decode()

    def stands_in_block(self, statement: Node) -> bool:
        """Whether other statements may be beside `statement`."""
        holder = self.tree.parent(statement)
        return holder is not None and holder.type in self.words.blocks
