"""Near-duplicate removal: the winner of each family is kept, each other row names it as the evidence.

What holds, whatever the order of the rows: a second run over the kept rows drops none; every dropped row names
a kept row; a lower threshold, or more rows, never brings a dropped row back. More rows can drop a kept row
only where a better-ranked row comes into its family, or where a new row links its family to a better-ranked
one. Families are linked through their members, as published: the similarity to the winner can lie below the
threshold. Exact copies are always found, also of texts without a word. Not covered: copies with all names changed.
"""

from collections.abc import Callable, Sequence

import numpy as np
import polars as pl

from assets.rows.outcome import Outcome, reject, with_origins
from assets.rows.reasons import Reason
from assets.texts.near_duplicates.families import estimated_similarity, find_families
from assets.texts.near_duplicates.settings import NearDuplicateSettings
from assets.texts.near_duplicates.signatures import signature_matrix

STAGE = "near_duplicates"

DUPLICATE_SCHEMA = pl.Schema({"id": pl.String, "representative": pl.String, "similarity": pl.Float64})
"""Columns of the duplicates table: a dropped row, the kept row it repeats, and the estimated similarity."""


def find_near_duplicates(
    rows: pl.DataFrame,
    settings: NearDuplicateSettings,
    *,
    prefer: Sequence[str],
    id_column: str = "seed_id",
    on_band: Callable[[int, int], None] | None = None,
) -> Outcome:
    """Keep one row of each family of near-duplicates; `rows` has `id_column`, `signature` and `prefer`.

    The kept rows keep their order and columns, less `signature`. The detail of a rejection reads
    `representative=<id> similarity=<estimate>`. See `near_duplicates_of` for the winner and the errors.
    """
    duplicates = near_duplicates_of(rows, settings, prefer=prefer, id_column=id_column, on_band=on_band)
    rejected = reject(
        with_origins(duplicates, rows, id_column),
        Reason.NEAR_DUPLICATE,
        stage=STAGE,
        id_column="id",
        detail=pl.format("representative={} similarity={}", "representative", pl.col("similarity").round(4)),
    )
    dropped = pl.col(id_column).cast(pl.String).is_in(duplicates["id"].implode())
    return Outcome(rows.filter(~dropped).drop("signature"), rejected)


def near_duplicates_of(
    rows: pl.DataFrame,
    settings: NearDuplicateSettings,
    *,
    prefer: Sequence[str],
    id_column: str,
    on_band: Callable[[int, int], None] | None = None,
) -> pl.DataFrame:
    """The rows to drop (`DUPLICATE_SCHEMA`, sorted by id), for `rows` with `id_column` and `signature`.

    The winner of a family has the lowest values of the columns `prefer`, the first column first (null: last),
    then the lowest id: `prefer=["license_rank", "dump"]` prefers the permissive license, then the oldest dump.
    A row whose signature is null is never dropped. Memory: the signatures twice, and 50 bytes a row.

    Raises `ValueError` where an id is there twice or missing, or a signature has another number of permutations.
    """
    identified = rows.select(pl.col(id_column).cast(pl.String).alias("id"), "signature", *prefer)
    _check_ids(identified["id"], id_column)
    ranked = (
        identified.filter(pl.col("signature").is_not_null())
        .sort(*prefer, "id", nulls_last=True)
        .select("id", "signature")
    )
    matrix = signature_matrix(ranked["signature"], settings)
    ids = ranked["id"]
    del identified, ranked
    family = find_families(matrix, settings.threshold, on_band)
    dropped = np.flatnonzero(family != np.arange(len(family)))
    return pl.DataFrame(
        {
            "id": ids.gather(dropped),
            "representative": ids.gather(family[dropped]),
            "similarity": estimated_similarity(matrix, dropped, family[dropped]),
        },
        schema=DUPLICATE_SCHEMA,
    ).sort("id")


def _check_ids(ids: pl.Series, column: str) -> None:
    if ids.null_count():
        raise ValueError(f"{ids.null_count()} rows have no {column}: every row needs an id")
    if ids.is_duplicated().any():
        twice = ids.filter(ids.is_duplicated()).min()
        raise ValueError(f"{column} {twice!r} is there more than once: remove duplicate ids first")
