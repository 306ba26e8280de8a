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

from assets.contamination.hash_lookup import HashLookup
from assets.texts.words import laid_end_to_end

BITS = {True: 16, False: 23}
"""Of the table that says which windows can be an anchor, for short anchors and for long ones, as a power of two."""
BLOCK_BYTES = 1 << 22
"""Of texts that are laid end to end at once: what bounds the memory."""

CHANGING = r"[A-Za-z0-9]\p{M}*[\u{300}-\u{36f}]|[\u{130}\u{212a}]"
"""A letter of ASCII that composition takes into another character; the characters whose lower case has one."""

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
        self._long, self._short = (_lookup(short, anchors) for short in (False, True))

    def candidates(self, texts: pl.Series) -> tuple[Places, Places]:
        """Numbers of rows and of passages, each pair once, in which the row holds the passage's anchor.

        A row whose ASCII letters change with lower case or composition (NFC) is looked at in those forms too.
        """
        odd = _changing(texts)
        lowered = texts.gather(odd).str.to_lowercase()
        with ThreadPoolExecutor(len(sched_getaffinity(0))) as threads:
            found = [pair for pairs in threads.map(self._in_block, _blocks(texts)) for pair in pairs]
        for form in (lowered, lowered.str.normalize("NFC")) if len(odd) else ():
            found += [(odd[rows], passages) for rows, passages in self._in_block((0, form))]
        rows = np.concatenate([np.zeros(0, np.int64), *(rows for rows, _ in found)])
        passages = np.concatenate([np.zeros(0, np.int64), *(passages for _, passages in found)])
        pairs = pl.DataFrame({"row": rows, "passage": passages}).unique().sort("row", "passage")
        return pairs["row"].to_numpy(), pairs["passage"].to_numpy()

    def _in_block(self, block: tuple[int, pl.Series]) -> list[tuple[Places, Places]]:
        first, texts = block
        from assets.contamination.anchors_loop import where_they_stand  # here: it brings the compiler

        letters, bounds = folded_texts(texts)
        long, short = self._long, self._short
        found = where_they_stand(
            letters, bounds, long.keys, long.marks, long.bits, short.keys, short.marks, short.bits
        )
        return [_pairs(first, long, *found[:2]), _pairs(first, short, *found[2:])]


def _lookup(short: bool, anchors: tuple[Anchors, ...]) -> HashLookup:
    """The short anchors, or the long ones, each with its passage."""
    hashes = [one.hashes[one.short == short] for one in anchors]
    passages = [one.passages[one.short == short] for one in anchors]
    return HashLookup(
        np.concatenate([np.zeros(0, np.uint64), *hashes]),
        np.concatenate([np.zeros(0, np.int64), *passages]),
        bits=BITS[short],
    )


def _pairs(first: int, anchors: HashLookup, rows: Places, keys: Places) -> tuple[Places, Places]:
    passages, numbers = anchors.entries(keys)
    return first + rows[numbers], passages


def _changing(texts: pl.Series) -> Places:
    """Places of the texts whose ASCII letters are others in lower case or when composed."""
    foreign = foreign_texts(texts)
    return foreign[texts.gather(foreign).str.contains(CHANGING).fill_null(False).to_numpy()]


def foreign_texts(texts: pl.Series) -> Places:
    """Places of the texts with a character that is not ASCII."""
    is_foreign = (texts.str.len_bytes() != texts.str.len_chars()).fill_null(False)
    return is_foreign.arg_true().to_numpy().astype(np.int64)


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
