"""Settings of a checkpoint: which base model, and the hyper-parameters of its fine-tuning.

All of it is part of the checkpoint's id. The hyper-parameters themselves are declared beside the trainer.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from resources.trainer.base import TinyModel, TrainingSettings
from resources.trainer.choice import OwnLoop, TrainerChoice


class NamedModel(BaseModel):
    """A base model that exists: a local folder or a hub id."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["named"] = Field(default="named", description="named: a model that exists")
    model: str = Field(min_length=1, description="local folder with a Hugging Face model, or hub id")
    revision: str | None = Field(
        default=None, description="hub commit, tag or branch; null: the default branch"
    )


BaseModelSettings = Annotated[TinyModel | NamedModel, Field(discriminator="kind")]
"""The base model: made on the spot (`kind: tiny`) or one that exists (`kind: named`)."""


class CheckpointSettings(BaseModel):
    """From training rows to a checkpoint."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    base_model: BaseModelSettings = Field(description="the model that learns")
    training: TrainingSettings = Field(description="hyper-parameters of the fine-tuning")
    trainer: TrainerChoice = Field(
        default=OwnLoop(),
        description="what computes the training: kind loop (our own) or trl (TRL's SFTTrainer)",
    )
    first_stage: TrainingSettings | None = Field(
        default=None,
        description="MagicoderS: a training before the other, on the rows that neither evolved from others nor came "
        "ready; `training` is then on those that did. null: one training, on all rows",
    )
    corpus_sample_bytes: int = Field(
        default=2_000_000, gt=0, description="corpus text that a tiny base model is made from"
    )
