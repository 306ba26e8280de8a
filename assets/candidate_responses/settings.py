"""Settings of the methods that write responses, one model a method, told apart by `method`.

Defaults are the published values; each names where it was published. What the methods do stands in the
modules of the same names.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Sectioned(BaseModel):
    """Four sections with own tests. Defaults: StarCoder2-Instruct (bigcode-project/starcoder2-self-align)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    method: Literal["sectioned"] = "sectioned"
    seed: int = Field(3407, description="seed of every draw; a row adds its own id to it")  # published: 3407
    samples: int = Field(10, ge=1, description="responses asked for an instruction")  # published: 10
    shots: int = Field(1, ge=1, description="few-shot examples in each prompt")  # published: 1
    temperature: float = Field(0.7, ge=0, le=2)  # published: 0.7
    top_p: float = Field(1.0, gt=0, le=1)  # published: left at 1
    max_tokens: int = Field(1536, ge=1, description="new tokens at most")  # published: 1,536


ResponseSettings = Sectioned
"""The settings of any method; becomes a union discriminated by `method` when there is more than one."""
