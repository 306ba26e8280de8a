"""Text to hashed shingles: n-grams of `[A-Za-z_0-9]+` tokens as 64-bit hashes, whole blocks of rows at once.

Works on the bytes of a block of texts laid end to end, so there is no Python loop over rows or tokens. A text
with fewer tokens than the n-gram is one shingle of all its tokens; a text without tokens has no shingles.
Characters outside ASCII are never part of a token, as in the published expression.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]

GOLDEN = 0x9E3779B97F4A7C15
_WORD = 8  # bytes that one step of the token hash takes in
_MASKS = np.array([(1 << (8 * length)) - 1 for length in range(_WORD + 1)], dtype="<u8")


@dataclass(frozen=True)
class Shingles:
    """Shingle hashes of a block of rows: those of row i are `hashes[offsets[i]:offsets[i + 1]]`.

    A row's hashes may repeat where its text does.
    """

    hashes: Hashes
    offsets: NDArray[np.int64]


def shingle(texts: pl.Series, ngram: int) -> Shingles:
    """Hashed shingles of every text (String; null counts as no text) in the order of the rows."""
    characters, text_offsets = _laid_end_to_end(texts)
    starts, lengths = _token_spans(characters, text_offsets)
    tokens = _hash_tokens(characters, starts, lengths)
    return _hash_ngrams(tokens, np.searchsorted(starts, text_offsets), ngram)


def mix(values: Hashes) -> Hashes:
    """A bijection that spreads every input bit over all output bits (MurmurHash3's 64-bit finaliser)."""
    mixed = values ^ (values >> np.uint64(33))
    mixed *= np.uint64(0xFF51AFD7ED558CCD)
    mixed ^= mixed >> np.uint64(33)
    mixed *= np.uint64(0xC4CEB9FE1A85EC53)
    mixed ^= mixed >> np.uint64(33)
    return mixed


def _laid_end_to_end(texts: pl.Series) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Bytes of all texts, with a word of padding at the end, and where each text starts and the last ends."""
    array = texts.fill_null("").rechunk().to_arrow(compat_level=pl.CompatLevel.oldest())
    _, offsets, values = array.buffers()
    start, end = array.offset, array.offset + len(array) + 1
    text_offsets = np.frombuffer(offsets, np.int64)[start:end] if offsets else np.zeros(1, np.int64)
    characters = np.zeros(text_offsets[-1] - text_offsets[0] + _WORD, np.uint8)
    if values:
        characters[:-_WORD] = np.frombuffer(values, np.uint8)[text_offsets[0] : text_offsets[-1]]
    return characters, text_offsets - text_offsets[0]


def _token_spans(
    characters: NDArray[np.uint8], text_offsets: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """First byte and length of every token; a token ends where its text does."""
    folded = characters | np.uint8(0x20)
    inside = (folded - np.uint8(ord("a"))) < 26
    inside |= (characters - np.uint8(ord("0"))) < 10
    inside |= characters == ord("_")
    borders = np.flatnonzero(inside[1:] != inside[:-1]) + 1
    if inside[0]:
        borders = np.concatenate([np.zeros(1, np.int64), borders])
    # the padding is outside, so borders alternate: start, end. Where two texts meet inside, one more of each
    between = np.unique(text_offsets[(text_offsets > 0) & (text_offsets < len(characters) - _WORD)])
    met = between[inside[between] & inside[between - 1]]
    borders = np.insert(borders, np.repeat(np.searchsorted(borders, met), 2), np.repeat(met, 2))
    return borders[0::2], borders[1::2] - borders[0::2]


def _hash_tokens(
    characters: NDArray[np.uint8], starts: NDArray[np.int64], lengths: NDArray[np.int64]
) -> Hashes:
    """One hash a token, eight bytes a step; tokens of up to eight bytes (most) take one step."""
    words = np.ndarray((len(characters) - _WORD + 1,), dtype=f"V{_WORD}", buffer=characters, strides=(1,))
    hashes = mix(
        (words[starts].view("<u8") & _MASKS[np.minimum(lengths, _WORD)])
        + lengths.astype(np.uint64) * np.uint64(GOLDEN)
    )
    taken = _WORD
    longer = np.flatnonzero(lengths > taken)
    while len(longer):
        left = lengths[longer] - taken
        chunk = words[starts[longer] + taken].view("<u8") & _MASKS[np.minimum(left, _WORD)]
        hashes[longer] = mix(hashes[longer] * np.uint64(GOLDEN) + chunk)
        taken += _WORD
        longer = longer[left > _WORD]
    return hashes


def _hash_ngrams(tokens: Hashes, token_offsets: NDArray[np.int64], ngram: int) -> Shingles:
    first, end, counts = token_offsets[:-1], token_offsets[1:], np.diff(token_offsets)
    # one factor a place, so that the order counts; in arithmetic progression (1, 3, 5, ...) they would give the same
    # sum wherever the places of each word add up to the same: "a b a b a" and "b a a a b"
    factors = mix(np.arange(1, ngram + 1, dtype=np.uint64)) | np.uint64(1)
    hashes = np.zeros(len(tokens), np.uint64)  # at each token, of the n-gram that starts there
    whole = np.ones(len(tokens), np.bool_)  # whether that n-gram ends within its text
    short_texts: list[tuple[NDArray[np.int64], Hashes]] = []
    for place in range(ngram):
        hashes[: max(0, len(tokens) - place)] += tokens[place:] * factors[place]
        if place < ngram - 1:
            whole[end[counts > place] - place - 1] = False
            short = first[counts == place + 1]
            short_texts.append((short, hashes[short]))
    for short, of_all_tokens in short_texts:
        whole[short], hashes[short] = True, of_all_tokens
    shingle_counts = np.where(counts < ngram, np.minimum(counts, 1), counts - (ngram - 1))
    offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(shingle_counts)])
    return Shingles(mix(hashes[whole]), offsets)
