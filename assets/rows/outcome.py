"""What a filtering step returns: the rows it kept and the rows it rejected, none lost between them.

Used by every stage. A rule is a reason with the expression that finds the rows it rejects; rules apply in
order and the first that matches gives the reason, so that counts by reason add up to the rows rejected.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from assets.rows.reasons import Reason

ORIGIN = ("file_id", "repo", "path")
"""Columns that say which file a row came from; a rejection takes over those that the rejected row has."""

REJECTION_SCHEMA = pl.Schema(dict.fromkeys(("id", "stage", "reason", "detail", *ORIGIN), pl.String))
"""Columns of every rejections table: id of the row, the step that dropped it, why, the evidence, and its file.

Repository and path are completed when the artifact is published (`assets/publishing/origins.py`).
"""


@dataclass(frozen=True)
class Rule:
    """Rows where `rejects` is true are rejected for `reason`, with `detail` as evidence (null: none)."""

    reason: Reason
    rejects: pl.Expr
    detail: pl.Expr | None = None


@dataclass(frozen=True)
class Outcome:
    """Rows kept (any columns) and rows rejected (`REJECTION_SCHEMA`)."""

    kept: pl.DataFrame
    rejected: pl.DataFrame

    def then(self, later: "Outcome") -> "Outcome":
        """This outcome followed by a step over its kept rows: their kept rows, the rejections of both."""
        return Outcome(later.kept, pl.concat([as_rejections(self.rejected), as_rejections(later.rejected)]))


def no_rejections() -> pl.DataFrame:
    """An empty rejections table."""
    return pl.DataFrame(schema=REJECTION_SCHEMA)


def as_rejections(frame: pl.DataFrame) -> pl.DataFrame:
    """`frame` with all columns of `REJECTION_SCHEMA`, in its order; origins that it lacks are null."""
    return frame.match_to_schema(REJECTION_SCHEMA, missing_columns=dict.fromkeys(ORIGIN, "insert"))


def with_origins(ids: pl.DataFrame, rows: pl.DataFrame, id_column: str) -> pl.DataFrame:
    """`ids` (column `id`) with the origin that the row of that id has in `rows`, as far as `rows` has it."""
    known = [name for name in ORIGIN if name in rows.columns]
    origins = rows.select(pl.col(id_column).cast(pl.String).alias("id"), *known)
    return ids.join(origins, on="id", how="left", maintain_order="left")


def _origin(frame: pl.DataFrame) -> list[pl.Expr]:
    return [
        (pl.col(name).cast(pl.String) if name in frame.columns else pl.lit(None, pl.String)).alias(name)
        for name in ORIGIN
    ]


def apply_rules(frame: pl.DataFrame, rules: Sequence[Rule], *, stage: str, id_column: str) -> Outcome:
    """Split `frame` by `rules`; a null verdict of a rule counts as not rejected.

    `stage` names the step in the rejections table, `id_column` the column that holds the row's id.
    """
    if not rules:
        return Outcome(frame, no_rejections())
    reason = pl.coalesce([pl.when(rule.rejects).then(pl.lit(rule.reason.value)) for rule in rules])
    detail = pl.coalesce(
        [
            pl.when(rule.rejects).then(
                pl.lit("") if rule.detail is None else rule.detail.cast(pl.String).fill_null("")
            )
            for rule in rules
        ]
    )
    judged = frame.with_columns(reason.alias("__reason"), detail.alias("__detail"))
    kept = judged.filter(pl.col("__reason").is_null()).drop("__reason", "__detail")
    rejected = judged.filter(pl.col("__reason").is_not_null()).select(
        pl.col(id_column).cast(pl.String).alias("id"),
        pl.lit(stage).alias("stage"),
        pl.col("__reason").alias("reason"),
        pl.when(pl.col("__detail") != "").then("__detail").alias("detail"),
        *_origin(frame),
    )
    return Outcome(kept, rejected)


def reject(
    rows: pl.DataFrame, reason: Reason, *, stage: str, id_column: str, detail: pl.Expr | None = None
) -> pl.DataFrame:
    """A rejections table in which every row of `rows` is rejected for `reason`."""
    return rows.select(
        pl.col(id_column).cast(pl.String).alias("id"),
        pl.lit(stage).alias("stage"),
        pl.lit(reason.value).alias("reason"),
        (pl.lit(None, pl.String) if detail is None else detail.cast(pl.String)).alias("detail"),
        *_origin(rows),
    )
