"""Texts to embeddings through the row cache: what one recipe or stage has embedded, no other embeds again.

The embedder is handed in; what embeddings are used for belongs to the stages.
"""

from collections.abc import Callable, Iterator

import numpy as np
import polars as pl
from numpy.typing import NDArray

from resources.embedder.base import EMBEDDING, Embedder
from resources.row_cache import CacheStage, Mapped, RowCache
from resources.row_cache.cache import Progress

EMBEDDING_VERSION = "1"

Points = NDArray[np.float32]
"""Embeddings as a matrix, one row each."""

Embed = Callable[[pl.DataFrame, str], pl.DataFrame]
"""A frame and the name of its text column in; the same rows with `embedding` out, in order."""


def with_embeddings(
    rows: pl.DataFrame,
    text: str,
    embedder: Embedder,
    row_cache: RowCache,
    *,
    progress: Progress | None = None,
) -> Mapped:
    """`rows` with `embedding` (`EMBEDDING`) of their column `text`, which has no nulls, and what that took."""

    def compute(missing: pl.DataFrame) -> Iterator[pl.DataFrame]:
        yield from embedder.embed(missing, key="cache_key", text=text)

    stage = CacheStage("embedding", EMBEDDING_VERSION, dict(embedder.identity()) if rows.height else {})
    results = {"embedding": EMBEDDING}
    return row_cache.map(stage, rows, compute, inputs=[text], results=results, progress=progress)


def embedded(
    rows: pl.DataFrame,
    text: str,
    embedder: Embedder,
    row_cache: RowCache,
    *,
    progress: Progress | None = None,
) -> pl.DataFrame:
    """The rows of `with_embeddings`; their order stays."""
    return with_embeddings(rows, text, embedder, row_cache, progress=progress).rows


def embedding_matrix(rows: pl.DataFrame, id_column: str) -> Points:
    """The column `embedding` as a matrix, one row each.

    Raises `ValueError` naming the first row whose embedding is missing, of another length, or not finite.
    """
    embedding = rows["embedding"].cast(pl.List(pl.Float32))
    length = embedding.list.len()
    finite = embedding.list.eval(pl.element().is_finite().fill_null(False)).list.all()
    bad = embedding.is_null() | (length != length.max()) | ~finite.fill_null(False) | (length == 0)
    if bad.any():
        raise ValueError(
            f"{id_column} {rows[id_column].filter(bad)[0]!r}: its embedding is missing, not finite, or not of "
            f"{length.max()} numbers as the others; compute it again with one model for all rows"
        )
    return embedding.explode().to_numpy().reshape(len(rows), -1)


def directions(vectors: Points) -> NDArray[np.float64]:
    """The vectors at length one; a null vector stays one."""
    lengths = np.linalg.norm(vectors.astype(np.float64), axis=1, keepdims=True)
    return vectors / np.where(lengths == 0, 1.0, lengths)
