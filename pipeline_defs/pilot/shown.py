"""A pilot's measures as text for people: on the terminal, and on the page of its job."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:  # the definitions show a pilot, and a pilot loads the definitions
    from pipeline_defs.pilot.pilot import Pilot


def as_shown(pilot: Pilot) -> pl.DataFrame:
    """The measures over all languages, as text for people."""
    rows = [(row["artifact"], row["measure"], *cells(row)) for row in pilot.together().iter_rows(named=True)]
    names = ("artifact", "measure", "pilot", "factor", "whole", "95 % interval")
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")


def cells(row: dict[str, object]) -> list[str]:
    """Pilot, factor, whole and interval of one measure, as text."""
    money = row["measure"] == "money"
    numbers = [_number(row[name], money=money) for name in ("pilot", "whole", "low", "high")]
    factor = "-" if row["factor"] is None else f"{row['factor']:,.4g}"
    return [numbers[0], factor, numbers[1], f"{numbers[2]} to {numbers[3]}"]


def _number(value: object, *, money: bool) -> str:
    return f"{value:,.4f}" if money else f"{value:,.0f}"
