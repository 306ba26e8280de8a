"""A row cache that only looks: what would be computed is counted, and nothing is written.

Rows that are known have their results; those that are not have none (null). So a stage can be led through what is
known, and says on the way what it would pay for.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from resources.row_cache.cache import (
    Compute,
    Mapped,
    Progress,
    Results,
    RowCache,
    _in_order,
    _keys,
    _lookup,
    _placed,
)
from resources.row_cache.fragments import KEY, ROW, FragmentFolder
from resources.row_cache.resource import RowCacheResource
from resources.row_cache.stage import CacheStage, StageWork
from resources.storage import Storage


@dataclass(frozen=True)
class Peek:
    """One look: whose, at which stage, how many different rows were asked for and how many of them are not known."""

    user: str
    stage: str
    distinct: int
    missing: int
    characters: float
    """Of the missing ones' prompts, in the mean; 0 where they are no prompts."""
    work: StageWork = StageWork.COMPUTATION
    """What each missing one takes."""

    @property
    def at_once(self) -> bool:
        """Whether the missing ones were computed on the spot, so that what follows knows them."""
        return self.work is StageWork.TEXT


PEEKS: dict[str, list[Peek]] = {}
"""What was seen, by the name of the one who looks: resources are copied on their way into a run."""


class PeekingRowCache(RowCache):
    """See the module."""

    def __init__(self, storage: Storage, *, user: str, looker: str) -> None:
        super().__init__(storage, user=user)
        self._looker = looker

    def map(
        self,
        stage: CacheStage,
        rows: pl.DataFrame,
        compute: Compute,
        *,
        inputs: Sequence[str],
        results: Results,
        batch_rows: int | None = None,
        progress: Progress | None = None,
    ) -> Mapped:
        """As the cache's, with null for every result that is not known."""
        keys = _keys(rows, inputs)
        first = keys.is_first_distinct()
        distinct = rows.with_columns(keys).filter(first)
        schema = pl.Schema(results)
        known = _lookup(FragmentFolder(self._storage, self._storage.path(stage.space)), distinct[KEY], schema)
        places = pl.DataFrame({ROW: pl.int_range(distinct.height, dtype=pl.UInt32, eager=True)})
        unknown = places.join(known.select(ROW), on=ROW, how="anti")
        if stage.work is StageWork.TEXT and unknown.height:
            found = _computed(compute, distinct[unknown[ROW]], batch_rows)
            nothing = _placed(found.select(KEY, *schema.names()), distinct[KEY]).cast(
                pl.Schema({ROW: pl.UInt32()})
            )
        else:
            nothing = unknown.select(
                *(pl.lit(None, dtype).alias(name) for name, dtype in schema.items()), ROW
            )
        prompts = _characters(distinct[unknown[ROW]])
        PEEKS.setdefault(self._looker, []).append(
            Peek(self._user, stage.name, distinct.height, unknown.height, prompts, stage.work)
        )
        answered = pl.concat([known.select(*schema.names(), ROW), nothing.select(*schema.names(), ROW)])
        joined = rows.drop([*results], strict=False).hstack(_in_order(answered, keys, distinct[KEY]))
        return Mapped(joined, 0, known.height, 0.0)


def _computed(compute: Compute, missing: pl.DataFrame, batch_rows: int | None) -> pl.DataFrame:
    answers: list[pl.DataFrame] = []
    for batch in missing.iter_slices(batch_rows or missing.height):
        answer = compute(batch)
        answers += [answer] if isinstance(answer, pl.DataFrame) else list(answer)
    return pl.concat(answers, how="diagonal_relaxed")


def _characters(missing: pl.DataFrame) -> float:
    if not missing.height or "prompt" not in missing.columns:
        return 0.0
    length = pl.col("prompt").str.len_chars().fill_null(0)
    if "messages" in missing.columns:
        said = pl.col("messages").list.eval(pl.element().struct.field("content").str.len_chars()).list.sum()
        length = length + said.fill_null(0)
    return float(missing.select(length.mean()).item() or 0.0)


class PeekingRowCacheResource(RowCacheResource):
    """The cache's place for one who looks, named `looker`."""

    looker: str

    def for_user(self, user: str, code_version: str = "") -> Any:
        """A cache that only looks."""
        return PeekingRowCache(self.storage(), user=f"{self.prefix}{user}", looker=self.looker)
