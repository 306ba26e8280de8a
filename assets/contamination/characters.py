"""Texts to weighted character n-grams, whole blocks of rows at once.

Letters in lower case, runs of white space as one space; n-grams of 3 to 5 characters of every script, hashed into
`BUCKETS`. Weights are (1 + ln tf) times the bucket's idf, rows have length 1 (scikit-learn's TfidfVectorizer with
sublinear_tf and norm l2, there with a vocabulary instead of buckets).
"""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

SHORTEST, LONGEST = 3, 5
BUCKETS = 1 << 18


@dataclass(frozen=True)
class Grams:
    """The n-grams of a block of rows: those of row i are `buckets[offsets[i]:offsets[i + 1]]`, each once."""

    buckets: NDArray[np.uint32]
    weights: NDArray[np.float32]
    offsets: NDArray[np.int64]


def grams(texts: pl.Series, idf: NDArray[np.float32]) -> Grams:
    """The n-grams of every text (String; null: none) with weights by `idf` (one a bucket)."""
    from assets.contamination.characters_loop import hashed  # here: it brings the compiler

    plain = texts.fill_null("").str.to_lowercase().str.replace_all(r"\s+", " ").str.strip_chars()
    lengths = plain.str.len_chars().to_numpy().astype(np.int64)
    points = np.frombuffer("".join(plain.to_list()).encode("utf-32-le", "replace"), np.uint32)
    return Grams(*hashed(points, np.concatenate([[0], np.cumsum(lengths)]), idf, SHORTEST, LONGEST))
