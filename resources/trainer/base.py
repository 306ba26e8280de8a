"""The interface of every trainer: examples, a base model and hyper-parameters in, a model folder out.

Settings here are what the resulting weights depend on; where and how fast it runs (device, threads) belongs
to the backends, which are in files of their own. The published values of the recipes' papers all fit.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Self

import polars as pl
from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator

from resources.former_names import ReadsFormerNames
from resources.trainer.chat_templates import NAMES, OWN, template_text
from resources.trainer.choice import OWN_LOOP, OwnLoop, Trl
from resources.trainer.lora import Lora

EXAMPLE_SCHEMA = pl.Schema(
    {
        "sft_id": pl.String,
        "prompt": pl.String,
        "completion": pl.String,
        "messages": pl.List(pl.Struct({"role": pl.String, "content": pl.String})),
    }
)
"""Columns of an example frame; its row order is the training order. Prompt style `chat` reads `messages` where
the column is there (the last message is the completion) and else takes `prompt` as the user's turn and
`completion` as the assistant's; `plain` reads `prompt` and `completion` as they are."""

CURVE_SCHEMA = pl.Schema({"step": pl.Int64, "loss": pl.Float64, "lr": pl.Float64, "tokens": pl.Int64})
"""Columns of a loss curve: optimizer step from 1, mean loss over the step's completion tokens, learning rate,
tokens seen so far (padding not counted)."""

EVALUATIONS_SCHEMA = pl.Schema({"step": pl.Int64, "loss": pl.Float64})
"""Columns of the measurements during a training: after which step, mean loss over held-out completion tokens."""

LEFT_OUT_SCHEMA = pl.Schema({"sft_id": pl.String, "prompt_tokens": pl.Int64, "completion_tokens": pl.Int64})
"""Examples whose prompt alone fills the sequence, so that nothing of the completion could be learnt."""


class TrainingSettings(ReadsFormerNames):
    """Hyper-parameters of a fine-tuning, all part of the checkpoint's id."""

    former_names = {"optimiser": "optimizer"}

    model_config = ConfigDict(extra="forbid", frozen=True)

    epochs: float | None = Field(
        default=None,
        gt=0,
        description="passes over the training rows; null: `max_steps` alone ends the training",
    )
    learning_rate: float = Field(gt=0, description="highest learning rate")
    schedule: Literal["linear", "cosine", "constant"] = Field(
        description="of the learning rate after the warm-up"
    )
    batch_size: int = Field(gt=0, description="sequences an optimizer step, over all accumulation steps")
    sequence_length: int = Field(gt=1, description="tokens; longer examples are cut at the completion's end")
    optimizer: Literal["adafactor", "adamw_torch", "adamw_torch_fused"] = Field(
        description="of the weights, by the names that transformers and TRL give them; adamw is read as adamw_torch"
    )
    seed: int = Field(ge=0, description="seed of dropout and of every other draw")
    warmup_ratio: float | None = Field(default=None, ge=0, le=1, description="share of all steps")
    warmup_steps: int | None = Field(
        default=None, ge=0, description="steps; only one of the two warm-ups may be set"
    )
    max_steps: int | None = Field(
        default=None, gt=0, description="ends the training before `epochs` are through"
    )
    weight_decay: float = Field(default=0.0, ge=0, description="decay of the weights a step")
    max_grad_norm: float | None = Field(
        default=1.0, gt=0, description="gradients are scaled down to this norm; null: they stay as they are"
    )
    loss_average: Literal["token", "row"] = Field(
        default="token",
        description="token: all completion tokens of a step weigh the same; row: all rows do, however long they are",
    )
    dropout: float = Field(default=0.0, ge=0, lt=1, description="attention dropout")
    packing: bool = Field(default=False, description="several examples a sequence, none seeing another")
    prompt_style: Literal["chat", "plain"] = Field(
        default="chat",
        description="chat: the tokenizer's chat template; plain: prompt and completion as they are",
    )
    chat_template: str = Field(
        default="model",
        description="of the training, and of every evaluation of the checkpoint, which carries it: model (the base "
        "model's own), plain, instruction (### Instruction), at_instruction (@@ Instruction), alpaca, chatml, or a "
        "Jinja file; a relative path is looked for beside the recipe's file",
    )
    precision: Literal["float32", "bfloat16", "mixed"] = Field(
        default="float32", description="mixed: float32 weights, bfloat16 arithmetic"
    )
    micro_batch_size: int | None = Field(
        default=None, gt=0, description="sequences in memory at once; null: the batch"
    )
    gradient_checkpointing: bool = Field(
        default=False,
        description="compute activations again in place of keeping them: less memory, more time",
    )
    held_out_rows: int = Field(
        default=0, ge=0, description="last rows of the order, measured and never trained on"
    )
    measured_rows: int = Field(default=64, gt=0, description="first rows, measured where no row is held out")
    evaluate_every: int | None = Field(
        default=None,
        gt=0,
        description="steps from one measurement of the held-out rows to the next; null: before and after alone",
    )
    early_stop_patience: int | None = Field(
        default=None,
        gt=0,
        description="the training ends when so many measurements in a row brought no lower held-out loss, and the "
        "weights of the lowest are the checkpoint's; null: it goes on to its end",
    )

    adapter: Lora | None = Field(
        default=None,
        description="LoRA: the base model's weights are frozen, low-rank matrices beside them are learnt, and merged "
        "into them at the end; null: all weights are trained",
    )

    @field_validator("optimizer", mode="before")
    @classmethod
    def _by_its_full_name(cls, name: object) -> object:
        return "adamw_torch" if name == "adamw" else name

    @field_validator("chat_template")
    @classmethod
    def _is_a_template(cls, chosen: str, info: ValidationInfo) -> str:
        beside = Path((info.context or {}).get("folder", "."), chosen)  # of the recipe's file
        found = str(beside.resolve()) if chosen not in (OWN, *NAMES) and beside.is_file() else chosen
        template_text(found)
        return found

    @model_validator(mode="after")
    def _ends(self) -> Self:
        if self.epochs is None and self.max_steps is None:
            raise ValueError("set epochs or max_steps: nothing else ends the training")
        return self

    @model_validator(mode="after")
    def _has_what_to_measure(self) -> Self:
        if self.evaluate_every is not None and not self.held_out_rows:
            raise ValueError("evaluate_every measures held-out rows: set held_out_rows")
        if self.early_stop_patience is not None and self.evaluate_every is None:
            raise ValueError("early_stop_patience counts measurements: set evaluate_every")
        return self

    @model_validator(mode="after")
    def _one_warmup(self) -> Self:
        if self.warmup_ratio is not None and self.warmup_steps is not None:
            raise ValueError("set warmup_ratio or warmup_steps, not both")
        if self.micro_batch_size is not None and self.batch_size % self.micro_batch_size:
            raise ValueError("batch_size must be a multiple of micro_batch_size")
        return self


