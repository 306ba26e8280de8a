"""Settings of the discriminator: the rules that a row is held against, and how its answer is drawn.

Two stages with equal settings ask the same question, and the second gets its answer from the row cache.
Defaults are WaveCoder's (microsoft/WaveCoder, its data generation script); the rules' wording is our own.
"""

from pydantic import BaseModel, ConfigDict, Field

RULES = (
    "The instruction names the programming language that is meant.",
    "The solution answers the instruction, and takes the given information into account where there is any.",
    "The solution is what was asked for and nothing else: where code was asked for, only code with its comments, "
    "without prose around it; where words were asked for, only those words.",
    "The logic that matters is easy to find and to follow, not buried in convoluted or poorly documented code.",
    "Every library that the solution's code uses is imported in it.",
)
"""The published rules: one on the instruction, four on the solution."""


class Discriminator(BaseModel):
    """A model's judgment by rules, one after the other."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    seed: int = Field(42, description="seed of the sampling; a row adds its own text to it")
    temperature: float = Field(1.0, ge=0, le=2, description="sampling temperature of the discriminator")
    top_p: float = Field(
        1.0, gt=0, le=1, description="nucleus of the discriminator's sampling; 1: all tokens"
    )
    max_tokens: int = Field(500, ge=1, description="new tokens at most")  # published: 500
    rules: tuple[str, ...] = Field(
        RULES, min_length=1, max_length=20, description="each is answered yes or no, with a reason"
    )  # published: these five, our wording
