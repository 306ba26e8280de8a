"""The trainer as a Dagster resource: where models are kept, and what this machine trains with."""

from pathlib import Path

import dagster as dg

from resources.model_folder import CARD
from resources.storage import S3Options, Storage
from resources.trainer.base import Trainer
from resources.trainer.publishing import fetch_model, is_published, publish_model
from resources.trainer.states import RemoteStates


class TrainerResource(dg.ConfigurableResource):
    """Settings of training on this machine; models are in folders below `models`, named by their ids.

    Where `models` is on S3, they are trained in the folder `here` and published, and a model that is published is
    fetched instead of being trained again. So are the states of a training (`state_every` steps; 0: none).
    """

    models: str
    here: str = ""
    device: str = "auto"
    threads: int = 0
    state_every: int = 0
    endpoint_url: str | None = None
    region: str | None = None

    def open(self) -> Trainer:
        """The trainer."""
        from resources.trainer.local import LocalTrainer

        return LocalTrainer(
            threads=self.threads or None,
            device=self.device,
            state_every=self.state_every,
            remote=self._remote_states() if self._on_s3 else None,
        )

    def folder(self, model_id: str) -> Path:
        """The local folder of the model `model_id`, with the model in it where it is published already."""
        folder = Path(self.here if self._on_s3 else self.models).absolute() / model_id
        if self._on_s3 and is_published(self._address(model_id), self._s3):
            fetch_model(self._address(model_id), folder, self._s3)
        return folder

    def publish(self, model_id: str) -> str:
        """The address that other machines find the finished model at; a local path where `models` is local."""
        if not self._on_s3:
            return str(self.folder(model_id))
        published = publish_model(Path(self.here).absolute() / model_id, self._address(model_id), self._s3)
        self._remote_states().remove(model_id)
        return published

    def put_card(self, weights: str, text: str) -> None:
        """Write the card of the model at `weights`, an address that `publish` gave; one that is there is replaced."""
        storage = Storage(weights, self._s3)
        storage.write_bytes(storage.path(CARD), text.encode())

    def fetched(self, weights: str) -> Path:
        """The local folder of a model by its address. Raises `BrokenModelFolder` where it is not whole."""
        return fetch_model(weights, Path(self.here).absolute() / weights.rsplit("/", 1)[-1], self._s3)

    def _remote_states(self) -> RemoteStates:
        return RemoteStates(f"{self.models.rstrip('/')}/.states", self._s3)

    @property
    def _on_s3(self) -> bool:
        return self.models.startswith("s3://")

    @property
    def _s3(self) -> S3Options:
        return S3Options(endpoint_url=self.endpoint_url, region=self.region)

    def _address(self, model_id: str) -> str:
        return f"{self.models.rstrip('/')}/{model_id}"
