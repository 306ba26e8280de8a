"""What the steps of the chain work with, and what they leave behind for the asset to show."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import polars as pl

from assets.asking.asker import Ask
from assets.filtered_seeds.coreset.select import Coreset
from assets.filtered_seeds.settings import SeedSettings
from assets.rows.ledger import Ledger
from resources.embedder.base import Embedder
from resources.row_cache import CacheStage, RowCache
from resources.row_cache.cache import Compute, Progress, Results
from resources.type_checker.base import TypeChecker


@dataclass
class CacheCounts:
    """Rows computed and rows that the cache had, by stage."""

    computed: dict[str, int] = field(default_factory=dict)
    reused: dict[str, int] = field(default_factory=dict)

    def add(self, stage: str, computed: int, reused: int) -> None:
        """Add one call's counts."""
        self.computed[stage] = self.computed.get(stage, 0) + computed
        self.reused[stage] = self.reused.get(stage, 0) + reused


@dataclass
class Means:
    """Settings, language and resources of one run; `ledger`, `counts`, `coreset` and `embedded` fill as it goes.

    A resource may be missing where the settings leave out the step that needs it. `files` are those that the seeds
    come from (columns of `raw_corpus`); `problems` the benchmarks' table.
    """

    settings: SeedSettings
    language: str
    row_cache: RowCache
    type_checker: TypeChecker | None = None
    ledger: Ledger = field(default_factory=Ledger)
    counts: CacheCounts = field(default_factory=CacheCounts)
    embedder: Embedder | None = None
    ask: Ask | None = None
    problems: pl.DataFrame | None = None
    files: pl.LazyFrame | None = None
    coreset: Coreset | None = None
    embedded: pl.DataFrame | None = None
    progress: Progress | None = None
    workers: int | None = None

    def mapped(
        self,
        stage: CacheStage,
        rows: pl.DataFrame,
        compute: Compute,
        *,
        inputs: Sequence[str],
        results: Results,
        batch_rows: int | None = None,
        show_progress: bool = True,
    ) -> pl.DataFrame:
        """`rows` with the columns `results` beside them, from the row cache or from `compute`; counted."""
        mapped = self.row_cache.map(
            stage,
            rows,
            compute,
            inputs=inputs,
            results=results,
            batch_rows=batch_rows,
            progress=self.progress if show_progress else None,
        )
        self.counts.add(stage.name, mapped.computed, mapped.reused)
        return mapped.rows
