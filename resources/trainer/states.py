"""States of a training that is going on: what a killed one goes on from, on this machine and beside published models.

A state is one file, named by its step, that appears whole; the newest that can be read counts. It is proven when the
step after it had a finite loss: older ones go then, and until then they stay. What is in it
is the trainer's matter. torch is imported where a state is written or read.
"""

import logging
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from resources.storage import S3Options, Storage
from resources.whole_files import replacing

ENDING = ".state"

logger = logging.getLogger(__name__)


class States:
    """The states in one folder of this machine; `every`: optimizer steps from one to the next, 0: none are written."""

    def __init__(self, folder: Path, every: int) -> None:
        self.folder = folder
        self.every = every

    def due(self, step: int, steps: int) -> bool:
        """Whether a state is to be written after `step` (from 1) of `steps`; the last needs none."""
        return bool(self.every) and step % self.every == 0 and step < steps

    def files(self) -> list[tuple[int, Path]]:
        """Step and file of every state, the newest first."""
        found = ((int(path.stem), path) for path in self.folder.glob(f"*{ENDING}") if path.stem.isdecimal())
        return sorted(found, reverse=True)

    def write(self, step: int, content: dict[str, Any]) -> None:
        """Write the state after `step`, on the disk when this returns."""
        import torch

        self.folder.mkdir(parents=True, exist_ok=True)
        with replacing(self.folder / f"{step:08}{ENDING}") as unfinished:
            torch.save(content, unfinished)

    def prove(self, step: int) -> Path | None:
        """The step after `step` went well: its state, where it has one, needs no older ones any more; its file."""
        found = self.files()
        if not found or found[0][0] != step:
            return None
        for _, path in found[1:]:
            path.unlink(missing_ok=True)
        return found[0][1]

    def refute(self, step: int) -> tuple[int, Path] | None:
        """The step after `step` went wrong: its state, where it has one, goes; step and file of the last good one."""
        for found, path in self.files():
            if found != step:
                return found, path
            path.unlink(missing_ok=True)
        return None

    def read(self) -> dict[str, Any] | None:
        """The newest state that can be read, its tensors on the CPU; None where there is none."""
        import torch

        for _, path in self.files():
            try:
                return torch.load(path, map_location="cpu", weights_only=True)
            except Exception as error:  # torch and pickle raise what they like for a damaged file
                logger.warning("%s cannot be read (%s): an older state is looked for", path, error)
        return None

    def remove(self) -> None:
        """Remove all states, and what was being written when a process died."""
        shutil.rmtree(self.folder, ignore_errors=True)


class RemoteStates:
    """Copies of states at `address` (`s3://bucket/prefix`), a folder a model, for other machines to go on from."""

    def __init__(self, address: str, s3: S3Options | None = None) -> None:
        self.storage = Storage(address, s3)

    def keep(self, model_id: str, file: Path) -> None:
        """Copy a state there and remove older ones; a server that does not take it is told of and stops nothing."""
        try:
            before = list(self._files(model_id))
            self.storage.fs.put_file(str(file), self.storage.path(model_id, file.name))
            for path in before:
                if not path.endswith(f"/{file.name}"):
                    self.storage.remove(path)
        except FileNotFoundError:
            return  # a newer one has taken its place here already, and is copied next
        except (
            Exception
        ) as error:  # of the network, whatever botocore calls it; the training itself goes well
            logger.warning("the state %s was not copied to %s: %s", file.name, self.storage.root, error)

    def fetch(self, model_id: str, local: States) -> None:
        """Copy the newest state from there where it is newer than those here."""
        found = sorted(self._files(model_id))
        if not found:
            return
        name = found[-1].rsplit("/", 1)[-1]
        here = local.files()
        if here and here[0][0] >= int(name.removesuffix(ENDING)):
            return
        local.folder.mkdir(parents=True, exist_ok=True)
        with replacing(local.folder / name) as unfinished:
            self.storage.fs.get_file(found[-1], str(unfinished))

    def remove(self, model_id: str) -> None:
        """Remove the states of a model."""
        self.storage.remove(self.storage.path(model_id))

    def _files(self, model_id: str) -> Iterator[str]:
        for path in self.storage.list_files(self.storage.path(model_id)):
            name = path.rsplit("/", 1)[-1]
            if name.endswith(ENDING) and name.removesuffix(ENDING).isdecimal():
                yield path
