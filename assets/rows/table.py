"""How an artifact declares its table: columns with types and meanings, said once.

The declaration drives validation on writing, the schema shown in the Dagster UI, and the documentation's tables. The
declarations themselves are in `table.py` of each artifact's package.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import polars as pl


@dataclass(frozen=True)
class Column:
    """One column; `volatile` ones (timings) do not count as content in the data version.

    `sources` are the columns of the artifacts before it that it is made from, each `<artifact>.<column>`.
    """

    name: str
    dtype: pl.DataType
    description: str
    volatile: bool = False
    sources: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """A table's columns and the one that is its key."""

    key: str
    columns: tuple[Column, ...]

    @property
    def schema(self) -> pl.Schema:
        """Names and types, in order."""
        return pl.Schema({column.name: column.dtype for column in self.columns})

    @property
    def volatile(self) -> tuple[str, ...]:
        """Names of the columns that are no content."""
        return tuple(column.name for column in self.columns if column.volatile)


def text(name: str, description: str, *sources: str) -> Column:
    """A string column."""
    return Column(name, pl.String(), description, sources=sources)


def integer(name: str, description: str, *sources: str) -> Column:
    """A 64-bit integer column."""
    return Column(name, pl.Int64(), description, sources=sources)


def taken_over(columns: Iterable[Column], artifact: str) -> tuple[Column, ...]:
    """`columns` as a later artifact has them that takes them over from `artifact` as they are."""
    return tuple(replace(column, sources=(f"{artifact}.{column.name}",)) for column in columns)
