"""The table that a command prints: for a person, as JSON lines, or as CSV. Every command with a table goes this way.

For a person, a table that does not fit the terminal is printed row by row, a line for each column; nothing is squeezed
until it cannot be read. For a program, values are whole and unrounded, and everything else goes to standard error.
"""

import sys
from dataclasses import dataclass
from typing import Annotated

import polars as pl
import typer
from rich.markup import escape
from rich.rule import Rule
from rich.table import Table

from pipeline_defs.commands.terminal import Console
from resources.printable import escaped_json, one_line, visible

AsJson = Annotated[bool, typer.Option("--json", help="JSON lines instead of a table for people.")]
AsCsv = Annotated[
    bool, typer.Option("--csv", help="CSV instead of a table for people; nested values as JSON.")
]

LONGEST_CELL = 200
"""Characters of a cell that a person is shown."""
NARROWEST_TEXT = 16
"""Characters that a column of text must have to be read beside others."""
LONGEST_WORD = 40
"""Characters of a value without a space, such as an id or a name, that is not broken."""


@dataclass(frozen=True)
class Output:
    """How this call prints its table. Raises `typer.BadParameter` where both forms are asked for."""

    json: bool = False
    csv: bool = False

    def __post_init__(self) -> None:
        if self.json and self.csv:
            raise typer.BadParameter("give --json or --csv, not both")

    @property
    def for_people(self) -> bool:
        """Whether a person reads it."""
        return not (self.json or self.csv)

    @property
    def console(self) -> Console:
        """For everything that is not the table."""
        return Console(stderr=not self.for_people)

    def say(self, text: str) -> None:
        """Print `text`, as it is."""
        self.console.print(text, markup=False, highlight=False, soft_wrap=True)

    def table(
        self, frame: pl.DataFrame, title: str = "", *, shown: pl.DataFrame | None = None, nothing: str = ""
    ) -> None:
        """Print `frame`; a person is shown `shown` in its place, and `nothing` where there are no rows."""
        if self.json:
            sys.stdout.write(escaped_json(as_text(frame).write_ndjson()))
        elif self.csv:
            text = as_text(
                frame, nested=True
            ).write_csv()  # CSV has no escapes: exact, unless a person reads it
            sys.stdout.write(visible(text) if sys.stdout.isatty() else text)
        elif frame.is_empty():
            self.say(nothing or f"{title}: no rows".removeprefix(": "))
        else:
            print_table(self.console, frame if shown is None else shown, title)


def as_text(frame: pl.DataFrame, *, nested: bool = False) -> pl.DataFrame:
    """`frame` with bytes as hexadecimal text and, where `nested`, lists and structs as JSON."""
    binary = [name for name, dtype in frame.schema.items() if dtype == pl.Binary]
    frame = frame.with_columns(pl.col(name).bin.encode("hex") for name in binary)
    inner = [name for name, dtype in frame.schema.items() if dtype.is_nested()] if nested else []
    return frame.with_columns(
        pl.struct(pl.col(name).alias("value"))
        .struct.json_encode()
        .str.strip_prefix('{"value":')
        .str.strip_suffix("}")
        .alias(name)
        for name in inner
    )


def print_table(console: Console, frame: pl.DataFrame, title: str = "") -> None:
    """Print `frame` as a table where it fits, else row by row."""
    cells = [[_cell(value) for value in frame[name]] for name in frame.columns]
    numeric = [dtype.is_numeric() for dtype in frame.schema.values()]
    widths = [_least(name, values) for name, values in zip(frame.columns, cells, strict=True)]
    if sum(widths) + 3 * len(widths) + 1 > console.width:
        _print_rows(console, frame.columns, cells, title)
        return
    table = Table(title=escape(title) or None, title_justify="left")
    for name, number, width in zip(frame.columns, numeric, widths, strict=True):
        justify = "right" if number else "left"
        table.add_column(escape(name), justify=justify, overflow="fold", min_width=width)
    for row in zip(*cells, strict=True):
        table.add_row(*map(escape, row))
    console.print(table)


def _least(name: str, values: list[str]) -> int:
    """Characters that a column needs to be read: names and numbers whole, longer texts wrapped."""
    longest = max((len(value) for value in values), default=0)
    if any(" " in value for value in values) or longest > LONGEST_WORD:
        longest = min(longest, NARROWEST_TEXT)
    return max(longest, *(len(part) for part in name.split()), 1)


def _print_rows(console: Console, names: list[str], cells: list[list[str]], title: str) -> None:
    if title:
        console.print(f"[italic]{escape(title)}[/]", highlight=False)
    for number, row in enumerate(zip(*cells, strict=True), start=1):
        console.print(Rule(f"row {number}", align="left", style="dim"))
        grid = Table.grid(padding=(0, 2))
        grid.add_column(no_wrap=True, style="bold")
        grid.add_column(overflow="fold")
        for name, value in zip(names, row, strict=True):
            grid.add_row(escape(name), escape(value))
        console.print(grid)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, pl.Series):
        value = value.to_list()
    text = one_line(str(value))
    return text if len(text) <= LONGEST_CELL else text[: LONGEST_CELL - 1] + "…"