class TinyModel(BaseModel):
    """A small Llama-shaped base model made on the spot: its tokenizer, its shape and its pre-training."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["tiny"] = Field(
        default="tiny", description="tiny: made on the spot from the corpus, to show that everything runs"
    )
    vocabulary: int = Field(default=2048, ge=300, description="tokens of the byte-level BPE tokenizer")
    hidden_size: int = Field(default=128, gt=0, description="width of the model")
    intermediate_size: int = Field(default=384, gt=0, description="width of its feed-forward layers")
    layers: int = Field(default=4, gt=0, description="layers")
    heads: int = Field(default=4, gt=0, description="attention heads")
    context: int = Field(default=1024, gt=1, description="positions the model can see")
    pretraining_steps: int = Field(default=0, ge=0, description="on the corpus texts; 0: weights as drawn")
    pretraining_batch_size: int = Field(default=8, gt=0, description="sequences of a pre-training step")
    pretraining_sequence_length: int = Field(
        default=256, gt=1, description="tokens of a pre-training sequence"
    )
    pretraining_learning_rate: float = Field(
        default=3e-3, gt=0, description="learning rate of the pre-training"
    )
    seed: int = Field(default=0, ge=0, description="seed of the first weights and of the pre-training order")

    @model_validator(mode="after")
    def _shape(self) -> Self:
        if self.hidden_size % (2 * self.heads):
            raise ValueError("hidden_size must be an even multiple of heads (rotary positions come in pairs)")
        if self.pretraining_steps and self.pretraining_sequence_length > self.context:
            raise ValueError("pretraining_sequence_length must not exceed context")
        return self


@dataclass(frozen=True)
class Progress:
    """How far a training is: steps, the last loss, tokens a second, seconds left by that rate."""

    phase: str  # pretraining or fine-tuning
    step: int
    steps: int
    loss: float
    tokens_per_second: float
    seconds_left: float


OnProgress = Callable[[Progress], None]
"""What a trainer calls about every second."""


@dataclass(frozen=True)
class TrainingResult:
    """A complete model folder and how it came to be."""

    model_id: str
    folder: Path
    loss_before: (
        float | None
    )  # mean over the measured completion tokens, nats; null where nothing is measured
    loss_after: float | None
    loss_on: str  # training_rows, held_out_rows or corpus
    curve: pl.DataFrame  # CURVE_SCHEMA
    steps: int
    tokens: int
    completion_tokens: int  # tokens with a loss
    truncated: int  # examples cut at sequence_length
    parameters: int
    seconds: float
    hardware: str
    versions: dict[str, str]
    files: dict[str, str]  # SHA-256 by file name
    left_out: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=LEFT_OUT_SCHEMA))
    evaluations: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=EVALUATIONS_SCHEMA))
    resumed_from: int | None = None  # the step of the state that it went on from last
    reused: bool = False  # found complete on disk, nothing was computed


class Trainer(ABC):
    """Makes model folders. The same call with the same id finds the folder complete and computes nothing."""

    @abstractmethod
    def make_base(
        self,
        texts: pl.DataFrame,
        settings: TinyModel,
        output: Path,
        *,
        model_id: str,
        on_progress: OnProgress,
    ) -> TrainingResult:
        """Make tokenizer and weights of a tiny base model from `texts` (`text`: String) in folder `output`."""

    @abstractmethod
    def train(
        self,
        examples: pl.DataFrame,
        settings: TrainingSettings,
        output: Path,
        *,
        base: str,
        model_id: str,
        revision: str | None = None,
        trainer: OwnLoop | Trl = OWN_LOOP,
        on_progress: OnProgress,
    ) -> TrainingResult:
        """Fine-tune `base` (a local folder or hub id) on `examples` (`EXAMPLE_SCHEMA`), in their order, by `trainer`.

        `output` holds a complete Hugging Face folder afterwards or is as it was. Raises `TrainerUnavailable`
        where torch or the base model is missing and `TrainingFailed` where the training went wrong.
        """


def silent(_: Progress) -> None:
    """Progress for nobody."""


class TrainerUnavailable(RuntimeError):
    """Nothing can be trained here; the message says why and what to do."""


class TrainingFailed(RuntimeError):
    """A training went wrong; the message says at which step and what to change."""
