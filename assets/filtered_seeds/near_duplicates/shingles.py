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
_SEPARATOR = "\n"


@dataclass(frozen=True)
class Shingles:
    """Shingle hashes of a block of rows: those of row i are `hashes[offsets[i]:offsets[i + 1]]`.

    A row's hashes may repeat where its text does.
    """

    hashes: Hashes
    offsets: NDArray[np.int64]


def shingle(texts: pl.Series, ngram: int) -> Shingles:
    """Hashed shingles of every text (String; null counts as no text) in the order of the rows."""
    characters, ends = _laid_end_to_end(texts)
    starts, lengths = _token_spans(characters)
    tokens = _hash_tokens(characters, starts, lengths)
    token_offsets = np.concatenate([np.zeros(1, np.int64), np.searchsorted(starts, ends)])
    return _hash_ngrams(tokens, token_offsets, ngram)


def mix(values: Hashes) -> Hashes:
    """A bijection that spreads every input bit over all output bits (MurmurHash3's 64-bit finaliser)."""
    mixed = values ^ (values >> np.uint64(33))
    mixed *= np.uint64(0xFF51AFD7ED558CCD)
    mixed ^= mixed >> np.uint64(33)
    mixed *= np.uint64(0xC4CEB9FE1A85EC53)
    mixed ^= mixed >> np.uint64(33)
    return mixed


def _laid_end_to_end(texts: pl.Series) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Bytes of all texts with a separator before the first and after each, padded by a word; ends of rows."""
    joined = texts.to_frame("text").select(pl.col("text").fill_null("") + _SEPARATOR).to_series()
    ends = joined.str.len_bytes().cast(pl.Int64).cum_sum().to_numpy() + 1
    whole = _SEPARATOR + (joined.str.join().item() or "") + "\0" * _WORD
    return np.frombuffer(whole.encode(), np.uint8), ends


def _token_spans(characters: NDArray[np.uint8]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """First byte and length of every token. The block starts and ends with bytes that belong to none."""
    folded = characters | np.uint8(0x20)
    inside = (folded - np.uint8(ord("a"))) < 26
    inside |= (characters - np.uint8(ord("0"))) < 10
    inside |= characters == ord("_")
    borders = np.flatnonzero(inside[1:] != inside[:-1]) + 1
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
    counts = np.diff(token_offsets)
    shingle_counts = np.where(counts < ngram, np.minimum(counts, 1), counts - (ngram - 1))
    offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(shingle_counts)])
    # where each shingle starts among the tokens: its row's first token, and its place in the row
    row_shift = np.repeat(token_offsets[:-1] - offsets[:-1], shingle_counts)
    first_token = np.arange(offsets[-1]) + row_shift
    tokens_left = np.repeat(token_offsets[1:], shingle_counts) - first_token
    padded = np.concatenate([tokens, np.zeros(ngram, np.uint64)])
    hashes = np.zeros(len(first_token), np.uint64)
    for place in range(ngram):
        # an odd factor a place: the order of the tokens counts; places past a short row's end add nothing
        factor = np.uint64((GOLDEN * (2 * place + 1)) % 2**64)
        term = padded[first_token + place] * factor
        hashes += term if place == 0 else np.where(tokens_left > place, term, np.uint64(0))
    return Shingles(mix(hashes), offsets)
