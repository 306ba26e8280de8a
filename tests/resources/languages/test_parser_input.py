"""Parsing by calls: the same tree as of the whole text, and no text stays behind."""

import psutil
import pytest
import tree_sitter_python
from hypothesis import given
from hypothesis import strategies as st
from tree_sitter import Language, Parser, Range

from resources.languages.parser_input import read_by_calls

PARSER = Parser(Language(tree_sitter_python.language()))


@given(st.text(alphabet="def f(x): \n\t#'\"=1é", max_size=200))
def test_the_tree_is_that_of_the_text(text: str):
    source = text.encode()
    PARSER.included_ranges = []
    with read_by_calls(source) as read:
        assert str(PARSER.parse(read).root_node) == str(PARSER.parse(source).root_node)


def test_a_range_is_read_from_its_start():
    source = b"nonsense ( [ {\nx = 1\n"
    PARSER.included_ranges = [Range((1, 0), (1, 5), 15, 20)]
    with read_by_calls(source) as read:
        tree = PARSER.parse(read)
    PARSER.included_ranges = []
    assert not tree.root_node.has_error and tree.root_node.children[0].type == "expression_statement"


def test_nodes_know_their_text_after_the_parse():
    with read_by_calls("é = 'ü'\n".encode()) as read:
        tree = PARSER.parse(read)
    (statement,) = tree.root_node.children
    assert statement.text is not None and statement.text.decode().startswith("é = 'ü'")


@pytest.mark.slow(seconds=2)
def test_memory_does_not_grow_with_what_was_parsed():
    process = psutil.Process()

    def parse_megabytes(count: int) -> None:
        for number in range(count):
            source = (
                f"# {number}\n" + f"value = '{'x' * 990}'\n" * 1000
            ).encode()  # few nodes: quickly parsed
            with read_by_calls(source) as read:
                PARSER.parse(read)

    parse_megabytes(5)
    before = process.memory_info().rss
    parse_megabytes(40)
    assert process.memory_info().rss - before < 20e6
