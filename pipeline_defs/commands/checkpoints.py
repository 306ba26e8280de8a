"""`seedline checkpoints`: every checkpoint that was made, what it learnt, its scores, and what of it was taken down."""

import polars as pl

from pipeline_defs.commands.output import AsCsv, AsJson, Output
from pipeline_defs.deployment import Deployment


def checkpoints(json: AsJson = False, csv: AsCsv = False) -> None:
    """Every checkpoint that was made, with its data's digests, its scores, and its share of rows taken down since."""
    from pipeline_defs.stored.versions import checkpoint_versions

    output, found = Output(json, csv), checkpoint_versions(Deployment.open())
    shown = found.select(
        "recipe",
        "checkpoint_id",
        "made",
        pl.when("current").then(pl.lit("yes")).otherwise(pl.lit("no")).alias("current"),
        "rows",
        pl.when(pl.col("rows_taken_down") > 0)
        .then(
            pl.format(
                "{} ({} %)", "rows_taken_down", (100 * pl.col("rows_taken_down") / pl.col("rows")).round(2)
            )
        )
        .otherwise(pl.lit("none"))
        .alias("of which taken down"),
        pl.col("scores").list.eval(pl.element().struct.field("text")).list.join(", ").alias("scores"),
    )
    output.table(found, shown=shown, nothing="no checkpoint was made yet")
