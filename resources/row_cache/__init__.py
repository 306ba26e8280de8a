"""The row cache: results by row, paid for once. `cache.py` is the face; `fragments.py` the files."""

from resources.row_cache.cache import CacheStage, IncompleteComputation, Mapped, RowCache

__all__ = ["CacheStage", "IncompleteComputation", "Mapped", "RowCache"]
