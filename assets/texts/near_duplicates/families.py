"""Families of near-duplicates: the connected components of the graph of rows whose signatures agree enough.

Two rows are linked where they share a band and the share of equal signature values, which estimates their
Jaccard similarity, reaches the threshold. Not every pair of a bucket is compared: pairs that are in one family
already are passed over, and the result is still exactly the components, up to `MOST_ROUNDS`. Knows row numbers
and signatures only; ids, ranks and evidence are in `find`.
"""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from assets.texts.near_duplicates.bands import band_hashes, choose_band_size, whole_hashes
from assets.texts.near_duplicates.shingles import Hashes
from assets.texts.near_duplicates.signatures import Signatures

Rows = NDArray[np.int64]

MOST_ROUNDS = 256
"""Rows of one bucket that are compared with the rest of it. Only a bucket that holds more families of rows
alike but below the threshold reaches it; without an end, such buckets would take quadratic time."""

_PAIRS_AT_ONCE = 8192


class Families:
    """Disjoint sets of rows; a family is named by its lowest row number, so by its best-ranked row."""

    def __init__(self, rows: int) -> None:
        self._parent = np.arange(rows)

    def of(self, rows: Rows) -> Rows:
        """The family of each row."""
        found = self._parent[rows]
        while True:
            further = self._parent[found]
            if np.array_equal(further, found):
                return found
            found = further

    def unite(self, one: Rows, other: Rows) -> None:
        """Make one family of the families of `one[i]` and `other[i]`, for every i."""
        while len(one):
            first, second = self.of(one), self.of(other)
            apart = first != second
            one, other, first, second = one[apart], other[apart], first[apart], second[apart]
            # where a family is united with several at once, the lowest wins and the rest is left for another turn
            np.minimum.at(self._parent, np.maximum(first, second), np.minimum(first, second))


def find_families(
    matrix: Signatures, threshold: float, on_band: Callable[[int, int], None] | None = None
) -> Rows:
    """The family of every row of `matrix` (rows in order of rank, best first): its best-ranked member's number.

    `on_band` is told the number of bands done and their total.
    """
    families = Families(len(matrix))
    winners = _unite_equal(matrix, families)
    band_size = choose_band_size(threshold, matrix.shape[1])
    least_equal = math.ceil(threshold * matrix.shape[1] - 1e-9)
    while True:
        finished = True
        for band, hashes in enumerate(band_hashes(matrix, band_size)):
            members, starts = _buckets(hashes[winners], winners)
            finished &= _link_buckets(matrix, families, members, starts, least_equal)
            if on_band:
                on_band(band + 1, matrix.shape[1] // band_size)
        left = winners[families.of(winners) == winners]
        # a bucket left unfinished is smaller without the rows that lost: again, so that a second run finds nothing
        if finished or len(left) == len(winners):
            return families.of(np.arange(len(matrix)))
        winners = left


def estimated_similarity(matrix: Signatures, one: Rows, other: Rows) -> NDArray[np.float64]:
    """Share of equal signature values of rows `one[i]` and `other[i]`."""
    return _equal_values(matrix, one, other) / matrix.shape[1]


def _equal_values(matrix: Signatures, one: Rows, other: Rows) -> Rows:
    equal = np.empty(len(one), np.int64)
    for start in range(0, len(one), _PAIRS_AT_ONCE):
        block = slice(start, start + _PAIRS_AT_ONCE)
        equal[block] = np.count_nonzero(matrix[one[block]] == matrix[other[block]], axis=1)
    return equal


def _unite_equal(matrix: Signatures, families: Families) -> Rows:
    """Make families of the rows with equal signatures; the rows that stand for them."""
    rows, first_of_bucket = _buckets(whole_hashes(matrix), np.arange(len(matrix)))
    if len(rows):
        first = np.repeat(rows[first_of_bucket], np.diff(np.append(first_of_bucket, len(rows))))
        same = _equal_values(matrix, first, rows) == matrix.shape[1]
        families.unite(first[same], rows[same])
    everyone = np.arange(len(matrix))
    return everyone[families.of(everyone) == everyone]


def _buckets(hashes: Hashes, rows: Rows) -> tuple[Rows, Rows]:
    """Rows that share their hash with another, bucket by bucket and ascending in each; where buckets start.

    One sort of integers that carry the row number in their low bits. What the hash loses by that only puts
    rows together by chance, and they are verified.
    """
    low_bits = np.uint64(max(1, int(rows[-1]).bit_length() if len(rows) else 1))
    mask = (np.uint64(1) << low_bits) - np.uint64(1)
    packed = np.sort((hashes & ~mask) | rows.astype(np.uint64))
    same = np.diff(packed >> low_bits) == 0
    shared = np.zeros(len(packed), np.bool_)
    shared[1:] |= same
    shared[:-1] |= same
    starts = np.ones(len(packed), np.bool_)
    starts[1:] = ~same
    return (packed[shared] & mask).astype(np.int64), np.flatnonzero(starts[shared])


def _link_buckets(
    matrix: Signatures, families: Families, members: Rows, starts: Rows, least_equal: int
) -> bool:
    """Link the alike rows of each bucket; false where `MOST_ROUNDS` left pairs uncompared.

    In each round one row of every bucket is compared with all others of another family, and leaves. It is of
    the family with the fewest rows in the bucket: so the rounds are few where nearly all are of one family.
    """
    bucket = np.repeat(np.arange(len(starts)), np.diff(np.append(starts, len(members))))
    for _ in range(MOST_ROUNDS):
        family = families.of(members)
        mixed = _buckets_of_several_families(bucket, family)
        members, bucket, family = members[mixed], bucket[mixed], family[mixed]
        if not len(members):
            return True
        leader = _one_of_smallest_family(bucket, family, members)
        opposite = np.repeat(leader, np.diff(np.append(_starts(bucket), len(bucket))))
        across = family != family[opposite]
        one, other = members[opposite[across]], members[across]
        linked = _equal_values(matrix, one, other) >= least_equal
        families.unite(one[linked], other[linked])
        stays = np.ones(len(members), np.bool_)
        stays[leader] = False
        members, bucket = members[stays], bucket[stays]
    return not _buckets_of_several_families(bucket, families.of(members)).any()


def _starts(group: Rows) -> Rows:
    """Where each run of equal values starts."""
    return np.flatnonzero(np.concatenate([[True], group[1:] != group[:-1]])) if len(group) else group


def _buckets_of_several_families(bucket: Rows, family: Rows) -> NDArray[np.bool_]:
    """Per member, whether its bucket holds more than one family. Members of a bucket stand together."""
    if not len(bucket):
        return np.zeros(0, np.bool_)
    starts = _starts(bucket)
    several = np.minimum.reduceat(family, starts) != np.maximum.reduceat(family, starts)
    return np.repeat(several, np.diff(np.append(starts, len(bucket))))


def _one_of_smallest_family(bucket: Rows, family: Rows, members: Rows) -> Rows:
    """For each bucket, the place of one member of the family with the fewest members in the bucket."""
    order = np.lexsort((members, family, bucket))
    new_family = np.concatenate([[True], (np.diff(bucket[order]) != 0) | (np.diff(family[order]) != 0)])
    runs = np.flatnonzero(new_family)
    sizes = np.diff(np.append(runs, len(order)))
    by_size = np.lexsort((runs, sizes, bucket[order[runs]]))
    smallest = by_size[_starts(bucket[order[runs]][by_size])]
    return order[runs[smallest]]
