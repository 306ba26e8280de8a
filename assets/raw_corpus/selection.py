"""Which files of all dumps make the corpus of a language, each content once.

In this order: of the same path in the same repository only the newest dump's file counts; then take-downs,
the license policy, and one file per content. Older states do not come back when the newest is rejected. Only
a narrow table without contents is held in memory, about 300 bytes a file at its peak (measured with 3 million
files); contents are streamed through a join at the end.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from assets.raw_corpus.license_policy import Policy, license_verdicts
from assets.raw_corpus.take_down_rules import TakeDowns
from assets.raw_corpus.take_downs import EMPTIED, taken_down
from assets.rows.outcome import ORIGIN, REJECTION_SCHEMA
from assets.rows.reasons import Reason
from resources.ids import content_id

STAGE = "raw_corpus"


@dataclass(frozen=True)
class Selection:
    """Files kept (the input's columns, lazily), files rejected (`REJECTION_SCHEMA`, lazily), and counts.

    `counts` has read, kept, and the number rejected by each reason.
    """

    kept: pl.LazyFrame
    rejected: pl.LazyFrame
    counts: dict[str, int]


def select_files(
    files: pl.LazyFrame, *, dump_order: Sequence[str], allow: Policy, take_downs: TakeDowns
) -> Selection:
    """Choose among `files` (columns of `corpus_dump`, any number of dumps, one or more languages).

    `dump_order` names the dumps from oldest to newest; dumps it does not name count as newer, by name.
    Superseded rows may carry the id of a row that is kept: an unchanged file has one id in all dumps. Ids of
    kept rows are unique. The result does not depend on the order of the rows.

    `files` is read several times, so it must give its rows in the same order each time (scans of files do).
    """
    numbered = files.with_row_index("row")
    judged = _judged(numbered, dump_order, allow, take_downs)
    kept_rows = judged.filter(pl.col("reason").is_null()).select("row")
    kept = numbered.join(kept_rows.lazy(), on="row", how="semi", maintain_order="left").drop("row")
    rejected_rows = judged.filter(pl.col("reason").is_not_null())
    by_reason = rejected_rows.group_by("reason").len().sort("reason")
    counts = {"read": judged.height, "kept": kept_rows.height}
    counts |= dict(zip(by_reason["reason"].to_list(), by_reason["len"].to_list(), strict=True))
    return Selection(kept, _rejections(numbered, rejected_rows, take_downs), counts)


def _judged(
    numbered: pl.LazyFrame, dump_order: Sequence[str], allow: Policy, take_downs: TakeDowns
) -> pl.DataFrame:
    """One row a file: row, reason (null where kept) and winner (row that a rejected one yields to)."""
    narrow = _narrow(numbered, dump_order, allow)
    hits = taken_down(numbered, take_downs)
    narrow = narrow.join(hits.collect(engine="streaming"), on="row", how="left")
    newest = narrow.sort(
        "dump_rank",
        "file_hi",
        "file_lo",
        "permissive",
        "tie",
        "row",
        descending=[True, *[False] * 2, True, *[False] * 2],
    ).with_columns(
        # The dump that had a file first decides between equal contents, so that a later dump that
        # happens to hold only one of them does not change the choice.
        first_dump=pl.col("dump_rank").min().over("file_hi", "file_lo"),
        place_winner=pl.col("row").first().over("place_1", "place_2"),
        place_dump=pl.col("dump_rank").first().over("place_1", "place_2"),
        place_file=pl.struct("file_hi", "file_lo").first().over("place_1", "place_2"),
    )
    same_twice = (pl.col("dump_rank") == pl.col("place_dump")) & (
        pl.struct("file_hi", "file_lo") == pl.col("place_file")
    )
    passed = newest.with_columns(
        reason=pl.when(pl.col("row") != pl.col("place_winner"))
        .then(
            pl.when(same_twice)
            .then(pl.lit(Reason.EXACT_DUPLICATE.value))
            .otherwise(pl.lit(Reason.SUPERSEDED.value))
        )
        .when(pl.col("take_down").is_not_null())
        .then(pl.lit(Reason.TAKEN_DOWN.value))
        .when(~pl.col("license_allowed"))
        .then(pl.lit(Reason.LICENSE.value)),
    )
    best = (
        passed.filter(pl.col("reason").is_null())
        .sort("permissive", "first_dump", "file_hi", "file_lo", descending=[True, False, False, False])
        .select("row", content_winner=pl.col("row").first().over("sha_1", "sha_2"))
    )
    return (
        passed.join(best, on="row", how="left")
        .with_columns(
            winner=pl.when(pl.col("row") != pl.col("place_winner"))
            .then("place_winner")
            .when(pl.col("content_winner") != pl.col("row"))
            .then("content_winner"),
            reason=pl.when(pl.col("content_winner") != pl.col("row"))
            .then(pl.lit(Reason.EXACT_DUPLICATE.value))
            .otherwise("reason"),
        )
        .select("row", "reason", "winner", "take_down", "license_detail")
    )


def _narrow(numbered: pl.LazyFrame, dump_order: Sequence[str], allow: Policy) -> pl.DataFrame:
    """The numbers that the choice depends on, without strings, one row a file."""
    seen = numbered.select("license", "dump").unique().collect(engine="streaming")
    dumps = [*dump_order, *sorted(set(seen["dump"].to_list()) - set(dump_order))]
    ranks = pl.LazyFrame(
        {"dump": dumps, "dump_rank": range(len(dumps))}, schema={"dump": pl.String, "dump_rank": pl.UInt32}
    )
    verdicts = license_verdicts(seen["license"].to_list(), allow).lazy()
    place, tie = content_id("repo", "path"), content_id("commit", "license", "language")
    return (
        numbered.select(
            "row",
            "license",
            "dump",
            file_hi=_half("file_id", 0),
            file_lo=_half("file_id", 1),
            sha_1=_half("sha256", 0),
            sha_2=_half("sha256", 1),
            place_1=_half(place, 0),
            place_2=_half(place, 1),
            tie=_half(tie, 0),
        )
        .join(ranks, on="dump", how="left")
        .join(verdicts, on="license", how="left", nulls_equal=True)
        .drop("license", "dump")
        .with_columns(pl.col("license_detail").cast(pl.Categorical))
        .collect(engine="streaming")
    )


def _half(hexadecimal: str | pl.Expr, which: int) -> pl.Expr:
    """The first or second 16 hexadecimal digits as a number: equal and ordered as the text is."""
    text = pl.col(hexadecimal) if isinstance(hexadecimal, str) else hexadecimal
    return text.str.slice(16 * which, 16).str.to_integer(base=16, dtype=pl.UInt64)


def _rejections(numbered: pl.LazyFrame, rejected: pl.DataFrame, take_downs: TakeDowns) -> pl.LazyFrame:
    winners = rejected.select(pl.col("winner").drop_nulls().unique())
    winner_names = numbered.select(
        winner=pl.col("row"), winner_id=pl.col("file_id"), winner_dump=pl.col("dump")
    ).join(winners.lazy(), on="winner", how="semi")
    lines = pl.concat(
        [
            take_downs.rules.lazy().select(take_down="line", rule=pl.format("line {}: {}", "line", "rule")),
            pl.LazyFrame(
                {"take_down": [EMPTIED], "rule": ["its text was taken out of the dump before"]},
                schema={"take_down": pl.Int64, "rule": pl.String},
            ),
        ]
    )
    detail = (
        pl.when(reason=Reason.SUPERSEDED.value)
        .then(pl.format("{} of dump {}", "winner_id", "winner_dump"))
        .when(reason=Reason.EXACT_DUPLICATE.value)
        .then(pl.format("same content as {}", "winner_id"))
        .when(reason=Reason.TAKEN_DOWN.value)
        .then("rule")
        .otherwise(pl.col("license_detail").cast(pl.String))
    )
    return (
        numbered.select("row", *ORIGIN)
        .join(rejected.lazy(), on="row", how="inner", maintain_order="left")
        .join(winner_names, on="winner", how="left", maintain_order="left")
        .join(lines, on="take_down", how="left", maintain_order="left")
        .select(
            pl.col("file_id").alias("id"),
            pl.lit(STAGE).alias("stage"),
            pl.col("reason"),
            detail.alias("detail"),
            *ORIGIN,
        )
        .cast(REJECTION_SCHEMA)
    )
