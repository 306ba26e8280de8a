"""How old a recipe's outputs may be before the UI shows it; what the policy is made of, without Dagster."""

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator


class FreshnessSettings(BaseModel):
    """Longest age of a recipe's outputs (training rows, checkpoint, scores)."""

    model_config = ConfigDict(extra="forbid")

    warn_days: float | None = Field(
        default=30.0, gt=0, description="older outputs are shown with a warning; null: never"
    )
    fail_days: float | None = Field(
        default=90.0, gt=0, description="older outputs are shown as overdue; null: nothing is"
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.warn_days is not None and (self.fail_days is None or self.warn_days >= self.fail_days):
            raise ValueError("warn_days must be less than fail_days; leave both out (null) for no policy")
        return self
