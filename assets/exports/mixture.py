"""A sample with wanted shares: of recipes, languages, tasks and categories, several at once, without repeating a row.

Shares of several dimensions are met together by iterative proportional fitting over the combinations that there are,
beginning with the rows as they stand, so that what no weight speaks of keeps its proportions. Which rows of a
combination are taken depends on seed and ids alone.
"""

from collections.abc import Mapping

import numpy as np
import polars as pl
from numpy.typing import NDArray

from assets.asking.draws import uniform
from assets.exports.settings import ExportError

OTHERS = "*"
"""All values of a dimension that its weights do not name."""

_ROUNDS, _CLOSE = 1000, 1e-9
_ALL = "__all"

Weights = Mapping[str, Mapping[str, float]]


def sample(
    rows: pl.DataFrame, weights: Weights, most: int | None, *, seed: int, strict: bool = True
) -> pl.DataFrame:
    """Rows of `rows` (`sft_id` and the dimensions) in the shares of `weights`, `most` of them or all that can be.

    Not `strict`: shares of values that are not there fall to the others, and fewer rows than `most` are no error.
    Raises `ExportError` where shares cannot be met. The order of `rows` stays.
    """
    if not weights and (most is None or (most >= rows.height and not strict)):
        return rows
    dimensions = list(weights)
    grouped = rows.with_columns(_group(rows, name, weights[name], strict) for name in dimensions)
    marks = [_mark(name) for name in dimensions]
    cells = grouped.group_by(marks or [pl.lit(0).alias(_ALL)]).len().sort(pl.all())
    shares = _fitted(cells, {name: weights[name] for name in dimensions}, strict)
    counts = cells["len"].to_numpy().astype(np.float64)
    possible = int(np.floor((counts[shares > 0] / shares[shares > 0]).min() + 1e-6)) if shares.any() else 0
    if strict and most is not None and most > possible:
        raise ExportError(_too_few(cells, shares, counts, most, possible))
    taken = _whole(shares, min(possible, rows.height if most is None else most), counts)
    wanted = cells.drop("len").with_columns(pl.Series("__taken", taken, pl.Int64))
    by = wanted.columns[:-1]
    if not marks:
        grouped = grouped.with_columns(pl.lit(0).alias(_ALL))
    drawn = grouped.with_columns(uniform(seed, "mixture", "sft_id").alias("__draw")).join(
        wanted, on=by, how="left", maintain_order="left", nulls_equal=True
    )
    place = pl.col("__draw").rank("ordinal").over(by)
    return drawn.filter(place <= pl.col("__taken")).select(rows.columns)


def _mark(name: str) -> str:
    return f"__{name}"


def _group(rows: pl.DataFrame, name: str, shares: Mapping[str, float], strict: bool) -> pl.Expr:
    """The column that says which weight of `name` is a row's."""
    value = pl.col(name).fill_null("null")
    named = [one for one in shares if one != OTHERS]
    there = rows.select(value.alias("value"))["value"].unique().sort().to_list()
    others = [one for one in there if one not in named]
    if others and OTHERS not in shares:
        raise ExportError(
            f"weights of {name} do not speak of {', '.join(others)}: give each a weight (0: left out), or all others "
            f"together one, {name}:*=1"
        )
    missing = [one for one in named if one not in there and shares[one] > 0]
    if missing and strict:
        raise ExportError(f"weights of {name}: no row has {', '.join(missing)}; there are {', '.join(there)}")
    return pl.when(value.is_in(named)).then(value).otherwise(pl.lit(OTHERS)).alias(_mark(name))


def _fitted(cells: pl.DataFrame, weights: Weights, strict: bool) -> NDArray[np.float64]:
    """The share of each cell, such that every dimension has its own."""
    shares = cells["len"].to_numpy().astype(np.float64)
    shares /= max(shares.sum(), 1)
    goals: list[tuple[NDArray[np.intp], NDArray[np.float64]]] = []
    for name, wanted in weights.items():
        values = cells[_mark(name)]
        kinds = values.unique().sort()
        goal = np.array([wanted[kind] for kind in kinds], np.float64)
        if not goal.any():
            return np.zeros_like(shares)
        goals.append((kinds.search_sorted(values).to_numpy().astype(np.intp), goal / goal.sum()))
    for _ in range(_ROUNDS):
        off = 0.0
        for place, goal in goals:
            have = np.bincount(place, shares, len(goal))
            factor = np.divide(goal, have, out=np.zeros_like(goal), where=have > 0)
            off = max(off, float(np.abs(goal - have).max()))
            shares = shares * factor[place]
        if off < _CLOSE:
            return shares
    if strict and goals:
        raise ExportError(
            "these weights cannot hold together: no mixture of the rows that there are has all of "
            + "; ".join(f"{name} {dict(wanted)}" for name, wanted in weights.items())
        )
    return shares / shares.sum() if shares.sum() else shares


def _whole(shares: NDArray[np.float64], rows: int, counts: NDArray[np.float64]) -> NDArray[np.int64]:
    """Whole numbers of rows in these shares, `rows` together, none above `counts`: by largest remainders."""
    exact = np.minimum(shares * rows, counts)
    taken = np.floor(exact + 1e-9).astype(np.int64)
    left = rows - int(taken.sum())
    room = np.where(shares > 0, counts - taken, 0) > 0
    for cell in sorted(np.flatnonzero(room), key=lambda one: (taken[one] - exact[one], one))[: max(left, 0)]:
        taken[cell] += 1
    return taken


def _too_few(
    cells: pl.DataFrame, shares: NDArray[np.float64], counts: NDArray[np.float64], most: int, possible: int
) -> str:
    ratio = np.where(shares > 0, counts / np.where(shares > 0, shares, 1), np.inf)
    scarce = cells.row(int(ratio.argmin()), named=True)
    marks = [name for name in scarce if name not in ("len", _ALL)]
    which = ", ".join(f"{name.removeprefix('__')} {scarce[name]}" for name in marks)
    about = f" in these shares: of {which} there are {scarce['len']}" if which else ""
    return f"there are {possible} rows{about}, {most} were asked for: ask for fewer, or change the weights"
