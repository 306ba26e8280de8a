"""Going through a table that is larger than memory: frames that are read when they are asked for.

A scan's own batches (`collect_batches`) are read ahead without bound where what is done with them takes longer than
reading them. Which rows a step needs, and what it does with them, is in the steps.
"""

from collections.abc import Iterator

import polars as pl

FILES = 2500
"""Source files read at once: tens of MB, and a whole part of a row group of the store."""


def row_batches(rows: pl.LazyFrame, size: int) -> Iterator[pl.DataFrame]:
    """`rows` in their order, in frames of `size` rows, the last one smaller; one empty frame where there is none.

    For scans of Parquet, of which a slice reads the row groups that it lies in.
    """
    total = rows.select(pl.len()).collect().item()
    for start in range(0, max(total, 1), size):
        yield rows.slice(start, size).collect()
