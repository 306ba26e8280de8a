"""Texts to embeddings through the row cache: what one recipe or stage has embedded, no other embeds again.

The embedder is handed in; what embeddings are used for belongs to the stages.
"""

from collections.abc import Iterator

import polars as pl

from resources.embedder.face import EMBEDDING, Embedder
from resources.row_cache import CacheStage, Mapped, RowCache
from resources.row_cache.cache import Progress

EMBEDDING_VERSION = "1"


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
