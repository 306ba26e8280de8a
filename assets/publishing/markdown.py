"""Markdown tables of frames, for Dagster's metadata and for the reference pages.

No value ends its cell or its row: `|` is escaped, line breaks become one sign or a space. Values come from dumps and
models: each is shown as it is, and none becomes HTML, a link or a picture.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import date, time, timedelta
from decimal import Decimal

import polars as pl

from resources.printable import one_line

PLAIN = (int, float, Decimal, date, time, timedelta)
"""What is shown without the marks of code: `bool` is an `int`, `datetime` a `date`."""
MARKS = re.compile(r"[\[\]<>&!`|\\*]|://|www\.")


def markdown_table(frame: pl.DataFrame, *, width: int = 300) -> str:
    """A frame as a table: text as code, so that Markdown changes none of it; numbers as they are."""
    cells = [[_plain(one) if isinstance(one, PLAIN) else code_cell(one, width) for one in frame[name]]
             for name in frame.columns]  # fmt: skip
    return table([_heading(name) for name in frame.columns], zip(*cells, strict=True))


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of cells that are Markdown already; see `cell` and `code_cell`."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def cell(text: str) -> str:
    """Text with its own Markdown as a cell: on one line, without HTML, `|` escaped."""
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")


def code_cell(value: object, width: int = 300) -> str:
    """A value as a code span: one line, at most `width` characters, nothing for null."""
    if value is None:
        return ""
    shown = value.to_list() if isinstance(value, pl.Series) else value
    text = one_line(str(shown).replace("\r\n", "\n").replace("\r", "\n"))
    cut = text if len(text) <= width else text[: width - 1] + "…"
    if not cut.strip():
        return ""
    # a span cannot hold its own marks; a bar behind a backslash would end the cell however it is escaped
    return "`" + cut.replace("`", "ˋ").replace("\\|", "\\¦").replace("|", "\\|") + "`"


def fenced(text: str, language: str) -> str:
    """`text` as a block of code, whatever fences are in it."""
    longest = max((len(run) for run in re.findall("`{3,}", text)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}{language}\n{text.rstrip()}\n{fence}"


def _plain(value: object) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _heading(name: str) -> str:
    """A column's name; one with Markdown's marks in it (an answer's columns may be named by values) as code."""
    return code_cell(name) if MARKS.search(name) else cell(name)
