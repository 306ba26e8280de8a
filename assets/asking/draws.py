"""Random numbers for rows: they depend on seed, purpose and row id, never on a row's place in a frame."""

import hashlib

import polars as pl

from resources.ids import content_id


def draw_number(recipe_seed: int, purpose: str, row_id: str, sample: int = 0) -> int:
    """A number below 2**31 that depends on these values alone, never on the row's place in a frame."""
    canonical = f"{recipe_seed}\x00{purpose}\x00{row_id}\x00{sample}"
    return int.from_bytes(hashlib.sha256(canonical.encode()).digest()[:4]) >> 1


def uniform(seed: int, purpose: str, id_column: str) -> pl.Expr:
    """A number in [0, 1) for each row; the same on every machine and whatever rows are beside it."""
    digits = content_id(pl.lit(str(seed)), pl.lit(purpose), id_column).str.head(8)
    return digits.str.to_integer(base=16, dtype=pl.Int64) / 2**32
