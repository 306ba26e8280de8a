"""Optimizers by the names of the settings, set up as the papers' trainer sets them up."""

from typing import Any

from resources.trainer.base import TrainingSettings


def make_optimizer(model: Any, settings: TrainingSettings) -> Any:
    """The optimizer of `model`'s weights; its learning rate is set anew before every step."""
    import torch

    learnt = [one for one in model.parameters() if one.requires_grad]
    if settings.optimizer.startswith("adamw"):
        return torch.optim.AdamW(
            learnt,
            lr=settings.learning_rate,
            weight_decay=settings.weight_decay,
            fused=settings.optimizer == "adamw_torch_fused" or None,
        )
    from transformers.optimization import Adafactor

    # as the papers' trainer sets it: the schedule alone decides the rate
    return Adafactor(
        learnt,
        lr=settings.learning_rate,
        weight_decay=settings.weight_decay,
        scale_parameter=False,
        relative_step=False,
        warmup_init=False,
    )
