"""Text that stands in removed rows and nowhere else: lines by which what is left of it is found.

A cached answer, a log or a preview has no id of the file that it holds text of; a line of it is enough.
"""

import json
from collections.abc import Sequence

import polars as pl

from pipeline_defs.taking_down.reach import Reach
from resources.parquet_store import ParquetStore

SHORTEST = 20
"""Characters of a line that can be taken for this file's own."""
LINES_A_TEXT = 64
TEXTS = ("content", "seed", "docstring", "instruction", "solution", "response", "prompt", "completion")
"""Columns of tables that hold text."""


def own_lines(store: ParquetStore, reached: Reach) -> list[str]:
    """Lines of the rows that are reached, which no other row of their table has; the longest of each text."""
    found: set[str] = set()
    for table in reached.tables:
        frame = store.scan(table.address)
        names = frame.collect_schema().names()
        if table.column != "file_id":
            continue
        hit = pl.col("file_id").is_in(reached.files.implode())
        for name in TEXTS:
            if name not in names:
                continue
            lines = lines_of(frame.filter(hit), name).collect(engine="streaming")
            if lines.is_empty():
                continue
            others = lines_of(frame.filter(~hit), name).join(lines.lazy(), on="line", how="semi")
            own = lines.join(others.unique().collect(engine="streaming"), on="line", how="anti")
            found.update(own["line"].to_list())
    return sorted(found)


def lines_of(frame: pl.LazyFrame, column: str) -> pl.LazyFrame:
    """The longer lines of a text column, without the white space around them, each once."""
    lines = (
        pl.col(column)
        .str.split("\n")
        .list.eval(
            pl.element().str.strip_chars().filter(pl.element().str.strip_chars().str.len_chars() >= SHORTEST)
        )
    )
    longest = lines.list.eval(
        pl.element().sort_by(pl.element().str.len_chars(), descending=True).head(LINES_A_TEXT)
    )
    return (
        frame.filter(pl.col(column).is_not_null())
        .select(longest.alias("line"))
        .explode("line", empty_as_null=True, keep_nulls=False)
        .drop_nulls()
        .unique()
    )


def patterns(lines: Sequence[str]) -> list[str]:
    """The lines as they stand in text, and as they stand in JSON."""
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
