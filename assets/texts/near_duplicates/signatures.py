"""MinHash signatures: for each of k permutations of the hash space, the least value among a row's shingles.

The per-row half of the method: a row's signature depends on its text and `signature_settings` alone, so a row
cache keeps it. Signatures are datasketch's: `MinHash(num_perm=permutations, seed=seed, hashfunc=shingle_hash)` of a
text's `shingle_texts` has these `hashvalues`, so that a `MinHashLSH` over kept rows can be asked what is near a text.
Permutations are x -> a x + b modulo 2^32 with a odd, on mixed hashes (its scheme affine32). Comparing rows is in
`families`.
"""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

from assets.texts.near_duplicates.settings import NearDuplicateSettings
from assets.texts.near_duplicates.shingles import shingle

Signatures = NDArray[np.uint32]

VALUE_BYTES = 4
BLOCK_BYTES = 1 << 19
"""Text worked on at once by a thread, so that the intermediate arrays stay near the processor."""
_ROW_BYTES = 8
"""What a row counts beside its text, so that a block of empty ones ends too."""

_VIEW = np.dtype([("length", "<i4"), ("prefix", "<u4"), ("buffer", "<i4"), ("offset", "<i4")])
"""Arrow's view of a value of more than 12 bytes; a block's offsets fit, since each of its rows counts
`_ROW_BYTES`."""


def signatures(
    rows: pl.DataFrame,
    settings: NearDuplicateSettings,
    *,
    key: str = "key",
    text: str = "text",
    threads: int | None = None,
) -> pl.DataFrame:
    """MinHash signature of each row: columns `key` as given and `signature` (Binary, 4 bytes a permutation).

    A null row has a null signature: it is no one's near-duplicate. A signature holds values of 4 bytes, little-endian.
    The result depends on neither the other rows nor `threads` (default: all processors).
    """
    permutations = _draw_permutations(settings)
    blocks = list(text_blocks(rows[text]))
    with ThreadPoolExecutor(threads or os.cpu_count()) as pool:
        parts = list(pool.map(lambda block: _sign(block, settings, permutations), blocks))
    signed = pl.concat(parts) if parts else pl.Series(dtype=pl.Binary)
    return rows.select(pl.col(key), signed.alias("signature"))


def signature_matrix(column: pl.Series, settings: NearDuplicateSettings) -> Signatures:
    """The signatures of a Binary column without nulls as a matrix, one row a signature, read-only.

    Raises `ValueError` where a signature was made with another number of permutations.
    """
    width = settings.permutations * VALUE_BYTES
    other = column.filter(column.bin.size() != width)
    if other.len():
        raise ValueError(
            f"signatures of {other.bin.size()[0] // VALUE_BYTES} permutations where the settings say "
            f"{settings.permutations}: compute the signatures with the same settings"
        )
    values = column.rechunk().to_arrow(compat_level=pl.CompatLevel.oldest()).buffers()[2]
    if values is None or not len(column):
        return np.empty((0, settings.permutations), np.uint32)
    flat = np.frombuffer(values, dtype="<u4", count=len(column) * settings.permutations)
    return flat.reshape(len(column), settings.permutations)


def _draw_permutations(settings: NearDuplicateSettings) -> tuple[Signatures, Signatures]:
    """As datasketch draws them: odd factors, then shifts."""
    random = np.random.RandomState(settings.seed)
    factors = random.randint(0, 1 << 31, settings.permutations, dtype=np.uint32)
    shifts = random.randint(0, 1 << 32, settings.permutations, dtype=np.uint32)
    return factors * np.uint32(2) + np.uint32(1), shifts


def text_blocks(texts: pl.Series) -> Iterator[pl.Series]:
    """Slices of about `BLOCK_BYTES` of text, each of one row at least."""
    if not len(texts):
        return
    sizes = texts.str.len_bytes().fill_null(0).cast(pl.Int64) + _ROW_BYTES
    numbers = sizes.cum_sum().to_numpy() // BLOCK_BYTES
    borders = np.concatenate([[0], np.flatnonzero(np.diff(numbers)) + 1, [len(texts)]])
    for start, end in pairwise(borders):
        yield texts[int(start) : int(end)]


def _sign(
    texts: pl.Series, settings: NearDuplicateSettings, permutations: tuple[Signatures, Signatures]
) -> pl.Series:
    from assets.texts.near_duplicates.minhash_loop import least_values  # here: it brings the compiler

    shingles = shingle(texts, settings.ngram, settings.words)
    least = least_values(_mix(shingles.hashes.astype(np.uint32)), shingles.offsets, permutations)
    return _as_binary(least.astype("<u4", copy=False), np.diff(shingles.offsets) > 0)


def _mix(values: Signatures) -> Signatures:
    """A bijection that spreads every input bit over all output bits (MurmurHash3's 32-bit finaliser)."""
    mixed = values ^ (values >> np.uint32(16))
    mixed *= np.uint32(0x85EBCA6B)
    mixed ^= mixed >> np.uint32(13)
    mixed *= np.uint32(0xC2B2AE35)
    return mixed ^ (mixed >> np.uint32(16))


def _as_binary(matrix: Signatures, present: NDArray[np.bool_]) -> pl.Series:
    """A Binary column of the rows of `matrix`, null where not `present`; `matrix` becomes its memory."""
    rows, columns = matrix.shape
    width = columns * VALUE_BYTES
    views = np.empty(rows, _VIEW)
    views["length"], views["buffer"] = width, 0
    views["prefix"] = matrix[:, 0]
    views["offset"] = np.arange(rows) * width
    validity = np.packbits(present, bitorder="little")
    buffers = [pa.py_buffer(part) for part in (validity, views, matrix)]
    return pl.Series(pl.from_arrow(pa.Array.from_buffers(pa.binary_view(), rows, buffers)))
