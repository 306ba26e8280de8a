"""Failures that the tests only print, in a branch of their own: told to the harness as any other.

Tests that do nothing but print have no check; beside one that counts, what they print is not forgotten.
"""

from tree_sitter import Node

from resources.sandbox.languages.check_words import PRINTS, SAYS_FAIL
from resources.sandbox.languages.insertions import Insertions
from resources.sandbox.languages.suite_names import text_of


class PrintedFailures(Insertions):
    """Marks the places where a failure is printed."""

    def mark_printed(self) -> None:
        """Mark all of them."""
        for node in self.tree.nodes:
            if "string" in node.type and SAYS_FAIL.search(text_of(node)):
                self._printed(node)

    def _printed(self, text: Node) -> None:
        """A failure that the tests only print, in a branch of their own for it: of a check as any other."""
        chosen: Node | None = text
        statement: Node | None = None
        for node in self.tree.around(text):
            if node.type in ("expression_statement", "macro_invocation") and PRINTS.match(text_of(node)):
                statement = node
                break
            if node.type in ("ternary_expression", "conditional_expression") and chosen is text:
                chosen = node
        if statement is None or statement.id in self.done:
            return
        if chosen is not text and chosen is not None:
            self._chosen(chosen, text)
            return
        for node in self.tree.around(statement):
            if node.type in self.words.ifs or node.type in ("catch_clause", "match_arm"):
                self.done.add(statement.id)
                self._around_statement(statement, self.words.told)
                return

    def _around_statement(self, statement: Node, before: str) -> None:
        closes = not self.stands_in_block(statement)
        depth = self.depth(statement) + 0.25  # inside what marks it as a branch
        self.put(statement.start_byte, ("{" if closes else "") + before, depth)
        if closes:
            end = ";" if self.tree.language == "rust" and statement.type == "macro_invocation" else ""
            self.put(statement.end_byte, end + "}", depth, ends=True)

    def _chosen(self, choice: Node, text: Node) -> None:
        """`ok ? "PASS" : "FAIL"` that is printed."""
        branch = choice.child_by_field_name("alternative")
        condition = choice.child_by_field_name("condition")
        if branch is None or condition is None or branch.id != text.id:
            return
        before, after = self.words.chosen
        if before:
            self.around(text, before, after)
