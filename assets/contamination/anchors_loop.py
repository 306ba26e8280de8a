"""The inner loops of `anchors`, compiled."""

import numpy as np
from numpy.typing import NDArray

from assets.contamination.hash_lookup_loop import SPREAD
from assets.texts.compilation import compiled

LONG, SHORT = 20, 8
"""Letters and digits of an anchor; the short one for passages of fewer than the long one's."""
_BASE = np.uint64(0x100000001B3)


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
    kept, bounds, end = np.empty(len(data) + 1, np.uint8), np.zeros(len(starts) + 1, np.int64), 0
    for row in range(len(starts)):
        for place in range(starts[row], ends[row]):
            letter = fold[data[place]]
            kept[end] = letter  # the next letter's place if it is none: without a branch, twice as fast
            end += letter != 0
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
def where_they_stand(
    letters: NDArray[np.uint8],
    bounds: NDArray[np.int64],
    keys: NDArray[np.uint64],
    marks: NDArray[np.uint8],
    bits: int,
    short_keys: NDArray[np.uint64],
    short_marks: NDArray[np.uint8],
    short_bits: int,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Row and place among `keys` of every window of `LONG` letters that is one of them; the same of the short ones.

    The keys are sorted; row r has the letters `bounds[r]` to `bounds[r + 1]`.
    """
    rows, places = [np.int64(0) for _ in range(0)], [np.int64(0) for _ in range(0)]
    short_rows, short_places = [np.int64(0) for _ in range(0)], [np.int64(0) for _ in range(0)]
    top, short_top = np.uint64(1), np.uint64(1)
    for _ in range(LONG):
        top *= _BASE
    for _ in range(SHORT):
        short_top *= _BASE
    shift, short_shift = np.uint64(64 - bits), np.uint64(64 - short_bits)
    for row in range(len(bounds) - 1):
        first, last = bounds[row], bounds[row + 1]
        value, short = np.uint64(0), np.uint64(0)
        for place in range(first, min(first + LONG - 1, last)):
            letter = np.uint64(letters[place])
            value = value * _BASE + letter
            short = short * _BASE + letter
            if place - first >= SHORT:
                short -= np.uint64(letters[place - SHORT]) * short_top
            if place - first >= SHORT - 1:
                bit = (short * SPREAD) >> short_shift
                if short_marks[bit >> np.uint64(3)] >> np.uint8(bit & np.uint64(7)) & np.uint8(1):
                    at = np.searchsorted(short_keys, short)
                    if at < len(short_keys) and short_keys[at] == short:
                        short_rows.append(np.int64(row))
                        short_places.append(np.int64(at))
        for place in range(first + LONG - 1, last):
            letter = np.uint64(letters[place])
            value = value * _BASE + letter
            short = short * _BASE + letter - np.uint64(letters[place - SHORT]) * short_top
            if place - first >= LONG:
                value -= np.uint64(letters[place - LONG]) * top
            bit = (value * SPREAD) >> shift
            if marks[bit >> np.uint64(3)] >> np.uint8(bit & np.uint64(7)) & np.uint8(1):
                at = np.searchsorted(keys, value)
                if at < len(keys) and keys[at] == value:
                    rows.append(np.int64(row))
                    places.append(np.int64(at))
            bit = (short * SPREAD) >> short_shift
            if short_marks[bit >> np.uint64(3)] >> np.uint8(bit & np.uint64(7)) & np.uint8(1):
                at = np.searchsorted(short_keys, short)
                if at < len(short_keys) and short_keys[at] == short:
                    short_rows.append(np.int64(row))
                    short_places.append(np.int64(at))
    return (
        np.array(rows, np.int64),
        np.array(places, np.int64),
        np.array(short_rows, np.int64),
        np.array(short_places, np.int64),
    )
