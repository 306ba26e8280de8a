"""Training and held-out rows: no repository (or file) on both sides, and nothing held out that is nearly in training.

Repositories are held out whole, in an order drawn from the seed and their names, while they fit into the share that was
asked for. Training rows that are near to a held-out row, or ask with the same words, then leave.
"""

import polars as pl

from assets.asking.draws import uniform
from assets.exports.settings import ExportError, ExportSettings
from assets.rows.outcome import Outcome, Rule, apply_rules, no_rejections
from assets.rows.reasons import Reason
from assets.texts.near_duplicates.families import find_families
from assets.texts.near_duplicates.settings import NearDuplicateSettings
from assets.texts.near_duplicates.signatures import signature_matrix, signatures

STAGE = "train and test apart"
TRAIN, TEST = "train", "test"

TEXT = pl.concat_str("prompt", "completion", separator="\n")
"""What a model would see of a row."""


def with_split(rows: pl.DataFrame, settings: ExportSettings) -> pl.DataFrame:
    """`rows` with `split`: `test` for whole repositories (or files), the rest `train`.

    Raises `ExportError` where none is small enough to be held out.
    """
    if not settings.held_out or rows.is_empty():
        return rows.with_columns(pl.lit(TRAIN).alias("split"))
    owner = pl.col("file_id") if settings.split_by == "file" else pl.coalesce("repo", "file_id")
    grouped = rows.with_columns(owner.fill_null("").alias("__owner"))
    owners = (
        grouped.group_by("__owner")
        .len()
        .with_columns(uniform(settings.seed, "split", "__owner").alias("__draw"))
        .sort("__draw", "__owner")
    )
    room, chosen = int(rows.height * settings.held_out), []
    for name, count in owners.select("__owner", "len").iter_rows():
        # one after the other: whether a repository fits hangs on those that were taken before it
        if count <= room:
            chosen.append(name)
            room -= count
    if not chosen:
        way = "" if settings.split_by == "file" else ", or split by file"
        raise ExportError(
            f"every {settings.split_by} has more rows than the {settings.held_out:.1%} of {rows.height} that should be "
            f"held out (the smallest has {owners['len'].min()}): hold out more{way}"
        )
    held_out = pl.col("__owner").is_in(pl.Series(chosen, dtype=pl.String).implode())
    split = pl.when(held_out).then(pl.lit(TEST)).otherwise(pl.lit(TRAIN))
    return grouped.with_columns(split.alias("split")).drop("__owner")


def apart(rows: pl.DataFrame, settings: ExportSettings) -> Outcome:
    """`rows` (with `split`) without the training rows that a held-out row gives away."""
    if not (rows["split"] == TEST).any():
        return Outcome(rows, no_rejections())
    words = pl.col("prompt").str.replace_all(r"\s+", "")
    nearby = _near_to_held_out(rows, settings)
    asked = rows.filter(split=TEST).select(words.alias("__words"), pl.col("sft_id").alias("__asked"))
    marked = (
        rows.with_columns(words.alias("__words"))
        .join(
            asked.unique("__words", keep="first", maintain_order=True),
            on="__words",
            how="left",
            maintain_order="left",
        )
        .join(nearby, on="sft_id", how="left", maintain_order="left")
    )
    training = pl.col("split") == TRAIN
    rules = [
        Rule(
            Reason.NEAR_HELD_OUT,
            training & pl.coalesce("__asked", "__near").is_not_null(),
            pl.format("held_out={}", pl.coalesce("__asked", "__near")),
        )
    ]
    found = apply_rules(marked, rules, stage=STAGE, id_column="sft_id")
    return Outcome(found.kept.drop("__words", "__asked", "__near"), found.rejected)


def _near_to_held_out(rows: pl.DataFrame, settings: ExportSettings) -> pl.DataFrame:
    """`sft_id, __near`: rows of a family that has a held-out row, and the first such row."""
    chosen = settings.near_duplicates or NearDuplicateSettings(threshold=settings.leak_threshold)
    wanted = chosen.model_copy(update={"threshold": settings.leak_threshold})
    signed = signatures(rows.select("sft_id", TEXT.alias("text")), wanted, key="sft_id").drop_nulls()
    family = find_families(signature_matrix(signed["signature"], wanted), wanted.threshold)
    families = signed.select("sft_id").with_columns(pl.Series("__family", family))
    families = families.join(rows.select("sft_id", "split"), on="sft_id", how="left", maintain_order="left")
    held = families.filter(split=TEST).group_by("__family").agg(pl.col("sft_id").min().alias("__near"))
    return families.join(held, on="__family", how="inner").select("sft_id", "__near")
