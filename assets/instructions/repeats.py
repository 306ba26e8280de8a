"""Rows that repeat an earlier one in any of several columns, with white space removed (Magicoder's cleaning).

One pass over the rows as they stand: a row is held against those that stayed, so every dropped row names a kept
one. Which row is earlier is the caller's choice.
"""

import re
from collections.abc import Mapping

import polars as pl

from assets.rows.outcome import Outcome, Rule, apply_rules
from assets.rows.reasons import Reason


def repeated(rows: pl.DataFrame, columns: Mapping[str, Reason], *, stage: str, id_column: str) -> Outcome:
    """`rows` less those that repeat a kept row's value of any of `columns` (text; first column first).

    The detail of a rejection is the id of the row that it repeats.
    """
    seen: dict[str, dict[str, str]] = {name: {} for name in columns}
    found: list[tuple[str | None, str | None]] = []
    for row_id, *values in rows.select(id_column, *columns).iter_rows():
        keys = {name: re.sub(r"\s+", "", value or "") for name, value in zip(columns, values, strict=True)}
        name = next((name for name, key in keys.items() if key in seen[name]), None)
        found.append((None, None) if name is None else (name, seen[name][keys[name]]))
        if name is None:
            for column, key in keys.items():
                seen[column][key] = row_id
    judged = rows.with_columns(
        pl.Series("__column", [name for name, _ in found], dtype=pl.String),
        pl.Series("__winner", [winner for _, winner in found], dtype=pl.String),
    )
    rules = [Rule(reason, pl.col("__column") == name, pl.col("__winner")) for name, reason in columns.items()]
    outcome = apply_rules(judged, rules, stage=stage, id_column=id_column)
    return Outcome(outcome.kept.drop("__column", "__winner"), outcome.rejected)
