"""The rows that were asked for, found without ever holding a table: numbers of rows first, then one page of them.

A page in the file's order is a slice of the file. Where a search, a condition or an order is asked for, only the
columns that it needs are read, in streams, and what is kept of them is the numbers of the rows. Columns of code are
read for the rows of one page alone, row group by row group.
"""

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from pipeline_defs.rows_page.asked import Asked
from pipeline_defs.rows_page.opened import AskedError, Spot, Tables
from pipeline_defs.stored.conditions import ConditionError, condition
from resources.parquet_store.writer import ROW_GROUP_ROWS

CELL = 400
"""Characters of a cell in a list; the row's own page has all of them."""

BEFORE = 80
"""Characters shown before what was searched for."""

SORTED_BY = 64
"""Characters of a text that decide its place: a column of code is never held whole."""

COUNTED = (
    "stage",
    "reason",
    "verdict",
    "license",
    "language",
    "kind",
    "task",
    "difficulty",
    "engine",
    "benchmark",
)
"""Columns whose values are counted beside a list."""

VALUES_COUNTED = 12
REMEMBERED = 8


@dataclass(frozen=True)
class Page:
    """One page of rows: their spots, their cells (cut), and how many rows there are in all."""

    spots: list[Spot]
    cells: pl.DataFrame
    total: int


class Finder:
    """Finds pages, and remembers the numbers of rows of the last few questions."""

    def __init__(self) -> None:
        self._numbers: OrderedDict[object, pl.DataFrame] = OrderedDict()
        self._lock = threading.Lock()

    def page(self, tables: Tables, asked: Asked, columns: Sequence[str]) -> Page:
        """The page of `columns` that was asked for. Raises `AskedError`."""
        start = (asked.page - 1) * asked.rows
        if not (asked.search or asked.where or asked.exactly or asked.sort):
            spots, total = _in_order(tables.heights, start, asked.rows), sum(tables.heights)
        else:
            numbers = self._remembered("rows", tables, asked, lambda: _numbers(tables, asked))
            spots = [Spot(*one) for one in numbers.slice(start, asked.rows).iter_rows()]
            total = numbers.height
        return Page(spots, _cells(tables, spots, columns, asked.search), total)

    def counts(self, tables: Tables) -> dict[str, list[tuple[str, int]]]:
        """The commonest values of columns that have few, each with its number of rows."""
        names = [name for name in COUNTED if tables.schema.get(name) == pl.String]
        parts = [tables.scan(part).select(names) for part in range(len(tables.addresses))]
        found: dict[str, list[tuple[str, int]]] = {}
        for name in names if parts else ():
            by_value = self._remembered(
                name,
                tables,
                Asked(),
                lambda name=name: (
                    pl.concat(parts)
                    .group_by(name)
                    .len("rows")
                    .drop_nulls()
                    .sort("rows", name, descending=[True, False])
                    .head(VALUES_COUNTED)
                    .collect(engine="streaming")
                ),
            )
            if by_value.height > 1 or name == "reason":
                found[name] = list(by_value.iter_rows())
        return found

    def _remembered(self, what: str, tables: Tables, asked: Asked, find) -> pl.DataFrame:
        key = (what, tables.addresses, tables.versions, asked.at(1), asked.rows)
        with self._lock:
            known = self._numbers.get(key)
        found = known if known is not None else find()
        with self._lock:
            self._numbers[key] = found
            self._numbers.move_to_end(key)
            while len(self._numbers) > REMEMBERED * (1 + len(COUNTED)):
                self._numbers.popitem(last=False)
        return found


def sortable(kind: pl.DataType) -> bool:
    """Whether rows can be put in the order of a column of this type."""
    return not kind.is_nested()


def _in_order(heights: Sequence[int], start: int, rows: int) -> list[Spot]:
    spots: list[Spot] = []
    for part, height in enumerate(heights):
        if len(spots) < rows and start < height:
            spots += [Spot(part, number) for number in range(start, min(height, start + rows - len(spots)))]
        start = max(start - height, 0)
    return spots


