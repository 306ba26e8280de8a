"""Settings of the methods that write instructions, one model a method, told apart by `method`.

Defaults are the published values; each names where it was published. What the methods do stands in the
modules of the same names.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Difficulty = Literal["easy", "medium", "hard"]


class SelfOssInstruct(BaseModel):
    """Concepts then instruction. Defaults: StarCoder2-Instruct (bigcode-project/starcoder2-self-align)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    method: Literal["self_oss_instruct"] = "self_oss_instruct"
    seed: int = Field(3407, description="seed of every draw; a row adds its own id to it")  # published: 3407
    shots: int = Field(8, ge=1, description="few-shot examples in each prompt")  # published: 8 of 16
    temperature: float = Field(0.7, ge=0, le=2)  # published: 0.7
    top_p: float = Field(1.0, gt=0, le=1)  # published: left at 1
    max_tokens: int = Field(1536, ge=1, description="new tokens at most")  # published: 1,536
    difficulties: tuple[Difficulty, ...] = Field(
        ("easy", "medium", "hard"), min_length=1, description="one is drawn for each row"
    )  # published: easy, medium, hard
    category: str = Field(
        "function implementation", min_length=1, description="what kind of task the property names"
    )  # published: code generation by function; our wording


class FromDocstring(BaseModel):
    """Comment-function pairs as they stand in the corpus, no model: the baseline of Magicoder's ablation."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    method: Literal["from_docstring"] = "from_docstring"


class OssInstruct(BaseModel):
    """Problem and solution at once. Defaults: Magicoder (ise-uiuc/magicoder)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    method: Literal["oss_instruct"] = "oss_instruct"
    seed: int = Field(
        666, description="seed of the order in which repeats are told apart, and of the sampling"
    )  # published: shuffled with 666
    temperature: float = Field(0.0, ge=0, le=2)  # published: 0
    top_p: float = Field(1.0, gt=0, le=1)  # published: left at 1
    max_tokens: int = Field(2500, ge=1, description="new tokens at most")  # published: 2,500, of 8,192 in all
    drop_copied_code: bool = Field(
        default=False, description="drop rows whose solution copies a code block of the problem"
    )  # published: exists, off


InstructionSettings = Annotated[SelfOssInstruct | FromDocstring | OssInstruct, Field(discriminator="method")]
"""The settings of any method."""
