"""How much memory and time a training takes, from a written formula: shapes and settings in, bytes and hours out.

Pure arithmetic without torch, for a plan before anything is loaded. What each term counts, what is assumed and what it
was held against is on the page `docs/pages/concepts/training_size.md`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from resources.trainer.base import TinyModel, TrainingSettings
from resources.trainer.lora import Lora

Sharding = Literal["none", "zero2", "fsdp2", "zero3_offload"]
SHARDINGS: tuple[Sharding, ...] = ("none", "zero2", "fsdp2", "zero3_offload")
"""What is split over the GPUs: nothing; gradients and optimizer (ZeRO-2); everything (FSDP2, and ZeRO-3 alike);
everything, with the optimizer in the machine's own memory (ZeRO-3 with offload). The first that fits is chosen."""

COUNTS = (1, 2, 4, 8, 16, 32, 64, 128, 256)
"""Numbers of GPUs that are tried where none is given."""

FIXED = 1.5e9
"""Bytes of a GPU that the driver, kernels and communication take, whatever is trained."""

FRAGMENTED = 1.05
"""What the allocator holds for each byte that is in use."""

UTILIZATION = 0.4
"""Share of a GPU's peak that a training does arithmetic at, recomputed activations counted: what well-kept trainers
reach on models of some billions of parameters; small models and short sequences stay below."""


@dataclass(frozen=True)
class Gpu:
    """A GPU: its memory in bytes, and dense bfloat16 (else float32) operations a second as the vendor states them."""

    memory: float
    peak: float
    peak_float32: float


GPUS = {
    "A100-40GB": Gpu(40e9, 312e12, 19.5e12),
    "A100-80GB": Gpu(80e9, 312e12, 19.5e12),
    "H100-80GB": Gpu(80e9, 989e12, 67e12),
    "H200-141GB": Gpu(141e9, 989e12, 67e12),
    "L40S-48GB": Gpu(48e9, 362e12, 91.6e12),
    "RTX4090-24GB": Gpu(24e9, 165e12, 82.6e12),
}
"""GPUs by name; float32 is without tensor cores, as torch computes it by default."""


@dataclass(frozen=True)
class Shape:
    """A decoder: what of it decides memory and time."""

    layers: int
    hidden: int
    intermediate: int
    vocabulary: int
    kv_share: float = 1.0  # key and value heads for each attention head
    gated: bool = True  # three matrices in the feed-forward layer in place of two
    tied: bool = False  # input and output embeddings are one matrix

    @property
    def layer_parameters(self) -> float:
        """Of one layer."""
        attention = 2 * self.hidden**2 * (1 + self.kv_share)
        return attention + (3 if self.gated else 2) * self.hidden * self.intermediate + 2 * self.hidden

    @property
    def parameters(self) -> float:
        """Of the whole model."""
        embeddings = (1 if self.tied else 2) * self.vocabulary * self.hidden
        return self.layers * self.layer_parameters + embeddings + self.hidden


KNOWN = {
    "bigcode/starcoder2-15b": Shape(40, 6144, 24576, 49152, kv_share=4 / 48, gated=False),
    "codellama/CodeLlama-7b-hf": Shape(32, 4096, 11008, 32016),
    "codellama/CodeLlama-7b-Python-hf": Shape(32, 4096, 11008, 32000),
    "codellama/CodeLlama-13b-hf": Shape(40, 5120, 13824, 32016),
    "codellama/CodeLlama-34b-hf": Shape(48, 8192, 22016, 32000, kv_share=8 / 64),
    "codellama/CodeLlama-34b-Python-hf": Shape(48, 8192, 22016, 32000, kv_share=8 / 64),
    "deepseek-ai/deepseek-coder-6.7b-base": Shape(32, 4096, 11008, 32256),
}
"""Base models that the shipped recipes name, so that a plan needs no hub."""


@dataclass(frozen=True)
class Memory:
    """Bytes on each GPU, term by term."""

    weights: float
    gradients: float
    optimizer: float
    activations: float
    logits: float
    gathered: float  # layers that are whole for a moment, of those that are split
    working: float  # what an optimizer step needs beside its states

    @property
    def total(self) -> float:
        """With what driver and allocator take."""
        used = self.weights + self.gradients + self.optimizer + self.gathered
        return FIXED + FRAGMENTED * (used + max(self.activations + self.logits, self.working))


@dataclass(frozen=True)
class Estimate:
    """A training on `gpus` GPUs: how it is split, memory of each, and hours; `fits`: the memory is there."""

    sharding: Sharding
    gpus: int
    memory: Memory
    hours: float
    tokens: float
    fits: bool


def shape_of(config: Mapping[str, Any]) -> Shape | None:
    """The shape that a `config.json` of transformers gives; None where it is not that of a decoder we know."""
    try:
        heads = int(config["num_attention_heads"])
        kind = str(config.get("model_type", ""))
        return Shape(
            layers=int(config["num_hidden_layers"]),
            hidden=int(config["hidden_size"]),
            intermediate=int(config["intermediate_size"]),
            vocabulary=int(config["vocab_size"]),
            kv_share=int(config.get("num_key_value_heads") or heads) / heads,
            gated=kind not in ("starcoder2", "gpt_neox", "phi", "opt"),
            tied=bool(config.get("tie_word_embeddings", False)),
        )
    except (KeyError, TypeError, ValueError):
        return None


