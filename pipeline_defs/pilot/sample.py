"""Which files or seeds a pilot takes: spread over the repositories, the same every time, and each as likely as any.

A larger pilot holds the smaller one, so that a second look pays for nothing twice.
"""

import numpy as np
import polars as pl

from assets.asking.draws import uniform
from resources.ids import text_id

GOLDEN = (5**0.5 - 1) / 2
"""Steps of this share of a circle spread over it evenly, however many are taken."""


def spread_sample(rows: pl.DataFrame, size: int, *, id_column: str) -> pl.DataFrame:
    """`size` of `rows` (columns `repo` and `id_column`), all of them where there are fewer, in order of their ids.

    The rows are in the order of the hashes of their repositories and ids, and places are taken that are spread
    evenly over it: a repository gives about as many rows as its share of all of them.
    """
    if rows.height <= size:
        return rows.sort(id_column)
    ordered = rows.sort(
        uniform(0, "pilot/repository", "repo"), "repo", uniform(0, "pilot/row", id_column), id_column
    )
    start = int(text_id(ordered[id_column][0], str(rows.height))[:8], 16) / 2**32
    return ordered[_places(rows.height, size, start)].sort(id_column)


def _places(rows: int, size: int, start: float) -> pl.Series:
    """The first `size` different places below `rows` of the golden ratio's sequence.

    Its `start` is drawn by the rows themselves, so that no place is likelier than another over many corpora.
    """
    steps = 4 * size
    while True:
        places = pl.Series(np.floor(((start + np.arange(steps) * GOLDEN) % 1) * rows), dtype=pl.UInt32)
        different = places.unique(maintain_order=True)
        if different.len() >= size:
            return different.head(size)
        steps *= 2
