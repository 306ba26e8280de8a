"""Which model a recipe wants: the part of an engine that changes data, and so belongs into recipes and cache keys.

How this machine reaches it (device, threads, addresses, keys) is deployment: `resource.py`.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class OfflineSpec(BaseModel):
    """No model: instructions and responses by rule from the seed's own documentation."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    backend: Literal["offline"] = "offline"


class TransformersSpec(BaseModel):
    """A checkpoint in a local folder or on the hub, run by transformers on this machine."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    backend: Literal["transformers"] = "transformers"
    model: str = Field(description="local folder or hub id")
    revision: str | None = Field(default=None, description="hub revision; null: the default branch")


EngineSpec = Annotated[OfflineSpec | TransformersSpec, Field(discriminator="backend")]
"""The engine of a recipe."""
