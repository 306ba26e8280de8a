"""What the trainings of a plan would take: memory, GPUs, hours, and how they would be split, by the written formula.

The formula is `resources/trainer/size.py`; here stands what it is asked: the base model's shape, the rows as they are
stored, and the GPUs that are here or that somebody names.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from assets.checkpoint.asset import trainings
from assets.checkpoint.settings import CheckpointSettings, NamedModel
from pipeline_defs.deployment import Deployment
from pipeline_defs.planning.flow import stored_rows
from pipeline_defs.planning.plan import Plan
from pipeline_defs.recipes.model import Recipe
from resources.model_folder import located
from resources.parquet_store import TableAddress
from resources.trainer.base import TrainingSettings
from resources.trainer.hardware import Machine, machine
from resources.trainer.size import GPUS, KNOWN, Estimate, Shape, estimate, shape_of, shape_of_tiny

CHARACTERS_A_TOKEN = 4
ASSUMED_ROWS = 1000
"""Rows that are assumed, each of them as long as a sequence, where none is stored."""
PATIENCE_HOURS = 24.0
"""A training that takes this long on the processor counts as one that needs a GPU."""
NAMED = "A100-80GB"
"""The GPU that is reckoned with where none is here and none is named."""

SPLIT = {
    "none": "nothing split",
    "zero2": "gradients and optimizer split (ZeRO-2)",
    "fsdp2": "everything split (FSDP2 or ZeRO-3)",
    "zero3_offload": "everything split, the optimizer in the machine's own memory (ZeRO-3 with offload)",
}


ONE_GPU = "Seedline's own loop trains on one GPU: hand the rows to a trainer that splits (seedline export)"
"""What is said where more is needed than the trainer of this project does by itself."""


@dataclass(frozen=True)
class TrainingSize:
    """One training of a stale checkpoint, on the hardware in words; `needs_gpu`: not to be done without one."""

    recipe: str
    parameters: float
    rows: int
    known_rows: bool
    hardware: str
    found: Estimate
    on_processor: bool
    needs_gpu: bool

    def line(self) -> str:
        """For people."""
        model = (
            f"{self.parameters / 1e9:,.1f} B" if self.parameters >= 1e8 else f"{self.parameters / 1e6:,.1f} M"
        )
        rows = (
            f"{self.rows:,} rows as stored"
            if self.known_rows
            else f"{self.rows:,} assumed rows of full length"
        )
        found, memory = self.found, self.found.memory.total / 1e9
        text = f"{self.recipe}/checkpoint: {model} parameters, {rows}, {found.tokens:,.0f} tokens in all: "
        if self.on_processor:
            return text + f"about {memory:,.1f} GB of memory, {_hours(found.hours)} on the processor"
        if self.needs_gpu:
            text += "it needs a GPU, and there is none here. "
        if not found.fits:
            return text + (
                f"{found.gpus} x {self.hardware}: too small for {memory:,.0f} GB each; more GPUs, a smaller "
                "micro_batch_size or sequence_length, gradient_checkpointing or adafactor take less"
            )
        each = f"{found.gpus} x {self.hardware}, {memory:,.0f} GB each, {SPLIT[found.sharding]}"
        hours = f"{_hours(found.hours)} ({found.hours * found.gpus:,.1f} GPU hours)"
        alone = "" if found.gpus == 1 and found.sharding == "none" else f". {ONE_GPU}"
        return text + f"{each}, {hours}{alone}"


def training_sizes(
    deployment: Deployment, plan: Plan, *, gpu: str | None = None, gpus: int | None = None
) -> Iterator[TrainingSize | str]:
    """The trainings of `plan`, on the GPUs of this machine or on those named; a line where a model is not known."""
    here = machine()
    stale = {tuple(one.key.path) for one in plan.work}
    for recipe in plan.recipes:
        if (recipe.name, "checkpoint") not in stale:
            continue
        shape = base_shape(recipe.checkpoint)
        if shape is None:
            name = getattr(recipe.checkpoint.base_model, "model", "")
            yield (
                f"{recipe.name}/checkpoint: the size of {name} is not known here; give a folder, or fetch it first (hf "
                "download), to learn what its training takes"
            )
            continue
        # of two trainings one after the other the one that holds more at once; together they see all rows
        widest = max(trainings(recipe.checkpoint), key=lambda one: _held(one))
        yield _size(deployment, recipe, widest, shape, here, gpu, gpus)


def _held(training: TrainingSettings) -> int:
    """Tokens in memory at once."""
    return training.sequence_length * (training.micro_batch_size or training.batch_size)


def base_shape(settings: CheckpointSettings) -> Shape | None:
    """The shape of the base model; None where nothing here tells it."""
    chosen = settings.base_model
    if not isinstance(chosen, NamedModel):
        return shape_of_tiny(chosen)
    config = Path(located(chosen.model)).expanduser() / "config.json"
    if not config.is_file():
        if chosen.model in KNOWN:
            return KNOWN[chosen.model]
        from huggingface_hub import try_to_load_from_cache

        cached = try_to_load_from_cache(chosen.model, "config.json", revision=chosen.revision)
        if not isinstance(cached, str):
            return None
        config = Path(cached)
    try:
        return shape_of(json.loads(config.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return None


def _size(
    deployment: Deployment,
    recipe: Recipe,
    training: TrainingSettings,
    shape: Shape,
    here: Machine,
    gpu: str | None,
    gpus: int | None,
) -> TrainingSize:
    rows, tokens = _tokens(deployment, recipe, training)
    known = rows > 0
    if not known:
        rows, tokens = ASSUMED_ROWS, float(ASSUMED_ROWS * training.sequence_length)
    tokens = _seen(tokens, rows, training)
    processor = estimate(shape, training, tokens, gpu=here.as_gpu, gpus=1)
    small = processor.fits and processor.sharding == "none" and processor.hours < PATIENCE_HOURS
    asked = gpu is not None or gpus is not None
    if here.gpu is None and small and not asked:
        return TrainingSize(recipe.name, shape.parameters, rows, known, "processor", processor, True, False)
    name = gpu or here.gpu_name or NAMED
    kind = GPUS[gpu] if gpu else (here.gpu or GPUS[NAMED])
    count = gpus or (here.gpus if here.gpu is not None and gpu is None else None)
    found = estimate(shape, training, tokens, gpu=kind, gpus=count)
    return TrainingSize(
        recipe.name, shape.parameters, rows, known, name, found, False, here.gpu is None and not small
    )


def _tokens(deployment: Deployment, recipe: Recipe, training: TrainingSettings) -> tuple[int, float]:
    """Rows that are stored, and their tokens in one pass, cut as the training cuts them."""
    store = deployment.store()
    rows, tokens = 0, 0.0
    for language in recipe.languages:
        address = TableAddress.of((recipe.name, "sft_dataset"), language)
        if not stored_rows(store, address):
            continue
        characters = pl.col("prompt").str.len_chars() + pl.col("completion").str.len_chars()
        cut = (characters / CHARACTERS_A_TOKEN).clip(upper_bound=training.sequence_length)
        found = store.scan(address).select(pl.len().alias("rows"), cut.sum().alias("tokens")).collect()
        rows, tokens = rows + int(found["rows"][0]), tokens + float(found["tokens"][0] or 0.0)
    return rows, tokens


def _seen(tokens: float, rows: int, training: TrainingSettings) -> float:
    """Tokens over all passes; `max_steps` ends them earlier."""
    every = tokens * (training.epochs or float("inf"))
    if training.max_steps is None:
        return every
    return min(every, training.max_steps * training.batch_size * tokens / rows)


def _hours(hours: float) -> str:
    if hours < 1 / 60:
        return f"about {hours * 3600:,.0f} s"
    return f"about {hours * 60:,.0f} min" if hours < 1 else f"about {hours:,.1f} h"
