"""Which rows can hold which passages at all: one pass over the texts, however many passages are looked for.

Of each passage one window of letters and digits, the one whose hash is least, is its anchor: a text that holds the
passage, whatever stands between its letters and in whichever case, holds the anchor. A rolling hash (Karp and Rabin
1987) over each text finds the anchors. What is found is a candidate, for the methods to judge.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from os import sched_getaffinity
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

BITS = {True: 16, False: 23}
"""Of the table that says which windows can be an anchor, for short anchors and for long ones, as a power of two."""
BLOCK_BYTES = 1 << 22
"""Of texts that are laid end to end at once: what bounds the memory."""

Places = NDArray[np.int64]


class Anchors(NamedTuple):
    """Anchors of passages, one entry each: its hash, whether its window is a short one, and the passage's number."""

    hashes: NDArray[np.uint64]
    short: NDArray[np.bool_]
    passages: Places


class Search:
    """The search for anchors, made ready once."""

    def __init__(self, *anchors: Anchors) -> None:
        """Passages are numbered across all of `anchors`."""
        self._kinds = [_Kind(short, anchors) for short in (False, True)]

    def candidates(self, texts: pl.Series) -> tuple[Places, Places]:
        """Numbers of rows and of passages, each pair once, in which the row holds the passage's anchor."""
        with ThreadPoolExecutor(len(sched_getaffinity(0))) as threads:
            found = [pair for pairs in threads.map(self._in_block, _blocks(texts)) for pair in pairs]
        rows = np.concatenate([np.zeros(0, np.int64), *(rows for rows, _ in found)])
        passages = np.concatenate([np.zeros(0, np.int64), *(passages for _, passages in found)])
        pairs = pl.DataFrame({"row": rows, "passage": passages}).unique().sort("row", "passage")
        return pairs["row"].to_numpy(), pairs["passage"].to_numpy()

    def _in_block(self, block: tuple[int, pl.Series]) -> list[tuple[Places, Places]]:
        first, texts = block
        data, offsets = laid_end_to_end(texts)
        found = (kind.found_in(data, offsets) for kind in self._kinds if len(kind.keys))
        return [(first + rows, passages) for rows, passages in found]


class _Kind:
    """The long anchors, or the short ones."""

    def __init__(self, short: bool, anchors: tuple[Anchors, ...]) -> None:
        from assets.contamination.anchors_loop import LONG, SHORT, marked  # here: it brings the compiler

        hashes = np.concatenate(
            [np.zeros(0, np.uint64), *(one.hashes[one.short == short] for one in anchors)]
        )
        passages = np.concatenate(
            [np.zeros(0, np.int64), *(one.passages[one.short == short] for one in anchors)]
        )
        order = np.argsort(hashes, kind="stable")
        self._passages = passages[order]
        self.keys, self._starts = np.unique(hashes[order], return_index=True)
        self._ends = np.append(self._starts[1:], len(order))
        self._width, self._bits = SHORT if short else LONG, BITS[short]
        self._marks = marked(self.keys, self._bits)

    def found_in(self, data: NDArray[np.uint8], offsets: Places) -> tuple[Places, Places]:
        from assets.contamination.anchors_loop import where_they_stand

        rows, keys = where_they_stand(data, offsets, FOLD, self._width, self.keys, self._marks, self._bits)
        first = self._starts[keys]
        counts = self._ends[keys] - first
        places = np.repeat(first - np.cumsum(counts) + counts, counts) + np.arange(counts.sum())
        return np.repeat(rows, counts), self._passages[places]


def anchored(
    letters: NDArray[np.uint8], first: Places, last: Places, passages: Places
) -> tuple[Anchors, NDArray[np.bool_]]:
    """The anchors of the spans of `letters` (`folded_texts`), each of one of `passages`; and which spans have none."""
    from assets.contamination.anchors_loop import LONG, anchors_of

    hashes = anchors_of(letters, first, last)
    known = hashes != 0
    found = pl.DataFrame(
        {"hash": hashes[known], "short": (last - first < LONG)[known], "passage": passages[known]}
    ).unique()
    return Anchors(*(column.to_numpy() for column in found.get_columns())), ~known


def folded_texts(texts: pl.Series) -> tuple[NDArray[np.uint8], Places]:
    """The letters and digits of ASCII of each text, in lower case and end to end, and where each text's begin."""
    data, offsets = laid_end_to_end(texts)
    return folded_spans(data, offsets[:-1], offsets[1:])


def folded_spans(data: NDArray[np.uint8], starts: Places, ends: Places) -> tuple[NDArray[np.uint8], Places]:
    """The same of the spans of `data`."""
    from assets.contamination.anchors_loop import folded

    return folded(data, starts, ends, FOLD)


def laid_end_to_end(texts: pl.Series) -> tuple[NDArray[np.uint8], Places]:
    """The texts' bytes (null: none) and where each begins."""
    known = texts.fill_null("")
    lengths = known.str.len_bytes().to_numpy().astype(np.int64)
    data = np.frombuffer("".join(known.to_list()).encode(), np.uint8)
    return data, np.concatenate([[0], np.cumsum(lengths)])


def _blocks(texts: pl.Series) -> Iterator[tuple[int, pl.Series]]:
    """The texts in blocks of about `BLOCK_BYTES`, with the number of each block's first."""
    ends = texts.str.len_bytes().fill_null(0).cum_sum().to_numpy()
    first = 0
    while first < len(texts):
        before = int(ends[first - 1]) if first else 0
        last = max(first + 1, int(np.searchsorted(ends, before + BLOCK_BYTES, "right")))
        yield first, texts[first:last]
        first = last


def _fold() -> NDArray[np.uint8]:
    table = np.zeros(256, np.uint8)
    for letter in "abcdefghijklmnopqrstuvwxyz0123456789":
        table[ord(letter)] = table[ord(letter.upper())] = ord(letter)
    return table


FOLD = _fold()
"""For each byte its letter or digit in lower case; 0: it is neither, or no ASCII."""
