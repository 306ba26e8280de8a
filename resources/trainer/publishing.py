"""Finished models to an S3 prefix, where other machines read them, and back, whole or not at all.

A reader takes a prefix for a model when its manifest is there: it is written last, and checked against every
file after a download. How a model is made stands elsewhere.
"""

import json
import shutil
from pathlib import Path

from resources.model_folder import MANIFEST, BrokenModelFolder, check_against_manifest
from resources.storage import S3Options, Storage
from resources.whole_files import put_folder_in_place


def publish_model(folder: Path, address: str, s3: S3Options | None = None) -> str:
    """Copy the finished model in `folder` to `address` (`s3://bucket/prefix`), which is returned.

    What is already there with the same manifest is left as it is; anything else at `address` is replaced.
    Raises `BrokenModelFolder` where `folder` is not whole.
    """
    check_against_manifest(folder)
    storage = Storage(address, s3)
    if _same_manifest(storage, folder / MANIFEST):
        return storage.root
    storage.remove(storage.path(MANIFEST))
    storage.remove(storage.root)
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    for name in [*(name for name in names if name != MANIFEST), MANIFEST]:
        storage.fs.put_file(str(folder / name), storage.path(name))
    return storage.root


def is_published(address: str, s3: S3Options | None = None) -> bool:
    """Whether there is a whole model at `address`."""
    storage = Storage(address, s3)
    return storage.exists(storage.path(MANIFEST))


def fetch_model(address: str, folder: Path, s3: S3Options | None = None) -> Path:
    """The model at `address` as a local folder: itself where it is one, else a checked copy in `folder`.

    A whole copy that is already in `folder` is used. Raises `BrokenModelFolder` where `address` holds no whole
    model.
    """
    storage = Storage(address, s3)
    if not storage.is_s3:
        check_against_manifest(Path(storage.root))
        return Path(storage.root)
    if not is_published(address, s3):
        raise BrokenModelFolder(f"{address}: no {MANIFEST}; no model there, or not completely published")
    if _same_manifest(storage, folder / MANIFEST) and _whole(folder):
        return folder
    partial = folder.with_name(f".{folder.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        for path in storage.fs.find(storage.root):
            target = partial / f"s3://{path}".removeprefix(f"{storage.root}/")
            target.parent.mkdir(parents=True, exist_ok=True)
            storage.fs.get_file(path, str(target))
        check_against_manifest(partial)
        put_folder_in_place(partial, folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return folder


def _same_manifest(storage: Storage, local: Path) -> bool:
    try:
        there = storage.read_bytes(storage.path(MANIFEST))
        return json.loads(there) == json.loads(local.read_bytes())
    except (OSError, ValueError):
        return False


def _whole(folder: Path) -> bool:
    try:
        check_against_manifest(folder)
    except BrokenModelFolder:
        return False
    return True
