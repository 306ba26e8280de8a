"""The loss on held-out rows while a training goes on, and the end of one that has stopped to learn.

Measuring draws nothing and changes no weight: a training that is measured and not stopped is the same training.
"""

from collections.abc import Callable
from typing import Any

from resources.trainer.base import TrainingSettings
from resources.trainer.lora import put_back, trained_weights
from resources.trainer.record import LoopRecord


class Evaluations:
    """Measures every `evaluate_every` steps; with `early_stop_patience` the best weights are kept for the end."""

    def __init__(self, settings: TrainingSettings, measure: Callable[[], float | None]) -> None:
        self._every = settings.evaluate_every
        self._patience = settings.early_stop_patience
        self._measure = measure
        self.best_weights: dict[str, Any] | None = None

    def after_step(self, model: Any, record: LoopRecord) -> bool:
        """Measure where it is time to, into `record`; whether the training is to end here."""
        if self._every is None or record.steps % self._every:
            return False
        loss = self._measure()
        model.train()
        if loss is None:
            return False
        best = min((before for _, before in record.evaluations), default=None)
        record.evaluations.append((record.steps, loss))
        if self._patience is None:
            return False
        if best is None or loss < best:
            self.best_weights = {
                name: value.detach().to("cpu", copy=True) for name, value in trained_weights(model).items()
            }
        return self.worn_out(record)

    def worn_out(self, record: LoopRecord) -> bool:
        """Whether the last `early_stop_patience` measurements brought nothing better than those before."""
        if self._patience is None or not record.evaluations:
            return False
        losses = [loss for _, loss in record.evaluations]
        return len(losses) - 1 - losses.index(min(losses)) >= self._patience

    def put_best_back(self, model: Any) -> None:
        """Give `model` the weights of the best measurement, where they were kept."""
        if self.best_weights is not None:
            put_back(model, self.best_weights)
