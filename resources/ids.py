"""Content-addressed ids: the same content gives the same id on every machine and in every run.

An id is the first 128 bits of SHA-256, as 32 hexadecimal digits, over the length-prefixed values of the
columns that make a row what it is. The prefix keeps ("ab", "c") apart from ("a", "bc").
"""

import hashlib

import polars as pl
from polars_hash import CryptographicHashingNameSpace as Cryptographic

ID_LENGTH = 32
"""Hexadecimal digits in an id."""


def content_id(*columns: str | pl.Expr) -> pl.Expr:
    """Expression giving the id of each row from `columns` (strings, numbers or booleans; null is a value).

    The order of the columns counts. Nested columns must be turned into strings by the caller.
    """
    parts = [_prefixed(pl.col(column) if isinstance(column, str) else column) for column in columns]
    return sha256(pl.concat_str(parts)).str.head(ID_LENGTH)


def text_id(*parts: str | None) -> str:
    """The id that `content_id` gives a row with these string values; for single values outside frames."""
    canonical = "".join("-;" if part is None else f"{len(part.encode())}:{part};" for part in parts)
    return hashlib.sha256(canonical.encode()).hexdigest()[:ID_LENGTH]


def sha256(text: pl.Expr) -> pl.Expr:
    """Expression giving the whole SHA-256 (64 hexadecimal digits) of a string or binary column."""
    return Cryptographic(text).sha2_256()


def _prefixed(column: pl.Expr) -> pl.Expr:
    text = column.cast(pl.String)
    prefixed = pl.format("{}:{};", text.str.len_bytes(), text)
    return pl.when(text.is_null()).then(pl.lit("-;")).otherwise(prefixed)
