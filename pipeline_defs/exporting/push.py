"""An exported folder pushed to a hub, through huggingface_hub: one commit with the folder's files and no other.

The token is huggingface_hub's matter (`hf auth login`, or HF_TOKEN), as is the hub's address (HF_ENDPOINT).
"""

from collections.abc import Iterable
from pathlib import Path

from assets.exports.settings import ExportError
from assets.exports.writing import SUMS

OWNED = ("data/*", "origin/*", "verl/*", "open_instruct/*", "tasks/*", "LICENSES/*")
"""What an export writes in folders: files of an earlier one that this one lacks are removed there."""

_OF_THE_HUB = ("huggingface_hub", "httpx", "httpx2")
"""Packages whose errors say that the hub refused, or was not reached."""


def push(folder: Path, files: Iterable[str], repository: str, *, private: bool = True) -> str:
    """Push `files` of `folder` to the data set repository, which is made where it is not there; the commit's address.

    Raises `ExportError` where the hub refuses, or huggingface_hub is not installed.
    """
    try:
        from huggingface_hub import HfApi
    except ImportError as error:
        raise ExportError("pushing needs huggingface_hub: pip install huggingface_hub") from error
    api = HfApi()
    try:
        api.create_repo(repository, repo_type="dataset", private=private, exist_ok=True)
        done = api.upload_folder(
            repo_id=repository,
            repo_type="dataset",
            folder_path=folder,
            allow_patterns=[*sorted(files), SUMS],
            delete_patterns=list(OWNED),
            commit_message="Data set made by Seedline",
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
