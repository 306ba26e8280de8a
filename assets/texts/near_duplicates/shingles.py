"""Text to hashed shingles: n-grams of a text's words as 64-bit hashes, whole blocks of rows at once.

A shingle is the words with one space between them, its hash XXH64. A text with fewer words than the n-gram is one
shingle of all of them; a text without words is one shingle, the text itself, so that only its copies are like it.
What a word is is in `assets/texts/words`.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl
import xxhash
from numpy.typing import NDArray

from assets.texts.words import WordKind, Words, split_words

Hashes = NDArray[np.uint64]


@dataclass(frozen=True)
class Shingles:
    """Shingle hashes of a block of rows: those of row i are `hashes[offsets[i]:offsets[i + 1]]`.

    A row's hashes may repeat where its text does; only a null row has none.
    """

    hashes: Hashes
    offsets: NDArray[np.int64]


def shingle(texts: pl.Series, ngram: int, kind: WordKind) -> Shingles:
    """Hashed shingles of every text (String; null: no text) in the order of the rows."""
    return shingles_of(split_words(texts, kind), ngram)


def shingles_of(words: Words, ngram: int) -> Shingles:
    """Hashed shingles of rows that are split into words."""
    from assets.texts.near_duplicates.xxh64_loop import xxh64_hashes  # here: it brings the compiler

    first, last, offsets = _spans(words.offsets, ngram)
    return Shingles(xxh64_hashes(words.text, words.starts[first], words.ends[last]), offsets)


def shingle_texts(text: str, ngram: int, kind: WordKind) -> list[bytes]:
    """The shingles of one text as they are hashed: what datasketch's `MinHash.update_batch` takes."""
    words = split_words(pl.Series([text], dtype=pl.String), kind)
    first, last, _ = _spans(words.offsets, ngram)
    return [bytes(words.text[words.starts[i] : words.ends[j]]) for i, j in zip(first, last, strict=True)]


def shingle_hash(shingle: bytes) -> int:
    """The hash of a shingle as signatures take it: datasketch's `hashfunc`."""
    return xxhash.xxh64_intdigest(shingle) & 0xFFFFFFFF


def _spans(
    word_offsets: NDArray[np.int64], ngram: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """First and last word of every shingle, and where each row's shingles start and the last row's end."""
    counts = np.diff(word_offsets)
    shingle_counts = np.where(counts < ngram, np.minimum(counts, 1), counts - (ngram - 1))
    offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(shingle_counts)])
    first = np.arange(offsets[-1]) + np.repeat(word_offsets[:-1] - offsets[:-1], shingle_counts)
    return first, first + np.repeat(np.minimum(counts, ngram), shingle_counts) - 1, offsets
