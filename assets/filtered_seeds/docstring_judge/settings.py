"""Settings of the docstring judge. Defaults: StarCoder2-Instruct (bigcode-project/starcoder2-self-align)."""

from pydantic import BaseModel, ConfigDict, Field


class DocstringJudge(BaseModel):
    """Seven labelled examples, then the function and its description; the first word of the answer decides."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    seed: int = Field(42, description="seed of the examples' order; a row adds its own id to it")
    shots: int = Field(7, ge=1, description="labelled examples in each prompt")  # published: 7, shuffled
    temperature: float = Field(0.0, ge=0, le=2, description="sampling temperature of the judge; published: 0")
    max_tokens: int = Field(
        4, ge=1, description="new tokens at most; the answer is one word, some models put marks before it"
    )
