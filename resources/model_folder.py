"""A model on disk: what its folder must hold, its digest and its manifest.

Here stands what both the trainer (which writes such folders) and the engines (whose answers depend on them)
need to know. What is inside the weights is none of its business. A folder with a manifest is complete: the
manifest is written last.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path

from resources.digests import file_sha256
from resources.whole_files import sync

MANIFEST = "manifest.json"
CARD = "README.md"
"""Of a model that was trained here: written again when it was scored, so that its manifest does not hold it."""
RECORD = "training.json"
"""How a training went (time, hardware, loss): beside the model, no part of what the model answers."""


SHIPPED = {"seedling": Path(__file__).parent / "models" / "seedling"}
"""Models that come with the project, by the name that recipes use; a folder of that name is written `./seedling`."""


def located(model: str) -> str:
    """Where `model` is: the folder of a shipped one, anything else (a folder, a hub id) as it was given."""
    return str(SHIPPED.get(model, model))


IN_A_FOLDER = r"^(?:~|\.{0,2}/|[A-Za-z]:\\)(?:.*[/\\])?([^/\\]+)[/\\]*$"
"""A model's name that is a folder of this machine; the group is the folder's own name."""


def public_name(model: str) -> str:
    """The name of a model without the folder of this machine that it lies in; hub ids stay."""
    return re.sub(IN_A_FOLDER, r"\1", model)


def is_hub_id(model: str) -> bool:
    """Whether `model` has the form of a hub's id: owner and name."""
    return bool(re.fullmatch(r"[\w.-]+/[\w.-]+", model)) and not re.match(IN_A_FOLDER, model)


class BrokenModelFolder(RuntimeError):
    """A model folder is incomplete or differs from its manifest; the message names the file."""


def file_hashes(folder: Path) -> dict[str, str]:
    """SHA-256 of every file of the model by name, sorted; manifest, training record and hidden files left out, and the
    card beside a manifest.
    """
    card = folder / CARD if (folder / MANIFEST).is_file() else None
    names = sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file()
        and not path.name.startswith(".")
        and path.name not in (MANIFEST, RECORD)
        and path != card
    )
    return {name: file_sha256(folder / name) for name in names}


def model_digest(folder: Path) -> str:
    """Digest of weights, tokenizer and configuration together: changes when any answer could change."""
    listing = "".join(f"{name}\0{sha256}\n" for name, sha256 in file_hashes(folder).items())
    return hashlib.sha256(listing.encode()).hexdigest()


def write_manifest(folder: Path, facts: Mapping[str, object]) -> None:
    """Complete `folder` with a manifest: `facts` (JSON values, `model_id` among them) and all file hashes.

    Every file and the folder itself are on disk when this returns.
    """
    hashes = file_hashes(folder)
    text = json.dumps({**facts, "files": hashes}, indent=1, sort_keys=True) + "\n"
    (folder / MANIFEST).write_text(text, encoding="utf-8")
    for path in folder.rglob("*"):
        if path.is_file():
            sync(path)
    sync(folder)


def read_manifest(folder: Path) -> dict[str, object] | None:
    """The manifest of `folder`, or None where there is none or it is not JSON."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return manifest if isinstance(manifest, dict) else None


def check_against_manifest(folder: Path) -> dict[str, object]:
    """The manifest, once every file was found to be what it says; else `BrokenModelFolder`."""
    manifest = read_manifest(folder)
    if manifest is None:
        raise BrokenModelFolder(f"{folder}: no readable {MANIFEST}; the model was not completely written")
    expected, found = manifest["files"], file_hashes(folder)
    if not isinstance(expected, dict):
        raise BrokenModelFolder(f"{folder}/{MANIFEST}: `files` is not a table of hashes")
    for name in sorted(expected.keys() | found.keys()):
        if name not in found:
            raise BrokenModelFolder(f"{folder}/{name}: missing; delete the folder and train again")
        if expected.get(name) != found[name]:
            raise BrokenModelFolder(f"{folder}/{name}: not the file that was written; delete and train again")
    return manifest
