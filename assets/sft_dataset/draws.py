"""Random numbers for rows: they depend on seed, purpose and row id, never on a row's place in a frame."""

import polars as pl

from resources.ids import content_id


def uniform(seed: int, purpose: str, id_column: str) -> pl.Expr:
    """A number in [0, 1) for each row; the same on every machine and whatever rows stand beside it."""
    digits = content_id(pl.lit(str(seed)), pl.lit(purpose), id_column).str.head(8)
    return digits.str.to_integer(base=16, dtype=pl.Int64) / 2**32
