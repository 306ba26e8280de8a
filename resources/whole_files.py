"""Files and folders that appear whole: written aside, on the disk, then renamed to their name.

A reader sees what was there before or all of the new, after a crash or a power cut too.
"""

import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def replacing(target: Path, mode: int = 0o666) -> Iterator[Path]:
    """A new, empty file beside `target`, which takes its name where the block ends well and else is removed.

    `mode` is its permission before the process's umask: 0o600 keeps other users from ever reading it.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(f".{target.name}.{uuid.uuid4().hex}.partial")
    try:
        os.close(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode))
        yield unfinished
        move_into_place(unfinished, target)
    finally:
        unfinished.unlink(missing_ok=True)


def move_into_place(finished: Path, target: Path) -> None:
    """Rename the file `finished` to `target`, on the same disk, once its content is on that disk."""
    sync(finished)
    target.parent.mkdir(parents=True, exist_ok=True)
    finished.replace(target)


def put_folder_once(finished: Path, target: Path) -> None:
    """Rename the folder `finished` to `target`, unless another process has put one there: that one stays."""
    try:
        finished.rename(target)
    except OSError:
        if not target.is_dir():
            raise


def put_folder_in_place(finished: Path, target: Path) -> None:
    """Rename the folder `finished` to `target`; a folder already there is set aside first, then removed."""
    aside = target.with_name(f".{target.name}.replaced")
    shutil.rmtree(aside, ignore_errors=True)
    if target.exists():
        target.rename(aside)
    finished.rename(target)
    sync(target.parent)
    shutil.rmtree(aside, ignore_errors=True)


def sync(path: Path) -> None:
    """Have the file or folder at `path` on the disk before this returns."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
