"""Markdown tables of frames, for Dagster's metadata and for the reference pages.

No value ends its cell or its row: `|` is escaped, line breaks become one sign or a space.
"""

from collections.abc import Iterable, Sequence

import polars as pl


def markdown_table(frame: pl.DataFrame, *, width: int = 300) -> str:
    """A frame as a table: text as code, so that Markdown changes none of it; numbers as they are."""
    cells = [[code_cell(one, width) if isinstance(one, str) else _plain(one) for one in frame[name]]
             for name in frame.columns]  # fmt: skip
    return table([cell(name) for name in frame.columns], zip(*cells, strict=True))


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
    text = str(value).replace("\r\n", "\n").replace("\r", "\n").replace("\n", "⏎ ")
    cut = text if len(text) <= width else text[: width - 1] + "…"
    if not cut.strip():
        return ""
    return "`" + cut.replace("`", "ˋ").replace("|", "\\|") + "`"  # a span cannot hold its own marks


def _plain(value: object) -> str:
    if value is None:
        return ""
    return f"{value:.6g}" if isinstance(value, float) else cell(str(value))
