"""Digests of files that belong to a version: prompts, worked examples, harnesses, benchmarks, weights."""

import hashlib
from collections.abc import Iterable, Iterator
from importlib.resources.abc import Traversable
from pathlib import Path

from resources.regular_files import open_regular


def file_sha256(path: Path) -> str:
    """SHA-256 of a file's content, 64 hexadecimal digits; memory stays constant."""
    with open_regular(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def contents_sha256(contents: Iterable[tuple[str, bytes]]) -> str:
    """SHA-256 over names and contents, in their order; other names or a moved byte give another digest."""
    digest = hashlib.sha256()
    for name, content in contents:
        digest.update(f"{name}:{len(content)}:".encode() + content)
    return digest.hexdigest()


def folder_contents(folder: Traversable, endings: tuple[str, ...] = ("",)) -> Iterator[tuple[str, bytes]]:
    """Name and content of the files directly in `folder` with one of `endings`, by name."""
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(endings) and file.is_file():
            yield file.name, file.read_bytes()
