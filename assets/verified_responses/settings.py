"""Settings of verification: by which rule a response is believed, and what its program may use."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from resources.sandbox.face import Limits


class Execution(BaseModel):
    """A response is kept when its own tests run to their end and hold (StarCoder2-Instruct)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    method: Literal["execution"] = "execution"
    limits: Limits = Field(default_factory=lambda: Limits.model_validate({}))
    negative_control: bool = Field(
        default=False, description="run each test suite against a stub too; suites that pass it are vacuous"
    )
    second_seed: bool = Field(
        default=False, description="run passes again with another hash seed; those that differ are flaky"
    )
    accept_flags: tuple[str, ...] = Field(
        default=("retried",),
        description="a pass that carries any other flag (vacuous, flaky, tampered) is not kept",
    )


class Unverified(BaseModel):
    """Every response is believed: for methods that publish none, and to show what verification is worth."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    method: Literal["none"] = "none"


VerificationSettings = Annotated[Execution | Unverified, Field(discriminator="method")]
"""The settings of any method."""
