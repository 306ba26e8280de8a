"""The inner loops of `ngram_overlap`, compiled."""

import numpy as np
from numpy.typing import NDArray

from assets.texts.compilation import compiled


@compiled
def different_words(
    codes: NDArray[np.uint64], lettered: NDArray[np.bool_], first: NDArray[np.int64], run: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """How many different words each run (`run` words from `first`) has, and how many of these begin with a letter."""
    words, letters = np.zeros(len(first), np.int64), np.zeros(len(first), np.int64)
    for number in range(len(first)):
        start = first[number]
        for place in range(start, start + run):
            is_new = True
            for before in range(start, place):
                if codes[before] == codes[place]:
                    is_new = False
                    break
            if is_new:
                words[number] += 1
                letters[number] += lettered[place]
    return words, letters
