"""Banding: which rows are compared at all. Rows that agree on every value of one band are candidates.

Band sizes are powers of two and bands start at multiples of their size, so a smaller band lies inside each
larger one: a lower threshold compares every pair that a higher one does, which makes near-duplicate removal
monotone in the threshold. Candidates are verified by their signatures (see `families`), so bands may be
smaller than in datasketch, which takes every candidate for a match: at every similarity from the threshold
on, a pair is found at least as often as with datasketch's optimum.
"""

import numpy as np

from assets.filtered_seeds.near_duplicates.shingles import GOLDEN, Hashes
from assets.filtered_seeds.near_duplicates.signatures import Signatures

FOUND_AT_THRESHOLD = 0.85
"""Least probability that a pair exactly at the threshold shares a band. Pairs above it are found more often."""


def found_probability(similarity: float, bands: int, band_size: int) -> float:
    """Probability that two rows of this Jaccard similarity share at least one band."""
    return 1 - (1 - similarity**band_size) ** bands


def choose_band_size(threshold: float, permutations: int) -> int:
    """Values a band: the largest power of two that still finds pairs at the threshold; 1 if none does."""
    band_size = 1
    while (
        2 * band_size <= permutations
        and found_probability(threshold, permutations // (2 * band_size), 2 * band_size) >= FOUND_AT_THRESHOLD
    ):
        band_size *= 2
    return band_size


def band_hashes(matrix: Signatures, band: int, band_size: int) -> Hashes:
    """One hash a row over the values of one band. Equal bands have equal hashes; the reverse is checked later."""
    return hash_columns(matrix[:, band * band_size : (band + 1) * band_size])


def hash_columns(matrix: Signatures) -> Hashes:
    """One 64-bit hash a row over all columns."""
    hashes = np.zeros(len(matrix), np.uint64)
    for column in range(matrix.shape[1]):
        hashes ^= matrix[:, column]
        hashes *= np.uint64(GOLDEN)
        hashes ^= hashes >> np.uint64(32)
    return hashes
