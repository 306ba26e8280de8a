"""Which trainer computes a training: our own loop, or TRL's SFTTrainer behind the same face.

The kind and its settings are part of a checkpoint's id, but for our own loop, whose checkpoints had ids before there
was a choice.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class OwnLoop(BaseModel):
    """Our own training loop: exact and quick for small models, on the CPU or one GPU."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["loop"] = Field(default="loop", description="loop: our own, on the CPU or one GPU")


class Trl(BaseModel):
    """TRL's SFTTrainer, with our rows, order, loss mask, optimizer and schedule."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["trl"] = Field(description="trl: TRL's SFTTrainer, from the extra seedline[trl]")


OWN_LOOP = OwnLoop()
"""The default."""

TrainerChoice = Annotated[OwnLoop | Trl, Field(discriminator="kind")]
"""Our own loop (`kind: loop`) or TRL (`kind: trl`)."""
