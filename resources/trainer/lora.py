"""Low-rank adapters (LoRA, https://arxiv.org/abs/2106.09685), by peft: added before a training, merged after it.

Both trainers train what they are given; with an adapter most of its weights are frozen. The checkpoint is an ordinary
model folder either way: the adapter is merged into the base model's weights at the end.
"""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

ALL_LINEAR = "all-linear"


class Lora(BaseModel):
    """A low-rank adapter: which matrices have one, and its size."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rank: int = Field(default=16, gt=0, description="rank of the two matrices that are learnt for each one")
    alpha: int = Field(default=32, gt=0, description="the adapter's output is scaled by alpha / rank")
    rank_stabilized: bool = Field(
        default=False, description="scale by alpha / sqrt(rank) (rsLoRA) in place of it"
    )
    dropout: float = Field(default=0.0, ge=0, lt=1, description="dropout of the adapter's input")
    target_modules: str | tuple[str, ...] = Field(
        default=ALL_LINEAR,
        description="names of the layers that have an adapter, as peft matches them; all-linear: every linear "
        "layer but the output embedding",
    )


def with_adapter(model: Any, settings: Lora | None, seed: int) -> Any:
    """`model` with a fresh adapter, everything else frozen; the model itself where `settings` is null."""
    if settings is None:
        return model
    import torch

    from resources.trainer.base import TrainerUnavailable, TrainingFailed

    try:
        import peft
    except ImportError as error:
        raise TrainerUnavailable(f"{error}; training.adapter needs: pip install 'seedline[lora]'") from error
    wanted = settings.target_modules
    config = peft.LoraConfig(
        r=settings.rank,
        lora_alpha=settings.alpha,
        use_rslora=settings.rank_stabilized,
        lora_dropout=settings.dropout,
        target_modules=wanted if isinstance(wanted, str) else list(wanted),
        task_type="CAUSAL_LM",
    )
    torch.manual_seed(seed)  # draws one half of the adapter; the other half begins at zero
    try:
        adapted = peft.get_peft_model(model, config)
    except ValueError as error:
        names = sorted({name.rsplit(".", 1)[-1] for name, part in model.named_modules() if _is_linear(part)})
        raise TrainingFailed(
            f"training.adapter.target_modules: {wanted} names no layer of the base model; its linear layers are "
            f"{', '.join(names)}"
        ) from error
    adapted.enable_input_require_grads()  # else nothing is learnt where activations are computed again
    return adapted


def merged(model: Any, settings: Lora | None) -> Any:
    """The model that computes the same without an adapter."""
    return model if settings is None else model.merge_and_unload()


def trained_weights(model: Any) -> dict[str, Any]:
    """The entries of the model's state that a training changes: all of them where nothing is frozen."""
    frozen = {
        name for name, value in model.named_parameters(remove_duplicate=False) if not value.requires_grad
    }
    return {name: value for name, value in model.state_dict().items() if name not in frozen}


def put_back(model: Any, weights: Mapping[str, Any]) -> None:
    """Give `model` the weights that `trained_weights` returned."""
    unknown = model.load_state_dict(weights, strict=False).unexpected_keys
    missing = trained_weights(model).keys() - weights.keys()
    if unknown or missing:
        raise RuntimeError(f"these weights are of another model: {sorted({*unknown, *missing})[:3]}")


def _is_linear(part: Any) -> bool:
    import torch

    return isinstance(part, torch.nn.Linear)
