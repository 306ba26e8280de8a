"""Reading one file of local disk into a raw row: its bytes, or the fault for which there are none.

Used by the sources that walk folders. Which files to read, and what repository they belong to, is theirs.
"""

from pathlib import Path

from resources.corpus_source.base import READ_LIMIT, RawFile
from resources.regular_files import read_regular, special_kind


def read_file(file: Path, *, repo: str, path: str, commit: str | None, license: str | None) -> RawFile:
    """The row of `file`; files that are unreadable or above `READ_LIMIT` come without content."""
    row = RawFile(
        content=None,
        repo=repo,
        path=path,
        commit=commit,
        license=license,
        license_source=None,
        language=None,
        size=None,
        fault=None,
        origin=f"{repo}/{path}",
        detail=None,
    )
    try:
        row["size"] = file.stat().st_size
        if row["size"] > READ_LIMIT:
            row["fault"], row["detail"] = "too_large", f"{row['size']} bytes"
            return row
        content = read_regular(
            file, READ_LIMIT + 1
        )  # a file may grow, and one of /proc says that it is empty
    except OSError as error:
        row["fault"], row["detail"] = "unreadable", error.strerror or type(error).__name__
        return row
    if len(content) > READ_LIMIT:
        row["fault"], row["detail"] = "too_large", f"more than {READ_LIMIT} bytes"
        return row
    row["content"], row["size"] = content, len(content)
    return row


def local_fault(file: Path, root: Path) -> str | None:
    """Why `file` of the dump at `root` is not to be opened; null where it is a file of the dump.

    Links may lead to any file of the dump. The Hugging Face hub's cache has its files beside the folder of a revision
    (`snapshots/REVISION` and `blobs`), and is read as the hub's own library reads it.
    """
    try:
        found = file.resolve(strict=True)
        kind = special_kind(found.stat().st_mode)
    except (OSError, RuntimeError):
        return "is a link that leads to no file; copy the file there, or remove the link"
    if kind is not None:
        return f"is {kind}, not a file; take it out of the folder"
    top = root.resolve()
    places = [top if top.is_dir() else top.parent]
    places += [parent.parent / "blobs" for parent in top.parents if parent.name == "snapshots"]
    if file.is_symlink() and file != root and not any(found.is_relative_to(place) for place in places):
        return f"is a link that leads out of the dump, to {found}; copy the file there"
    return None
