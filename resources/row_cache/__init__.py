"""The row cache: results by row, paid for once. `cache.py` is the face; `fragments.py` the files."""

from resources.row_cache.cache import IncompleteComputation, Mapped, RowCache
from resources.row_cache.stage import CacheStage, StageWork

__all__ = [
    "CacheStage",
    "IncompleteComputation",
    "Mapped",
    "RowCache",
    "StageWork",
]
