"""The coreset step over a frame: which rows are kept, in which order they were chosen, and who covers the rest.

Rows are ordered by id before the choice, and the first pick is the row whose id hashes lowest with the seed,
so that neither the order of the rows nor, mostly, new rows change it. Needs embeddings; making them is the
embedder's work.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

import numpy as np
import polars as pl
from pydantic import BaseModel, ConfigDict, Field, model_validator

from assets.filtered_seeds.coreset.k_center import k_center_greedy
from assets.rows.outcome import Outcome, reject, with_origins
from assets.rows.reasons import Reason
from assets.texts.embedding import embedding_matrix
from resources.ids import content_id

STAGE = "coreset"


class CoresetSettings(BaseModel):
    """Number of rows chosen: `size` rows, or a `share` of them (rounded up). WaveCoder's seed is 42."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    size: int | None = Field(default=None, ge=1, description="rows to choose; give this or share")
    share: float | None = Field(
        default=None, gt=0, le=1, description="share of the rows to choose, rounded up; give this or size"
    )
    seed: int = Field(default=42, ge=0, description="seed of the first choice; WaveCoder's is 42")

    @model_validator(mode="after")
    def _one_of_size_and_share(self) -> Self:
        if (self.size is None) == (self.share is None):
            raise ValueError("give either size (rows) or share (0 to 1) of the coreset")
        return self

    def picks(self, rows: int) -> int:
        """How many of `rows` rows are chosen; all of them where there are fewer than asked for."""
        wanted = self.size if self.share is None else int(np.ceil(self.share * rows - 1e-9))
        return min(wanted or 0, rows)


@dataclass(frozen=True)
class Coreset:
    """What was chosen and how well it covers."""

    outcome: Outcome
    """Kept rows in their order, less `embedding`; rejections with detail `nearest=<id> distance=<euclidean>`."""
    picks: pl.DataFrame
    """The picks in order: `pick` (from 0), `id`, `radius` (covering radius once it was chosen)."""
    left_out: pl.DataFrame
    """The rows left out: `id`, `nearest` (id of the nearest pick), `distance` to it."""


def choose_coreset(
    rows: pl.DataFrame,
    settings: CoresetSettings,
    *,
    id_column: str = "seed_id",
    on_pick: Callable[[int, int], None] | None = None,
) -> Coreset:
    """Choose a coreset of `rows`, which have `id_column` and `embedding` (Array or List of Float32).

    Raises `ValueError` where an id is missing or there twice, or an embedding is missing, has another length
    than the others, or is not finite.
    """
    ids = rows[id_column].cast(pl.String)
    if ids.null_count() or ids.is_duplicated().any():
        doubtful = ids.filter(ids.is_null() | ids.is_duplicated()).sort()[0]
        raise ValueError(f"{id_column} {doubtful!r}: every row needs an id of its own")
    order = ids.arg_sort()
    sorted_ids = ids.gather(order)
    if not len(ids):
        nothing = _left_out()
        picks = _picks(sorted_ids, order.to_numpy(), np.empty(0))
        return Coreset(_split(rows, id_column, nothing), picks, nothing)
    points = embedding_matrix(rows[order], id_column)
    first = sorted_ids.to_frame("id").select(content_id(pl.lit(settings.seed), "id").arg_min()).item()
    cover = k_center_greedy(points, settings.picks(len(ids)), first, on_pick)
    left_out = np.setdiff1d(np.arange(len(ids)), cover.chosen)
    covered = _left_out(
        sorted_ids.gather(left_out),
        sorted_ids.gather(cover.chosen[cover.nearest[left_out]]),
        pl.Series(cover.distance[left_out]),
    )
    picks = _picks(sorted_ids, cover.chosen, cover.radius)
    return Coreset(_split(rows, id_column, covered), picks, covered)


def _left_out(
    ids: pl.Series | None = None, nearest: pl.Series | None = None, distance: pl.Series | None = None
) -> pl.DataFrame:
    """Rows left out: id, the nearest pick's id, and the distance to it."""
    columns = {"id": ids, "nearest": nearest, "distance": distance}
    schema = {"id": pl.String, "nearest": pl.String, "distance": pl.Float64}
    return pl.DataFrame({name: [] if column is None else column for name, column in columns.items()}, schema)


def _split(rows: pl.DataFrame, id_column: str, left_out: pl.DataFrame) -> Outcome:
    detail = pl.format("nearest={} distance={}", "nearest", pl.col("distance").round(4))
    named = with_origins(left_out, rows, id_column)
    rejected = reject(named, Reason.NOT_IN_CORESET, stage=STAGE, id_column="id", detail=detail)
    out = pl.col(id_column).cast(pl.String).is_in(left_out["id"].implode())
    return Outcome(rows.filter(~out).drop("embedding"), rejected)


def _picks(ids: pl.Series, chosen: np.ndarray, radius: np.ndarray) -> pl.DataFrame:
    picks = pl.DataFrame(
        {"id": ids.gather(chosen), "radius": radius}, {"id": pl.String, "radius": pl.Float64}
    )
    return picks.select(pl.int_range(pl.len()).alias("pick"), "id", "radius")
