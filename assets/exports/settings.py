"""What one export is: which rows, in which form, split how. Part of the record of every export."""

from collections.abc import Mapping
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from assets.texts.near_duplicates.settings import NearDuplicateSettings

Format = Literal["messages", "prompt_completion", "openai", "sharegpt", "alpaca", "rlvr", "harbor"]
"""The form of the rows: what which trainer reads stands in `forms`."""

TESTED: tuple[Format, ...] = ("rlvr", "harbor")
"""Forms whose rows are tasks with tests, not answers to learn."""

DIMENSIONS = ("recipe", "language", "task", "category")
"""Columns whose values can have shares."""


class ExportError(ValueError):
    """An export cannot be made as asked; the message says what to change."""


class ExportSettings(BaseModel):
    """The rows of an export, and their form."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Format = Field(default="messages", description="form of the rows")
    held_out: float = Field(
        default=0.0, ge=0, lt=1, description="share of rows that become the split `test`; 0: no such split"
    )
    split_by: Literal["repository", "file"] = Field(
        default="repository", description="what is never in both splits"
    )
    leak_threshold: float = Field(
        default=0.5,
        gt=0,
        le=1,
        description="estimated similarity from which a training row is too near to a held-out one, and leaves",
    )
    near_duplicates: NearDuplicateSettings | None = Field(
        default=NearDuplicateSettings(threshold=0.7),
        description="one row of each family stays, over all recipes and languages; null: exact copies alone leave",
    )
    keep_marked: bool = Field(
        default=False, description="keep rows that the recipe marked as contaminated instead of dropping them"
    )
    weights: dict[str, dict[str, float]] = Field(
        default_factory=dict,
        description="dimension (recipe, language, task, category) to value to weight; `*`: all others together",
    )
    rows: int | None = Field(
        default=None, ge=1, description="rows of the whole export; null: as many as there are in these shares"
    )
    tokenizer: str | None = Field(
        default=None, description="folder or hub id of the tokenizer of the model that will learn"
    )
    max_tokens: int | None = Field(
        default=None, ge=1, description="longer rows leave; counted as the trainer would, template included"
    )
    chat_template: str = Field(
        default="model",
        description="template of the training: model (the tokenizer's own), a name that recipes know, or a Jinja file",
    )
    system: tuple[str, ...] = Field(
        default=(), description="system prompts; each row gets one of them, by its id"
    )
    seed: int = Field(default=0, description="seed of the split, of the sample and of system prompts")
    shard_rows: int = Field(default=50_000, ge=1, description="rows of a Parquet file")

    @model_validator(mode="after")
    def _together(self) -> Self:
        if self.max_tokens is not None and self.tokenizer is None:
            raise ValueError("max_tokens needs tokenizer: tokens of which model?")
        for dimension, shares in self.weights.items():
            if dimension not in DIMENSIONS:
                raise ValueError(f"weights of {dimension!r}: there are {', '.join(DIMENSIONS)}")
            if any(weight < 0 for weight in shares.values()) or not any(shares.values()):
                raise ValueError(f"weights of {dimension}: none may be below 0, and one must be above")
        return self


def export_settings(values: Mapping[str, object]) -> ExportSettings:
    """`values` as settings of an export. Raises `ExportError`, which names the fields that are wrong."""
    try:
        return ExportSettings.model_validate(values)
    except ValidationError as error:
        wrong = (f"{'.'.join(map(str, one['loc'])) or 'export'}: {one['msg']}" for one in error.errors())
        raise ExportError("; ".join(wrong)) from error
