"""What makes a checkpoint what it is: training rows in their order, base model, hyper-parameters.

Pure: frames and settings in, ids out. The same id means the same training, so a checkpoint that is on disk
under its id is never trained again.
"""

import json
from collections.abc import Mapping

import polars as pl
from pydantic import BaseModel

from resources.ids import content_id, text_id
from resources.trainer.base import TinyModel, TrainingSettings
from resources.trainer.chat_templates import NAMES, OWN, template_digest
from resources.trainer.choice import OWN_LOOP, OwnLoop, Trl

TRAINER_VERSION = "1"
"""Raised when the trainer's code makes other weights of the same input."""

_NAMES_IN_IDS = {"optimizer": "optimiser"}
"""Fields that were renamed keep their first name here: the same training stays the same checkpoint."""

_VALUES_IN_IDS = {"optimizer": {"adamw_torch": "adamw"}}
"""Values that were renamed, likewise."""

_LATER = {
    "chat_template": "model",
    "loss_average": "token",
    "evaluate_every": None,
    "early_stop_patience": None,
    "adapter": None,
}
"""Fields that came later, with what every training did before: so much is left out of the id."""


def training_order(rows: pl.DataFrame, seed: int) -> pl.DataFrame:
    """`rows` (`sft_id` and any other columns) shuffled by `seed`; the order they came in does not matter."""
    place = content_id(pl.lit(str(seed)), "sft_id")
    return rows.sort(place, "sft_id")


def corpus_sample(files: pl.LazyFrame, max_bytes: int) -> pl.DataFrame:
    """Texts (`text`) of corpus files (`file_id, content`): in the order of their ids, which is as good as
    random, as many as stay within `max_bytes`, and at least the first. Any row order gives the same sample.
    """
    sizes = files.select("file_id", pl.col("content").str.len_bytes().cast(pl.Int64).alias("size"))
    chosen = sizes.sort("file_id").filter(
        (pl.col("size").cum_sum() <= max_bytes) | (pl.int_range(pl.len()) == 0)
    )
    texts = files.join(chosen.select("file_id"), on="file_id", how="semi").sort("file_id")
    return texts.select(pl.col("content").alias("text")).collect()


def tiny_model_id(settings: TinyModel, texts: pl.DataFrame) -> str:
    """Id of a tiny base model made from `texts` (`text`)."""
    return text_id("tiny", TRAINER_VERSION, _json(settings), *texts["text"])


def checkpoint_id(
    ordered: pl.DataFrame,
    base: Mapping[str, str],
    training: TrainingSettings,
    trainer: OwnLoop | Trl = OWN_LOOP,
) -> str:
    """Id of the checkpoint trained on `ordered` (`sft_id`, in training order) from `base`.

    `base` identifies the base model by content: an id or digest, or hub id and commit.
    """
    settings = json.dumps(dict(base), sort_keys=True)
    template = template_digest(training.chat_template)
    own = [template] if template else []
    if not isinstance(trainer, OwnLoop):  # the one there was first, which no id names
        own.append(_json(trainer))
    return text_id("checkpoint", TRAINER_VERSION, settings, _json(training), *own, rows_digest(ordered))


def rows_digest(ordered: pl.DataFrame) -> str:
    """Digest of the exact `sft_id` set and order."""
    return text_id(*ordered["sft_id"])


def _json(settings: BaseModel) -> str:
    values = settings.model_dump(mode="json")
    if values.get("chat_template", OWN) not in (OWN, *NAMES):
        values["chat_template"] = "file"  # what is in it counts, and not where it lies
    named = {
        _NAMES_IN_IDS.get(name, name): _VALUES_IN_IDS.get(name, {}).get(str(value), value)
        for name, value in values.items()
        if name not in _LATER or value != _LATER[name]
    }
    return json.dumps(named, sort_keys=True)
