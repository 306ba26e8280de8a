"""The inner loops of `hash_lookup`, compiled."""

import numpy as np
from numpy.typing import NDArray

from assets.texts.compilation import compiled

SPREAD = np.uint64(0x9E3779B97F4A7C15)
"""Fibonacci hashing (Knuth 6.4): the upper bits of the product are the place in the table."""


@compiled
def marked(keys: NDArray[np.uint64], bits: int) -> NDArray[np.uint8]:
    """2**`bits` bits, those of `keys` set."""
    marks = np.zeros(1 << (bits - 3), np.uint8)
    for key in keys:
        bit = (key * SPREAD) >> np.uint64(64 - bits)
        marks[bit >> np.uint64(3)] |= np.uint8(1) << np.uint8(bit & np.uint64(7))
    return marks


@compiled
def known(
    hashes: NDArray[np.uint64], keys: NDArray[np.uint64], marks: NDArray[np.uint8], bits: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Places of the hashes that are among `keys` (sorted), and places of these."""
    places, at_keys = [np.int64(0) for _ in range(0)], [np.int64(0) for _ in range(0)]
    shift = np.uint64(64 - bits)
    for place in range(len(hashes)):
        bit = (hashes[place] * SPREAD) >> shift
        if marks[bit >> np.uint64(3)] >> np.uint8(bit & np.uint64(7)) & np.uint8(1):
            at = np.searchsorted(keys, hashes[place])
            if at < len(keys) and keys[at] == hashes[place]:
                places.append(np.int64(place))
                at_keys.append(np.int64(at))
    return np.array(places, np.int64), np.array(at_keys, np.int64)
