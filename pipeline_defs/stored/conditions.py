"""A condition in SQL over the columns of one table, as a person types it: nothing in it reads any other data.

Polars' SQL has table functions that open files wherever a query may stand in an expression. So queries are refused
before it sees the text: outside of texts in quotes there is none of the words that one begins with, and no comment or
other quoting that could hide where a text ends.
"""

import re

import polars as pl

_QUOTED = re.compile(r"""'(?:[^'\\]|\\[^'"]|'')*'|"(?:[^"\\]|\\[^'"]|"")*\"""")
"""Texts and names that end at the same sign whether a backslash escapes or not."""
_QUERY = re.compile(r"\b(?:select|values|table|with|exists)\b", re.IGNORECASE)
_OTHER_QUOTES = re.compile(r"--|/\*|[`$;#]")
LONGEST = 10_000
DEEPEST = 100


class ConditionError(ValueError):
    """A condition is not one; the message says what is wrong."""


def condition(text: str) -> pl.Expr:
    """`text` as an expression over one row. Raises `ConditionError`."""
    bare = _QUOTED.sub(" 0 ", text)
    if len(text) > LONGEST or max(bare.count("("), bare.lower().count("not")) > DEEPEST:
        raise ConditionError("it is too long; write a shorter condition")
    if "'" in bare or '"' in bare:
        raise ConditionError(
            "a quote has no end, or a backslash stands before a quote; write '' for ' in a text"
        )
    if found := _OTHER_QUOTES.search(bare):
        raise ConditionError(f"{found[0]!r} has no place in a condition outside of quotes; leave it out")
    if found := _QUERY.search(bare):
        raise ConditionError(
            f"{found[0]} begins a query, and a condition compares columns of this table alone; a column "
            "of that name is written in double quotes"
        )
    try:
        return pl.sql_expr(text)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        raise ConditionError(_first_line(error)) from error


def why(error: BaseException) -> str:
    """What Polars says against a condition, on one line."""
    return _first_line(error)


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
