"""A folder pushed to a hub, through huggingface_hub: one commit with the folder's files and no other.

A data set that was exported, or a model that was trained.

The token is huggingface_hub's matter (`hf auth login`, or HF_TOKEN), as is the hub's address (HF_ENDPOINT).
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from assets.exports.settings import ExportError
from assets.exports.writing import SUMS

OWNED = ("data/*", "origin/*", "verl/*", "open_instruct/*", "tasks/*", "LICENSES/*")
"""What an export writes in folders: files of an earlier one that this one lacks are removed there."""

OWNED_BY_MODELS = ("*.safetensors", "*.safetensors.index.json")
"""What a model's folder has in parts: those of an earlier one that this one lacks are removed there."""

_OF_THE_HUB = ("huggingface_hub", "httpx", "httpx2")
"""Packages whose errors say that the hub refused, or was not reached."""


def push(
    folder: Path,
    files: Iterable[str],
    repository: str,
    *,
    private: bool = True,
    kind: Literal["dataset", "model"] = "dataset",
) -> str:
    """Push `files` of `folder` to the repository, which is made where it is not there; the commit's address.

    Raises `ExportError` where the hub refuses, or huggingface_hub is not installed.
    """
    try:
        from huggingface_hub import HfApi
    except ImportError as error:
        raise ExportError("pushing needs huggingface_hub: pip install huggingface_hub") from error
    api = HfApi()
    try:
        api.create_repo(repository, repo_type=kind, private=private, exist_ok=True)
        done = api.upload_folder(
            repo_id=repository,
            repo_type=kind,
            folder_path=folder,
            allow_patterns=[*sorted(files), SUMS],
            delete_patterns=list(OWNED if kind == "dataset" else OWNED_BY_MODELS),
            commit_message=f"{'Data set' if kind == 'dataset' else 'Model'} made by Seedline",
        )
    except Exception as error:
        if not isinstance(error, OSError) and type(error).__module__.split(".")[0] not in _OF_THE_HUB:
            raise
        first = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise ExportError(
            f"{folder} is written, but was not pushed to {repository}: {first} (hf auth login, or HF_TOKEN, gives the "
            "right to push)"
        ) from error
    return str(done.commit_url)