def shape_of_tiny(settings: TinyModel) -> Shape:
    """The shape of a base model that is made on the spot."""
    return Shape(
        settings.layers, settings.hidden_size, settings.intermediate_size, settings.vocabulary, tied=True
    )


def memory_of(
    shape: Shape, settings: TrainingSettings, *, gpus: int = 1, sharding: Sharding = "none"
) -> Memory:
    """Bytes on each of `gpus` GPUs."""
    stored, copy, gradient = {"float32": (4, 0, 4), "mixed": (4, 2, 4), "bfloat16": (2, 0, 2)}[
        settings.precision
    ]
    element = 4 if settings.precision == "float32" else 2  # of an activation
    parameters, largest = shape.parameters, max(shape.vocabulary, shape.intermediate) * shape.hidden
    learnt, states = parameters, _optimizer_bytes(shape, settings, stored)
    if settings.adapter is not None:  # learnt in float32 beside weights that stay as they are
        learnt, largest, gradient = adapter_parameters(shape, settings.adapter), 0, 4
        states = 8.0 * learnt
    split = gpus if sharding != "none" else 1
    everything = gpus if sharding in ("fsdp2", "zero3_offload") else 1
    # in ZeRO-2 each GPU has the copy that it computes with, and its part of the float32 weights beside the optimizer
    whole, part = (copy, stored) if copy else (stored, 0)
    offloaded = sharding == "zero3_offload"
    tokens = (settings.micro_batch_size or settings.batch_size) * settings.sequence_length
    layer = tokens * element * _elements_a_token(shape)
    kept = tokens * element * shape.hidden * shape.layers + layer
    return Memory(
        weights=parameters * (whole / everything + (0 if offloaded else part / split)),
        gradients=0.0 if offloaded else learnt * gradient / split,
        optimizer=0.0 if offloaded else states / split,
        activations=kept if settings.gradient_checkpointing else layer * shape.layers,
        logits=tokens * shape.vocabulary * (2 * element + 8),
        gathered=2 * shape.layer_parameters * (copy or stored) if everything > 1 or offloaded else 0.0,
        working=12.0 * largest / split if settings.optimizer == "adafactor" else 4.0 * largest / split,
    )


def hours_of(
    shape: Shape,
    settings: TrainingSettings,
    tokens: float,
    *,
    gpus: int,
    gpu: Gpu,
    utilization: float = UTILIZATION,
) -> float:
    """Hours for `tokens` tokens: six operations a parameter and token, two more where activations are computed again.

    Two less beside an adapter: weights that are frozen have no gradient of their own.
    """
    again = 8 / 6 if settings.gradient_checkpointing else 1.0
    attention = 6 * shape.layers * shape.hidden * settings.sequence_length  # causal: half of all pairs
    frozen = 0 if settings.adapter is None else 2 * shape.parameters
    operations = tokens * ((6 * shape.parameters + attention) * again - frozen)
    peak = gpu.peak_float32 if settings.precision == "float32" else gpu.peak
    return operations / (gpus * peak * utilization) / 3600


def estimate(
    shape: Shape,
    settings: TrainingSettings,
    tokens: float,
    *,
    gpu: Gpu,
    gpus: int | None = None,
    utilization: float = UTILIZATION,
) -> Estimate:
    """The first of `SHARDINGS` that fits on `gpus`, or on the fewest of `COUNTS` where none is given.

    More GPUs than sequences a step help nobody: they are not tried. Where nothing fits, the last that was tried.
    """
    most = settings.batch_size // (settings.micro_batch_size or settings.batch_size) or 1
    counts = [gpus] if gpus else [count for count in COUNTS if count <= most] or [1]
    found: Estimate | None = None
    for count in counts:
        for sharding in SHARDINGS if count > 1 else ("none", "zero3_offload"):
            memory = memory_of(shape, settings, gpus=count, sharding=sharding)
            hours = hours_of(shape, settings, tokens, gpus=count, gpu=gpu, utilization=utilization)
            found = Estimate(sharding, count, memory, hours, tokens, memory.total <= gpu.memory)
            # what is moved to the machine's memory is slow: more GPUs come first, where they may be had
            if found.fits and (sharding != "zero3_offload" or count == counts[-1]):
                return found
    assert found is not None
    return found


def adapter_parameters(shape: Shape, adapter: Lora) -> float:
    """Of an adapter on every linear layer: `rank` times inputs and outputs of each; on named layers it is smaller."""
    attention = 2 * shape.hidden * 2 + 2 * shape.hidden * (1 + shape.kv_share)
    feed_forward = (3 if shape.gated else 2) * (shape.hidden + shape.intermediate)
    return adapter.rank * shape.layers * (attention + feed_forward)


def _elements_a_token(shape: Shape) -> float:
    """Values that a layer keeps of a token for the way back, attention without its matrix of weights."""
    return (6 + 2 * shape.kv_share) * shape.hidden + (4 if shape.gated else 2) * shape.intermediate


def _optimizer_bytes(shape: Shape, settings: TrainingSettings, stored: int) -> float:
    if settings.optimizer == "adafactor":  # a row and a column of float32 for each matrix
        return 4 * shape.parameters * (1 / shape.hidden + 1 / shape.intermediate)
    return 2 * stored * shape.parameters
