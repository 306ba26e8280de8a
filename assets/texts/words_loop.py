"""The inner loop of splitting texts into words, compiled: one pass over the bytes, by a table of classes.

Knows code points and classes; which character has which class is in `words`.
"""

import numpy as np
from numpy.typing import NDArray

from assets.texts.character_classes import ALONE, MARK, PARTS, PASSED, SIGN, WORD
from assets.texts.compilation import compiled


@compiled
def split_rows(
    characters: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    known: NDArray[np.bool_],
    classes: NDArray[np.uint8],
    written: NDArray[np.uint8],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    word_offsets: NDArray[np.int64],
    wordless: NDArray[np.bool_],
) -> int:
    """Fill the arrays of `words.Words`; the number of bytes written."""
    size, words = 0, 0
    for row in range(len(offsets) - 1):
        place, end = offsets[row], offsets[row + 1]
        before, first = np.uint8(PARTS), words
        while place < end:
            point, width = np.uint32(characters[place]), 1
            if point >= 0x80:
                if point < 0xE0:
                    point, width = point & np.uint32(0x1F), 2
                elif point < 0xF0:
                    point, width = point & np.uint32(0x0F), 3
                else:
                    point, width = point & np.uint32(0x07), 4
                for further in range(1, width):
                    point = np.uint32(point << np.uint32(6) | np.uint32(characters[place + further] & 0x3F))
            this = classes[point]
            if this == before and width == 1 and this in (WORD, SIGN):  # most bytes of most texts
                written[size] = point
                size += 1
                place += 1
                continue
            if this == PARTS:
                before = np.uint8(PARTS)
                place += width
                continue
            if this == PASSED:
                place += width
                continue
            goes_on = this == before and this != ALONE
            if this == MARK:  # goes with what it stands on; on nothing, it begins a word
                goes_on = before != PARTS and before != SIGN
                this = before if goes_on else np.uint8(WORD)
            if not goes_on:
                if words > first:
                    ends[words - 1] = size
                    written[size] = 0x20
                    size += 1
                starts[words] = size
                words += 1
            for further in range(width):
                written[size] = characters[place + further]
                size += 1
            before = this
            place += width
        if words == first and known[row]:
            wordless[row] = True
            starts[words] = size
            words += 1
            for further in range(offsets[row], end):
                written[size] = characters[further]
                size += 1
        if words > first:
            ends[words - 1] = size
            written[size] = 0x20
            size += 1
        word_offsets[row + 1] = words
    return size
