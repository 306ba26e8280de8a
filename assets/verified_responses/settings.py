"""Settings of verification: by which rule a response is believed, what its program may use, what a judge is asked."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from assets.asking.judging.settings import Discriminator
from assets.verdicts.judged import Repeat
from assets.verified_responses.door import VERIFICATION_METHODS
from resources.doors import Chosen
from resources.sandbox.base import FLAGS, Limits


class Execution(BaseModel):
    """A response is kept when its own tests run to their end and hold (StarCoder2-Instruct)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    method: Literal["execution"] = Field(
        default="execution", description="execution: the response's own tests run in the sandbox"
    )
    limits: Limits = Field(
        default_factory=lambda: Limits.model_validate({}), description="limits of one program"
    )
    negative_control: bool = Field(
        default=True,
        description="where the tests' syntax leaves doubt, run them on an answer made useless too: what holds for "
        "that is no pass",
    )
    repeat: Repeat = Field(
        default="in_doubt",
        description="run passes again, in Python with another hash seed; those that differ are flaky. in_doubt: where "
        "the text speaks of chance, time or unordered sets",
    )
    accept_flags: tuple[str, ...] = Field(
        default=("retried",),
        description="a pass that carries any other flag (flaky, tampered, answer_readable) is not kept",
    )

    @field_validator("accept_flags")
    @classmethod
    def _known_flags(cls, flags: tuple[str, ...]) -> tuple[str, ...]:
        unknown = [flag for flag in flags if flag not in FLAGS]
        if unknown:
            raise ValueError(f"unknown flag {', '.join(unknown)}; known are {', '.join(FLAGS)}")
        return flags


class Unverified(BaseModel):
    """Every response is believed: for methods that publish none, and to show what verification is worth."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    method: Literal["none"] = Field(default="none", description="none: every response is kept")


class Judged(BaseModel):
    """A response is kept when a model, held to rules, says yes to it (WaveCoder)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    method: Literal["discriminator"] = Field(
        default="discriminator", description="discriminator: a model judges by rules (WaveCoder)"
    )
    judge: Discriminator = Field(
        default_factory=lambda: Discriminator.model_validate({}),
        description="equal to that of the instructions, the answers are there already",
    )


class ExecutedAndJudged(BaseModel):
    """A response is kept when its own tests hold and then the discriminator says yes to it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    method: Literal["both"] = Field(
        default="both", description="both: tests in the sandbox, then the discriminator on what passed"
    )
    execution: Execution = Field(
        default_factory=lambda: Execution.model_validate({}), description="the run of the tests"
    )
    judge: Discriminator = Field(
        default_factory=lambda: Discriminator.model_validate({}), description="the discriminator"
    )


VerificationSettings = Annotated[Any, Chosen(VERIFICATION_METHODS, "method")]
"""The settings of any method, the project's or another's; `method` names it."""