def _numbers(tables: Tables, asked: Asked) -> pl.DataFrame:
    """`part` and `number` of every row that was asked for, in the order asked for."""
    wanted = _conditions(tables.schema, asked)
    order = [] if not asked.sort else [_order(tables.schema, asked.sort)]
    parts = []
    for part in range(len(tables.addresses)):
        scan = tables.scan(part)
        for one in wanted:
            scan = scan.filter(one)
        parts.append(
            scan.select(pl.lit(part, pl.Int32).alias("part"), pl.col("__row").alias("number"), *order)
        )
    try:
        found = pl.concat(parts).collect(engine="streaming") if parts else pl.DataFrame()
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        raise AskedError(
            f"{asked.where or asked.search}: {_first_line(error)}; columns are {', '.join(tables.schema)}"
        ) from error
    if not order or found.is_empty():
        return found
    return found.sort(
        "__order", "part", "number", descending=[asked.descending, False, False], nulls_last=True
    ).drop("__order")


def _conditions(schema: pl.Schema, asked: Asked) -> list[pl.Expr]:
    conditions: list[pl.Expr] = []
    for column, value in asked.exactly:
        _refuse_unknown(schema, column)
        conditions.append(pl.col(column).cast(pl.String, strict=False) == value)
    if asked.search:
        if asked.within:
            _refuse_unknown(schema, asked.within)
        within = (
            [asked.within] if asked.within else [name for name, kind in schema.items() if kind == pl.String]
        )
        if asked.within and schema[asked.within].is_nested():
            raise AskedError(f"{asked.within} is no column of text")
        pattern = "(?i)" + pl.escape_regex(asked.search)
        texts = [pl.col(name).cast(pl.String, strict=False) for name in within]
        conditions.append(pl.any_horizontal(text.str.contains(pattern).fill_null(False) for text in texts))
    if asked.where:
        try:
            conditions.append(condition(asked.where))
        except ConditionError as error:
            raise AskedError(f"{asked.where}: {error}") from error
    return conditions


def _order(schema: pl.Schema, column: str) -> pl.Expr:
    _refuse_unknown(schema, column)
    kind = schema[column]
    if not sortable(kind):
        raise AskedError(f"{column} has lists or fields in it, by which nothing can be sorted")
    order = pl.col(column).str.slice(0, SORTED_BY) if kind == pl.String else pl.col(column)
    return order.alias("__order")


def _refuse_unknown(schema: pl.Schema, column: str) -> None:
    if column not in schema:
        raise AskedError(f"no column {column!r}; there are {', '.join(schema)}")


def _first_line(error: BaseException) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]


def _cells(tables: Tables, spots: Sequence[Spot], columns: Sequence[str], search: str) -> pl.DataFrame:
    """`columns` of the rows at `spots`, in that order; long texts cut to one character more than is shown."""
    cut = [_cut(name, search) if tables.schema[name] == pl.String else pl.col(name) for name in columns]
    groups = sorted({(spot.part, spot.number // ROW_GROUP_ROWS) for spot in spots})
    frames = [
        pl.DataFrame(schema={"__part": pl.Int32, "__row": pl.UInt32} | {n: tables.schema[n] for n in columns})
    ]
    for part, group in groups:
        numbers = [
            spot.number for spot in spots if (spot.part, spot.number // ROW_GROUP_ROWS) == (part, group)
        ]
        first, last = min(numbers), max(numbers)
        frames.append(
            tables.scan(part)
            .slice(first, last - first + 1)
            .filter(pl.col("__row").is_in(numbers))
            .select(pl.lit(part, pl.Int32).alias("__part"), "__row", *cut)
            .collect(engine="streaming")
        )
    order = pl.DataFrame(
        {"__part": [spot.part for spot in spots], "__row": [spot.number for spot in spots]},
        schema={"__part": pl.Int32, "__row": pl.UInt32},
    )
    joined = order.join(pl.concat(frames), on=["__part", "__row"], how="left", maintain_order="left")
    return joined.drop("__part", "__row")


def _cut(column: str, search: str) -> pl.Expr:
    """The start of a text, or what stands around the first place where `search` is found in it, if that is later."""
    start = pl.col(column).str.slice(0, CELL + 1)
    if not search:
        return start
    found = pl.escape_regex(search)
    around = pl.col(column).str.extract(f"(?is)(.{{0,{BEFORE}}}{found}.{{0,{CELL}}})", 1)
    later = ~start.str.contains(f"(?i){found}") & around.is_not_null()
    return pl.when(later).then(pl.format("…{}", around)).otherwise(start).alias(column)
