"""The table `checkpoint`: one row, what was trained from what, how it went and where the weights are."""

import json
from collections.abc import Mapping

import polars as pl

from assets.checkpoint.settings import CheckpointSettings
from assets.rows.table import Column, Table, integer, text
from resources.trainer.base import CURVE_SCHEMA, EVALUATIONS_SCHEMA, TrainingResult

CURVE = pl.List(pl.Struct(CURVE_SCHEMA))
EVALUATIONS = pl.List(pl.Struct(EVALUATIONS_SCHEMA))
DATA = pl.List(pl.Struct({"table": pl.String, "digest": pl.String}))
LICENSES = pl.List(pl.Struct({"license": pl.String, "rows": pl.Int64}))
FILES = pl.List(pl.Struct({"name": pl.String, "sha256": pl.String}))

TABLE = Table(
    key="checkpoint_id",
    columns=(
        text(
            "checkpoint_id",
            "id of the training: rows and order, base model, hyper-parameters",
            "sft_dataset.sft_id",
        ),
        text("recipe", "the recipe whose data it learnt"),
        Column(
            "weights",
            pl.String(),
            "where the model folder is: a path or s3:// address",
            volatile=True,
            sources=("sft_dataset.prompt", "sft_dataset.completion"),
        ),
        text("rows_digest", "digest of the exact sft_id set and order", "sft_dataset.sft_id"),
        integer("rows", "training rows, measured and left out ones included", "sft_dataset.sft_id"),
        integer("left_out", "rows whose prompt alone fills a sequence"),
        integer("truncated", "rows whose completion was cut"),
        text("base_model", "tiny, or folder or hub id"),
        text("base_revision", "what identifies the base model's content"),
        text("base_license", "of the base model, where its card or this project says it"),
        Column(
            "data",
            DATA,
            "the data set's tables, with the digest of their rows",
            sources=("sft_dataset.sft_id",),
        ),
        Column(
            "licenses", LICENSES, "licenses of the rows' files, by how many", sources=("sft_dataset.license",)
        ),
        text("settings", "base model and hyper-parameters as JSON"),
        Column("loss_before", pl.Float64(), "mean over the measured completion tokens, nats"),
        Column("loss_after", pl.Float64(), "the same after training"),
        text("loss_on", "measured on: training_rows or held_out_rows"),
        Column("curve", CURVE, "loss, learning rate and tokens seen, by step"),
        Column("evaluations", EVALUATIONS, "loss on the held-out rows during the training, by step"),
        integer("steps", "optimizer steps"),
        integer("tokens", "tokens seen"),
        integer("completion_tokens", "tokens with a loss"),
        integer("parameters", "of the model"),
        Column("files", FILES, "the model's files"),
        text("versions", "of the libraries, as JSON"),
        Column("hardware", pl.String(), "what it was trained on", volatile=True),
        Column("seconds", pl.Float64(), "time it took", volatile=True),
    ),
)


def checkpoint_row(
    result: TrainingResult,
    settings: CheckpointSettings,
    base: Mapping[str, str],
    *,
    recipe: str,
    weights: str,
    rows: pl.DataFrame,
    rows_digest: str,
    base_license: str | None = None,
    data: Mapping[str, str] | None = None,
) -> pl.DataFrame:
    """The one row of the table; `base` has `model` and `revision`, `weights` is the published address.

    `rows` (`license` and any others) are all that it was trained on, `data` digests of their tables.
    """
    licenses = rows.group_by(pl.col("license").fill_null("unknown")).agg(
        pl.len().cast(pl.Int64).alias("rows")
    )
    counted = licenses.sort(pl.col("rows"), pl.col("license"), descending=[True, False])
    row = {
        "checkpoint_id": result.model_id,
        "recipe": recipe,
        "weights": weights,
        "rows_digest": rows_digest,
        "rows": rows.height,
        "left_out": result.left_out.height,
        "truncated": result.truncated,
        "base_model": base.get("model"),
        "base_revision": base.get("revision"),
        "base_license": base_license,
        "data": [{"table": name, "digest": digest} for name, digest in sorted((data or {}).items())],
        "licenses": counted.to_dicts(),
        "settings": json.dumps(settings.model_dump(mode="json"), sort_keys=True),
        "loss_before": result.loss_before,
        "loss_after": result.loss_after,
        "loss_on": result.loss_on,
        "curve": result.curve.to_dicts(),
        "evaluations": result.evaluations.to_dicts(),
        "steps": result.steps,
        "tokens": result.tokens,
        "completion_tokens": result.completion_tokens,
        "parameters": result.parameters,
        "files": [{"name": name, "sha256": sha256} for name, sha256 in sorted(result.files.items())],
        "versions": json.dumps(result.versions, sort_keys=True),
        "hardware": result.hardware,
        "seconds": result.seconds,
    }
    return pl.DataFrame([row], schema=TABLE.schema)
