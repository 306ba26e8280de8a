"""A directory of source code: a plain tree, one git checkout, or a folder of checkouts at any depth.

Of a checkout, the files of its current commit are read (`git_checkout`). Files outside of all checkouts make
up one more repository, named after the folder, without a commit. Licenses come from `repository_licenses`.
"""

import hashlib
import os
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

import polars as pl

from resources.corpus_source.base import (
    BATCH_BYTES,
    READ_LIMIT,
    CorpusSource,
    RawFile,
    SourceError,
    file_batches,
)
from resources.corpus_source.git_checkout import GitCheckout, is_repository
from resources.corpus_source.git_places import ForeignRepositoryError
from resources.corpus_source.local_files import read_file
from resources.corpus_source.repository_licenses import RepositoryLicenses
from resources.corpus_source.settings import Directory


class DirectorySource(CorpusSource):
    """A directory. See `Directory` for the settings."""

    def __init__(self, settings: Directory) -> None:
        self.settings = settings
        self.root = Path(settings.path).expanduser()

    def read(self, batch_bytes: int = BATCH_BYTES) -> Iterator[pl.DataFrame]:
        """Yield every file: first those of the checkouts by their place, then those outside of them."""
        return file_batches(self._files(), batch_bytes)

    def describe(self) -> dict[str, object]:
        """Path, checkouts with their commits, checkouts without one, and the number of loose files."""
        return {
            "kind": self.settings.kind,
            "path": self.settings.path,
            "repositories": {
                checkout.name: checkout.commit for checkout in self.checkouts if checkout.commit
            },
            "without_commit": [str(checkout.root) for checkout in self.checkouts if checkout.commit is None],
            "refused": {str(folder): why for folder, why in self.refused.items()},
            "loose_files": len(self.loose_files),
        }

    def fingerprint(self) -> str:
        """Changes with a checkout's commit, and with a loose file's name, size or time."""
        digest = hashlib.sha256(self.settings.model_dump_json().encode())
        for checkout in self.checkouts:
            digest.update(f"{checkout.root}\0{checkout.name}\0{checkout.commit}\n".encode())
        for folder, why in sorted(self.refused.items()):
            digest.update(os.fsencode(folder) + f"\0{why}\n".encode())
        for file in self.loose_files:
            about = file.stat(follow_symlinks=False)
            digest.update(os.fsencode(file) + f"\0{about.st_size}\0{about.st_mtime_ns}\n".encode())
        return digest.hexdigest()

    @property
    def checkouts(self) -> list[GitCheckout]:
        """The git repositories, by their place."""
        return self._found[0]

    @property
    def loose_files(self) -> list[Path]:
        """The regular files outside of all repositories, by path."""
        return self._found[1]

    @property
    def refused(self) -> dict[Path, str]:
        """The folders that say they are git repositories and cannot be read as such, and why; their files are loose."""
        return self._found[2]

    @cached_property
    def _found(self) -> tuple[list[GitCheckout], list[Path], dict[Path, str]]:
        if not self.root.is_dir():
            raise SourceError(f"{self.settings.path}: no such folder. Correct the setting `path`.")
        checkouts: list[GitCheckout] = []
        refused: dict[Path, str] = {}
        loose: list[Path] = []
        for folder, subfolders, names in os.walk(self.root, onerror=_refuse):
            here = Path(folder)
            if is_repository(here):
                try:
                    checkouts.append(GitCheckout.open(here, self.root))
                    subfolders.clear()
                    continue
                except ForeignRepositoryError as error:
                    refused[here] = str(error)
                    own = [name for name in subfolders if name != ".git"]
                    subfolders[:] = own if os.path.lexists(here / ".git") else []
                    names = [name for name in names if name != ".git"]
            subfolders[:] = sorted(name for name in subfolders if name not in self.settings.skip_folders)
            loose.extend(here / name for name in sorted(names) if not (here / name).is_symlink())
        return sorted(checkouts, key=lambda one: one.root), sorted(loose), refused

    def _files(self) -> Iterator[RawFile]:
        for checkout in self.checkouts:
            try:
                yield from _of_checkout(checkout)
            except ForeignRepositoryError as error:
                yield _without_content(checkout.name, ".git", checkout.commit, str(error))
        name = self.root.resolve().name
        for folder, why in sorted(self.refused.items()):
            path = _slashed((folder / ".git").relative_to(self.root))
            yield _without_content(
                name,
                path,
                None,
                f"{why}; its files are read without it. Clone it into the dump, or remove .git",
            )
        yield from self._of_tree()

    def _of_tree(self) -> Iterator[RawFile]:
        by_path = {_slashed(file.relative_to(self.root)): file for file in self.loose_files}
        licenses = RepositoryLicenses(
            by_path, lambda path: _content(by_path[path]) if path in by_path else None
        )
        name = self.root.resolve().name
        for path, file in by_path.items():
            row = read_file(file, repo=name, path=path, commit=None, license=None)
            found = licenses.of(path, row["content"])
            row["license"], row["license_source"] = (found.license, found.source) if found else (None, None)
            yield row


def _without_content(repo: str, path: str, commit: str | None, detail: str) -> RawFile:
    return RawFile(
        content=None,
        repo=repo,
        path=path,
        commit=commit,
        license=None,
        license_source=None,
        language=None,
        size=None,
        fault="unreadable",
        origin=f"{repo}/{path}",
        detail=detail,
    )


def _of_checkout(checkout: GitCheckout) -> Iterator[RawFile]:
    files = checkout.files()
    blobs = {file.path: file for file in files}
    with checkout.reader() as reader:

        def content(path: str) -> bytes | None:
            known = path in blobs and blobs[path].size <= READ_LIMIT
            return reader.read(blobs[path].blob) if known else None

        licenses = RepositoryLicenses(blobs, content)
        for file in files:
            read = content(file.path)
            found = licenses.of(file.path, read)
            too_large = file.size > READ_LIMIT
            fault = "too_large" if too_large else "unreadable"
            detail = f"{file.size} bytes" if too_large else "the repository does not hold the object"
            yield RawFile(
                content=read,
                repo=checkout.name,
                path=file.path,
                commit=checkout.commit,
                license=found.license if found else None,
                license_source=found.source if found else None,
                language=None,
                size=file.size,
                fault=fault if read is None else None,
                origin=f"{checkout.name}/{file.path}",
                detail=detail if read is None else None,
            )


def _content(file: Path) -> bytes | None:
    return read_file(file, repo="", path="", commit=None, license=None)["content"]


def _slashed(path: Path) -> str:
    # Names that are no UTF-8 come with surrogates, which no column can hold.
    return os.fsencode(path.as_posix()).decode(errors="replace")


def _refuse(error: OSError) -> None:
    raise SourceError(
        f"{error.filename}: cannot be listed: {error.strerror}. Make it readable or move it away."
    )
