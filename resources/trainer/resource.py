"""The trainer as a Dagster resource: where models are kept, and what this machine trains with."""

from pathlib import Path

import dagster as dg

from resources.trainer.base import Trainer


class TrainerResource(dg.ConfigurableResource):
    """Settings of training on this machine; models stand in folders below `models`, named by their ids."""

    models: str
    device: str = "auto"
    threads: int = 0

    def open(self) -> Trainer:
        """The trainer."""
        from resources.trainer.local import LocalTrainer

        return LocalTrainer(threads=self.threads or None, device=self.device)

    def folder(self, model_id: str) -> Path:
        """Where the model `model_id` belongs."""
        return Path(self.models).absolute() / model_id
