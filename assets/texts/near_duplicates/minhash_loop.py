"""The inner loop of MinHash, compiled: every shingle of a row under every permutation, and the least of each.

A row's least values stay in the processor's first cache while its shingles pass by, and the loop over the
permutations is one of vector instructions; NumPy would go through memory three times for each permutation.
"""

import numpy as np
from numpy.typing import NDArray

from assets.texts.compilation import compiled

Words = NDArray[np.uint32]

NO_SHINGLE = 0xFFFFFFFF
"""What stands in every place of a row without shingles."""


def least_values(values: Words, offsets: NDArray[np.int64], permutations: tuple[Words, Words]) -> Words:
    """For each row, whose values are `values[offsets[i]:offsets[i + 1]]`, and each permutation x -> a x + b modulo
    2^32 of `permutations` (a, b): the least value, as a matrix (rows, permutations).

    Releases the interpreter's lock, so that threads can share the rows of a table.
    """
    factors, shifts = permutations
    least = np.full((len(offsets) - 1, len(factors)), NO_SHINGLE, np.uint32)
    _loop(values, offsets, factors, shifts, least)
    return least


@compiled
def _loop(values: Words, offsets: NDArray[np.int64], factors: Words, shifts: Words, least: Words) -> None:
    width = factors.shape[0]
    for row in range(offsets.shape[0] - 1):
        held = least[row]
        for place in range(offsets[row], offsets[row + 1]):
            value = values[place]
            for number in range(width):
                held[number] = min(held[number], np.uint32(value * factors[number] + shifts[number]))
