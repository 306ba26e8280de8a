"""Settings of the methods that write responses, one model a method, told apart by `method`.

Defaults are the published values; each names where it was published. What the methods do is in the
modules of the same names.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from assets.candidate_responses.door import RESPONSE_METHODS
from resources.doors import Chosen


class Sectioned(BaseModel):
    """Four sections with own tests. Defaults: StarCoder2-Instruct (bigcode-project/starcoder2-self-align)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    method: Literal["sectioned"] = Field(
        default="sectioned",
        description="sectioned: reasoning, implementation, explanation and tests under headings (StarCoder2-Instruct)",
    )
    seed: int = Field(3407, description="seed of every draw; a row adds its own id to it")  # published: 3407
    samples: int = Field(10, ge=1, description="responses asked for an instruction")  # published: 10
    shots: int = Field(
        1,
        ge=0,
        description="few-shot examples in each prompt, as far as the language has them; 0: the bare form",
    )  # published: 1
    temperature: float = Field(0.7, ge=0, le=2, description="sampling temperature; published: 0.7")
    top_p: float = Field(1.0, gt=0, le=1, description="nucleus of the sampling; 1: all tokens")
    max_tokens: int = Field(1536, ge=1, description="new tokens at most")  # published: 1,536


class Plain(BaseModel):
    """Free answers to the instruction, without sections and without tests."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    method: Literal["plain"] = Field(default="plain", description="plain: the model's answer as it is")
    seed: int = Field(3407, description="seed of every draw; a row adds its own id to it")
    samples: int = Field(1, ge=1, description="responses asked for an instruction")
    temperature: float = Field(0.0, ge=0, le=2, description="sampling temperature")
    top_p: float = Field(1.0, gt=0, le=1, description="nucleus of the sampling; 1: all tokens")
    max_tokens: int = Field(2048, ge=1, description="new tokens at most")


class AsWritten(BaseModel):
    """The solution that the instruction's own call wrote (OSS-Instruct, CodeOcean) or the corpus holds; no call."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    method: Literal["as_written"] = Field(
        default="as_written", description="as_written: the response that the instruction step wrote already"
    )

    @property
    def samples(self) -> int:
        """One solution an instruction."""
        return 1


ResponseSettings = Annotated[Any, Chosen(RESPONSE_METHODS, "method")]
"""The settings of any method, the project's or another's; `method` names it, `samples` says how many are asked for."""
