"""Settings of an evaluation: which benchmarks and tasks, how answers are asked for and drawn, and which k.

Published defaults: greedy pass@1 (StarCoder2-Instruct, Magicoder). Where benchmark files lie is deployment.
"""

import datetime
from collections.abc import Mapping
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from assets.eval_scores.presets import PRESETS, Preset
from assets.eval_scores.tasks import split_name


class EvaluationSettings(BaseModel):
    """From a checkpoint to its scores."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    benchmarks: tuple[str, ...] = Field(
        default=("seedline",),
        min_length=1,
        description="names of registered benchmarks, with a task behind a colon where it is not completion: "
        "humanevalpack:fix, humanevalpack:explain",
    )
    released_from: datetime.date | None = Field(
        default=None, description="of dated benchmarks (LiveCodeBench), only problems of this day and later"
    )
    released_until: datetime.date | None = Field(
        default=None, description="of dated benchmarks, only problems of this day and earlier"
    )
    preset: Preset = Field(
        default="seedline",
        description="whose way of asking: prompt, begun answer, and what the settings begin_answer, max_tokens, "
        "extraction and mbpp_split are where they are not given. Scores of different presets are not comparable; "
        "another than seedline needs prompt_style chat",
    )
    begin_answer: bool = Field(
        default=False,
        description="the answer's beginning is written for the model (an opened code block, for starcoder2_instruct "
        "and magicoder the function's head too); needs a preset that has one",
    )
    mbpp_split: Literal["test", "sanitized", "evalplus", "all"] = Field(
        default="test",
        description="which problems of MBPP are asked; test: tasks 11 to 510; sanitized, evalplus: those that a "
        "registered file of sanitized MBPP or of MBPP+ has; all: the training part too. MBPP+ is always asked whole",
    )
    prompt_style: Literal["chat", "question", "completion"] = Field(
        default="chat",
        description="chat: an instruction around the problem's code, by the model's chat template; question: the "
        "problem's words alone, by the chat template; completion: the bare prompt",
    )
    extraction: Literal["attempts", "evalplus"] = Field(
        default="attempts",
        description="how code is taken out of a chat answer; attempts: what the function needs of the last attempt "
        "that parses; evalplus: EvalPlus's own rule for Python (sanitize), to compare with its published scores",
    )
    backend: Literal["transformers", "vllm", "vllm_server"] = Field(
        default="transformers", description="engine that runs the checkpoint"
    )
    against_base: Literal["same", "completion"] | None = Field(
        default=None,
        description="the base model is asked the same problems, and `eval_scores__against_base` has the difference "
        "with its paired interval; same: as the checkpoint is asked; completion: by the bare prompt, for base models "
        "that know no chat; null: it is not asked",
    )
    k: tuple[int, ...] = Field(default=(1,), min_length=1, description="pass@k for each of these")
    samples: int = Field(default=1, ge=1, description="answers a problem")  # published: 1
    temperature: float = Field(default=0.0, ge=0, le=2, description="0: greedy")  # published: 0
    top_p: float = Field(default=1.0, gt=0, le=1, description="nucleus of the sampling; 1: all tokens")
    stop: tuple[str, ...] = Field(
        default=(), description="texts at which an answer ends, besides those of the completion style"
    )
    max_tokens: int = Field(default=512, ge=1, description="new tokens at most")
    seed: int = Field(default=0, description="of the sampling; a problem and a sample add their own")

    @model_validator(mode="before")
    @classmethod
    def _filled_by_preset(cls, given: Any) -> Any:
        if not isinstance(given, Mapping):
            return given
        known = {name: values for name, values in PRESETS.items() if name == given.get("preset", "seedline")}
        return {**next(iter(known.values()), {}), **given}

    @model_validator(mode="after")
    def _preset_can_ask(self) -> Self:
        if self.preset != "seedline" and self.prompt_style != "chat":
            raise ValueError(
                f"preset {self.preset} asks in chat: set prompt_style to chat, or preset to seedline"
            )
        if self.begin_answer and not PRESETS[self.preset].get("begin_answer"):
            raise ValueError(f"preset {self.preset} has no beginning of an answer: set begin_answer to false")
        return self

    @field_validator("benchmarks")
    @classmethod
    def _tasks_exist(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            split_name(name)
        return names

    @model_validator(mode="after")
    def _days_in_order(self) -> Self:
        if self.released_from and self.released_until and self.released_from > self.released_until:
            raise ValueError("released_from is after released_until")
        return self

    @model_validator(mode="after")
    def _enough_samples(self) -> Self:
        if min(self.k) < 1 or len(set(self.k)) != len(self.k):
            raise ValueError("k must be different numbers from 1")
        if max(self.k) > self.samples:
            raise ValueError(f"pass@{max(self.k)} needs at least {max(self.k)} samples a problem")
        if self.temperature == 0 and self.samples > 1:
            raise ValueError("greedy samples are all the same; set temperature above 0 or samples to 1")
        return self
