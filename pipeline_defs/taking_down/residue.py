"""Text that is in removed rows and nowhere else: lines by which what is left of it is found.

A cached answer, a log or a preview has no id of the file that it holds text of; a line of it is enough.
"""

import json
from collections.abc import Sequence

import polars as pl

from pipeline_defs.taking_down.reach import Reach, readable_tables
from resources.parquet_store import ParquetStore

SHORTEST = 20
"""Characters of a line that can be taken for this file's own."""
LINES_A_TEXT = 64
TEXTS = ("content", "seed", "docstring", "instruction", "solution", "response", "prompt", "completion")
"""Columns of tables that hold text."""


def own_lines(store: ParquetStore, reached: Reach) -> list[str]:
    """Lines of the rows that come from the files, which no other row of any table has; the longest of each text."""
    hit = pl.col("file_id").is_in(reached.files.implode()).fill_null(False)
    frames = [frame for _, frame in readable_tables(store) if "file_id" in frame.collect_schema()]
    texts = [(frame, name) for frame in frames for name in TEXTS if name in frame.collect_schema()]
    found = [lines_of(frame.filter(hit), name).collect(engine="streaming") for frame, name in texts]
    lines = pl.concat([pl.DataFrame(schema={"line": pl.String}), *found]).unique()
    for frame, name in texts:
        if lines.is_empty():
            break
        lines = lines.join(_there(frame.filter(~hit), name, lines["line"].to_list()), on="line", how="anti")
    return lines["line"].sort().to_list()


def lines_of(frame: pl.LazyFrame, column: str) -> pl.LazyFrame:
    """The longer lines of a text column, without the white space around them, each once; the longest of each text."""
    longest = _lines(column).list.eval(
        pl.element().sort_by(pl.element().str.len_chars(), descending=True).head(LINES_A_TEXT)
    )
    return _each(frame, column, longest).unique()


def _there(frame: pl.LazyFrame, column: str, lines: list[str]) -> pl.DataFrame:
    """Those of `lines` that stand anywhere in a text column, also within a longer line."""
    held = pl.col(column).str.extract_many(lines, overlapping=True).list.unique()
    return _each(frame, column, held).unique().collect(engine="streaming")


def _lines(column: str) -> pl.Expr:
    stripped = pl.element().str.strip_chars()
    return pl.col(column).str.split("\n").list.eval(stripped.filter(stripped.str.len_chars() >= SHORTEST))


def _each(frame: pl.LazyFrame, column: str, lines: pl.Expr) -> pl.LazyFrame:
    some = frame.filter(pl.col(column).is_not_null()).select(lines.alias("line"))
    return some.explode("line", empty_as_null=True, keep_nulls=False).drop_nulls()


def patterns(lines: Sequence[str]) -> list[str]:
    """The lines as they are in text, and as they are in JSON."""
    return sorted({*lines, *(json.dumps(line)[1:-1] for line in lines), *(_utf8(line) for line in lines)})


def _utf8(line: str) -> str:
    return json.dumps(line, ensure_ascii=False)[1:-1]


def holding(frame: pl.DataFrame, found_by: Sequence[str]) -> pl.Series:
    """Which rows have one of `found_by` in any text, inside lists and structs too."""
    marked = pl.Series([False]).new_from_index(0, frame.height)
    if not found_by:
        return marked
    wanted = list(found_by)
    for name, dtype in frame.schema.items():
        if dtype.is_nested():
            text = frame.select(pl.struct(pl.col(name)).struct.json_encode()).to_series()
        elif dtype == pl.String:
            text = frame[name]
        elif dtype == pl.Categorical:
            text = frame[name].cast(pl.String)
        else:
            continue
        held = pl.DataFrame({"text": text}).select(pl.col("text").str.contains_any(wanted).fill_null(False))
        marked |= held.to_series()
    return marked
