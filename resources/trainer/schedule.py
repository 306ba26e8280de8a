"""The learning rate of each step: warm-up, then linear decay, cosine decay or none.

Pure arithmetic, as the transformers library's schedules define it, but for the first step, which there has
the rate zero and so does nothing.
"""

import math

from resources.trainer.base import TrainingSettings


def warmup_length(settings: TrainingSettings, steps: int) -> int:
    """Warm-up steps of a training of `steps` steps; never more than there are steps."""
    if settings.warmup_steps is not None:
        return min(settings.warmup_steps, steps)
    return min(math.ceil((settings.warmup_ratio or 0.0) * steps), steps)


def learning_rate(settings: TrainingSettings, step: int, steps: int) -> float:
    """Learning rate of `step` (from 0) of `steps`."""
    warmup = warmup_length(settings, steps)
    if step < warmup:
        return settings.learning_rate * (step + 1) / warmup
    done = (step - warmup) / max(1, steps - warmup)
    if settings.schedule == "linear":
        return settings.learning_rate * (1.0 - done)
    if settings.schedule == "cosine":
        return settings.learning_rate * 0.5 * (1.0 + math.cos(math.pi * done))
    return settings.learning_rate


def number_of_steps(settings: TrainingSettings, sequences: int) -> int:
    """Optimizer steps of a training on `sequences` sequences, at least one; an epoch's last batch may be short."""
    if settings.epochs is None:
        assert settings.max_steps is not None  # the settings have one of the two
        return settings.max_steps
    steps = max(1, round(math.ceil(sequences / settings.batch_size) * settings.epochs))
    return steps if settings.max_steps is None else min(steps, settings.max_steps)
