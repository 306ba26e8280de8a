"""The inner loops of `anchors`, compiled."""

import numpy as np
from numpy.typing import NDArray

from assets.texts.compilation import compiled

LONG, SHORT = 20, 8
"""Letters and digits of an anchor; the short one for passages of fewer than the long one's."""
_BASE = np.uint64(0x100000001B3)
_SPREAD = np.uint64(0x9E3779B97F4A7C15)


@compiled
def _mixed(value: np.uint64) -> np.uint64:
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))


@compiled
def folded(
    data: NDArray[np.uint8], starts: NDArray[np.int64], ends: NDArray[np.int64], fold: NDArray[np.uint8]
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """The letters and digits of each text, end to end, and where each text's begin."""
    kept, bounds, end = np.empty(len(data), np.uint8), np.zeros(len(starts) + 1, np.int64), 0
    for row in range(len(starts)):
        for place in range(starts[row], ends[row]):
            letter = fold[data[place]]
            if letter:
                kept[end] = letter
                end += 1
        bounds[row + 1] = end
    return kept[:end], bounds


@compiled
def anchors_of(
    letters: NDArray[np.uint8], first: NDArray[np.int64], last: NDArray[np.int64]
) -> NDArray[np.uint64]:
    """For each span of `letters` the hash of one of its windows, the same one wherever it stands; 0: too short."""
    found = np.zeros(len(first), np.uint64)
    for span in range(len(first)):
        length = last[span] - first[span]
        width = LONG if length >= LONG else SHORT
        if length < SHORT:
            continue
        top = np.uint64(1)
        for _ in range(width):
            top *= _BASE
        value, least, chosen = np.uint64(0), np.uint64(0xFFFFFFFFFFFFFFFF), np.uint64(1)
        for place in range(first[span], last[span]):
            value = value * _BASE + np.uint64(letters[place])
            if place - first[span] >= width:
                value -= np.uint64(letters[place - width]) * top
            if place - first[span] >= width - 1:
                mixed = _mixed(value)
                if mixed <= least:
                    least, chosen = mixed, value
        found[span] = chosen
    return found


@compiled
def bit_of(key: np.uint64, bits: int) -> np.uint64:
    """The place of `key` among 2**`bits` bits."""
    return (key * _SPREAD) >> np.uint64(64 - bits)


@compiled
def marked(keys: NDArray[np.uint64], bits: int) -> NDArray[np.uint8]:
    """2**`bits` bits, those of `keys` set."""
    found = np.zeros(1 << (bits - 3), np.uint8)
    for key in keys:
        bit = bit_of(key, bits)
        found[bit >> np.uint64(3)] |= np.uint8(1) << np.uint8(bit & np.uint64(7))
    return found


@compiled
def where_they_stand(
    data: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    fold: NDArray[np.uint8],
    width: int,
    keys: NDArray[np.uint64],
    marks: NDArray[np.uint8],
    bits: int,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Row and place among `keys` (sorted) of every window of `width` letters of the texts that is one of them."""
    rows, places = [np.int64(0) for _ in range(0)], [np.int64(0) for _ in range(0)]
    top, shift = np.uint64(1), np.uint64(64 - bits)
    for _ in range(width):
        top *= _BASE
    ring = np.zeros(32, np.uint64)  # the last letters: a power of two, more than `LONG`
    for row in range(len(offsets) - 1):
        count, value = 0, np.uint64(0)
        for place in range(offsets[row], offsets[row + 1]):
            letter = np.uint64(fold[data[place]])
            if letter == 0:
                continue
            value = value * _BASE + letter
            if count >= width:
                value -= ring[(count - width) & 31] * top
            ring[count & 31] = letter
            count += 1
            if count >= width:
                bit = (value * _SPREAD) >> shift
                if marks[bit >> np.uint64(3)] >> np.uint8(bit & np.uint64(7)) & np.uint8(1):
                    at = np.searchsorted(keys, value)
                    if at < len(keys) and keys[at] == value:
                        rows.append(np.int64(row))
                        places.append(np.int64(at))
    return np.array(rows, np.int64), np.array(places, np.int64)
