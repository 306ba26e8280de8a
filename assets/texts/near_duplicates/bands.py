"""Banding: which rows are compared at all. Rows that agree on every value of one band are candidates.

Band sizes are powers of two and bands start at multiples of their size, so a smaller band lies inside each
larger one: a lower threshold compares every pair that a higher one does, which makes near-duplicate removal
monotone in the threshold. Candidates are verified by their signatures (see `families`), so bands may be
smaller than in datasketch, which takes every candidate for a match: at every similarity from the threshold
on, a pair is found at least as often as with datasketch's optimum.
"""

from collections.abc import Iterator

import numpy as np

from assets.texts.near_duplicates.shingles import Hashes
from assets.texts.near_duplicates.signatures import Signatures

FOUND_AT_THRESHOLD = 0.85
"""Least probability that a pair exactly at the threshold shares a band. Pairs above it are found more often."""

_GOLDEN = 0x9E3779B97F4A7C15
_BANDS_AT_ONCE = 8
_ROWS_AT_ONCE = 2048


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


def band_hashes(matrix: Signatures, band_size: int) -> Iterator[Hashes]:
    """For each band in turn, one hash a row over the band's values.

    Equal bands have equal hashes; the reverse is left to the verification.
    """
    bands = matrix.shape[1] // band_size
    for first in range(0, bands, _BANDS_AT_ONCE):
        group = matrix[:, first * band_size : min(first + _BANDS_AT_ONCE, bands) * band_size]
        hashes = np.zeros((group.shape[1] // band_size, len(matrix)), np.uint64)
        for start in range(0, len(matrix), _ROWS_AT_ONCE):
            values = group[start : start + _ROWS_AT_ONCE].reshape(-1, len(hashes), band_size)
            block = np.zeros(values.shape[:2], np.uint64)
            for place in range(band_size):
                block ^= values[:, :, place]
                block *= np.uint64(_GOLDEN)
                block ^= block >> np.uint64(32)
            hashes[:, start : start + _ROWS_AT_ONCE] = block.T
        yield from hashes


def whole_hashes(matrix: Signatures) -> Hashes:
    """One hash a row over the whole signature."""
    factors = _mix(np.arange(1, matrix.shape[1] + 1, dtype=np.uint64)) | np.uint64(1)
    hashes = np.zeros(len(matrix), np.uint64)
    for start in range(0, len(matrix), _ROWS_AT_ONCE):
        block = slice(start, start + _ROWS_AT_ONCE)
        hashes[block] = (matrix[block] * factors).sum(axis=1, dtype=np.uint64)
    return _mix(hashes)


def _mix(values: Hashes) -> Hashes:
    """A bijection that spreads every input bit over all output bits (MurmurHash3's 64-bit finaliser)."""
    mixed = values ^ (values >> np.uint64(33))
    mixed *= np.uint64(0xFF51AFD7ED558CCD)
    mixed ^= mixed >> np.uint64(33)
    mixed *= np.uint64(0xC4CEB9FE1A85EC53)
    mixed ^= mixed >> np.uint64(33)
    return mixed
