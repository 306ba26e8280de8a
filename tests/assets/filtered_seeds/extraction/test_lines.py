"""Lines and dedenting: the standard library's meaning of both, where it has one."""

import textwrap

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from assets.filtered_seeds.extraction.lines import dedent, is_evenly_indented, with_plain_lines

LINES = st.lists(st.text(alphabet=" \tab\"'#", max_size=12), min_size=1, max_size=8).map("\n".join)
BLOCKS = st.tuples(st.text(" \t", max_size=4), LINES).map(
    lambda drawn: drawn[0] + "x\n" + "\n".join(drawn[0] + line for line in drawn[1].split("\n"))
)


@given(BLOCKS)
def test_dedent_is_that_of_the_standard_library_where_no_line_sticks_out(text):
    assert is_evenly_indented(text)
    assert dedent(text) == textwrap.dedent(text)


@given(LINES)
def test_dedenting_twice_is_dedenting_once_and_lines_stay(text):
    once = dedent(text)
    assert once.count("\n") == text.count("\n")
    if text.strip(" \t\n"):
        assert [line.strip() for line in once.split("\n")] == [line.strip() for line in text.split("\n")]


def test_a_line_that_sticks_out_stays():
    assert dedent("    a\n  b\n\n      c\n   \n") == "a\n  b\n\n  c\n\n"
    assert not is_evenly_indented("    a\n  b")


@given(st.text(alphabet="a\r\n\f\u2028\ufeff", max_size=20))
def test_lines_end_as_python_reads_them(text):
    plain = pl.select(with_plain_lines(pl.lit(text))).item()
    assert plain == text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
