"""Where a git repository keeps what it is made of, and whether all of that lies in the dump that it is read from.

A `.git` file, a link, a `commondir` and a list of alternates point to other folders. A pointer that stays within the
dump is what worktrees and submodules are made of; one that leads out would bring in somebody else's repository under
this one's name. Files that are no files (pipes, devices) would hang git.
"""

import os
from pathlib import Path

from resources.regular_files import read_regular, special_kind

POINTER = "gitdir:"
LONGEST_POINTER = 1 << 16
"""Bytes that are read of a file that points elsewhere."""


class ForeignRepositoryError(ValueError):
    """A repository is not all in its dump, or not one; the message says what of it leads where."""


def refuse_foreign(root: Path, dump: Path) -> None:
    """Raise `ForeignRepositoryError` where the repository at `root` is not made of files below `dump` alone."""
    dump = dump.resolve()
    folders = [_git_folder(root, dump)]
    seen: set[Path] = set()
    try:
        while folders:
            folder = folders.pop()
            if folder in seen:
                continue
            seen.add(folder)
            folders += _linked(folder, dump)
            common = folder / "commondir"
            if common.is_file():
                folders.append(_inside(folder / _pointer(common), dump, common, root))
            for objects in (folder / "objects", folder):
                listed = objects / "info" / "alternates"
                if listed.is_file():
                    lines = (
                        line for line in _pointer(listed).splitlines() if line and not line.startswith("#")
                    )
                    folders += [_inside(objects / line, dump, listed, root) for line in lines]
    except OSError as error:
        raise ForeignRepositoryError(f"{error.filename}: {error.strerror}") from error


def _git_folder(root: Path, dump: Path) -> Path:
    entry = root / ".git"
    if not os.path.lexists(entry):
        return root  # a bare clone
    place = _inside(entry, dump, entry, root) if entry.is_symlink() else entry
    if place.is_dir():
        return place.resolve()
    try:
        text = _pointer(place)
    except OSError as error:
        raise ForeignRepositoryError(f".git {error.strerror}") from error
    if not text.startswith(POINTER):
        raise ForeignRepositoryError(".git is a file that names no repository")
    return _inside(place.parent / text.removeprefix(POINTER).strip(), dump, entry, root)


def _pointer(file: Path) -> str:
    return os.fsdecode(read_regular(file, LONGEST_POINTER)).strip()


def _inside(place: Path, dump: Path, told_by: Path, root: Path) -> Path:
    name = os.path.relpath(told_by, root)
    try:
        found = place.resolve(strict=True)
    except (OSError, RuntimeError, ValueError) as error:
        raise ForeignRepositoryError(f"{name} points to {place}, which is not there") from error
    if not found.is_relative_to(dump):
        raise ForeignRepositoryError(f"{name} points to {found}, outside of the dump")
    return found


def _linked(folder: Path, dump: Path) -> list[Path]:
    """The folders that links in `folder` lead to; whatever is neither a file, a folder nor a link within is refused."""
    linked: list[Path] = []
    waiting = [str(folder)]
    while waiting:
        with os.scandir(waiting.pop()) as entries:
            for entry in entries:
                if entry.is_symlink():
                    found = _inside(Path(entry.path), dump, Path(entry.path), folder)
                    kind = special_kind(found.stat().st_mode)
                    if found.is_dir():
                        linked.append(found)
                        continue
                elif entry.is_dir():
                    waiting.append(entry.path)
                    continue
                else:
                    kind = None if entry.is_file() else special_kind(entry.stat().st_mode)
                if kind is not None:
                    raise ForeignRepositoryError(f"{os.path.relpath(entry.path, folder)} is {kind}")
    return linked
