"""One git repository on disk: its name, its commit, and the files of that commit, read from git itself.

Contents come from the commit (`git cat-file`), not from the working tree, so that the commit in the
provenance is true when files were changed since, and bare clones work too. Links and submodules are left out.
"""

import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from resources.corpus_source.base import SourceError

GIT_ENVIRONMENT = {
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "LC_ALL": "C",
}
REGULAR_FILES = ("100644", "100755", "100664")


@dataclass(frozen=True)
class TrackedFile:
    """One file of a commit: path within the repository, git's object name, and bytes."""

    path: str
    blob: str
    size: int


@dataclass(frozen=True)
class GitCheckout:
    """A checkout or bare clone at `root`, named after its remote, at `commit` (null: no commit yet)."""

    root: Path
    name: str
    commit: str | None

    @classmethod
    def open(cls, root: Path) -> "GitCheckout":
        """The repository at `root`; `SourceError` where git is absent or refuses it."""
        if _git(root, "rev-parse", "--git-dir") is None:
            raise SourceError(
                f"{root}: git refuses this repository: {_complaint(root)}. If it belongs to another user, run "
                f"`git config --global --add safe.directory {root}`."
            )
        remote = _git(root, "config", "--get", "remote.origin.url")
        commit = _git(root, "rev-parse", "--verify", "--quiet", "HEAD^{commit}")
        return cls(root, repository_name(remote) or root.name.removesuffix(".git"), commit)

    def files(self) -> list[TrackedFile]:
        """The regular files of the commit, by path."""
        if self.commit is None:
            return []
        listing = _git_bytes(self.root, "ls-tree", "-r", "-l", "-z", "--full-tree", self.commit)
        if listing is None:
            raise SourceError(f"{self.root}: git cannot list commit {self.commit}: {_complaint(self.root)}.")
        return [file for entry in listing.split(b"\0") if (file := _entry(entry)) is not None]

    @contextmanager
    def reader(self) -> Iterator["BlobReader"]:
        """A reader of this repository's contents, for as long as the context lasts."""
        with subprocess.Popen(
            ["git", "-C", str(self.root), "cat-file", "--batch"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=os.environ | GIT_ENVIRONMENT,
        ) as process:
            try:
                yield BlobReader(process)
            finally:
                process.kill()


class BlobReader:
    """Reads contents through one `git cat-file --batch` process."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        assert process.stdin is not None and process.stdout is not None  # both are pipes
        self._asks, self._answers = process.stdin, process.stdout

    def read(self, blob: str) -> bytes | None:
        """The content of the object `blob`, or null where the repository does not hold it."""
        try:
            self._asks.write(blob.encode() + b"\n")
            self._asks.flush()
        except BrokenPipeError:
            return None
        header = self._answers.readline().split()
        if len(header) != 3:
            return None
        content = self._answers.read(int(header[2]) + 1)
        return content[:-1]


def is_repository(folder: Path) -> bool:
    """Whether `folder` is a checkout, a worktree or a bare clone."""
    if (folder / ".git").exists():
        return True
    return all((folder / name).exists() for name in ("HEAD", "objects", "refs", "config"))


def repository_name(remote: str | None) -> str | None:
    """`owner/name` of a remote's address, without host, user and `.git`; null where there is none."""
    if not remote:
        return None
    short = re.fullmatch(r"(?:[^@/:]+@)?[^/:]+:(?!//)(.+)", remote)  # user@host:owner/name
    path = short.group(1) if short else urlsplit(remote).path
    parts = [part for part in path.removesuffix("/").removesuffix(".git").split("/") if part]
    if not parts:
        return None
    is_address = short is not None or "://" in remote
    return "/".join(parts) if is_address and not remote.startswith("file:") else parts[-1]


def _entry(entry: bytes) -> TrackedFile | None:
    if not entry:
        return None
    about, _, path = entry.partition(b"\t")
    mode, _, blob, size = about.decode().split()
    if mode not in REGULAR_FILES:
        return None
    return TrackedFile(path.decode(errors="replace"), blob, int(size) if size.isdigit() else 0)


def _git(root: Path, *arguments: str) -> str | None:
    output = _git_bytes(root, *arguments)
    return output.decode(errors="replace").strip() or None if output is not None else None


def _git_bytes(root: Path, *arguments: str) -> bytes | None:
    done = _run(root, *arguments)
    return done.stdout if done.returncode == 0 else None


def _complaint(root: Path) -> str:
    message = _run(root, "rev-parse", "--git-dir").stderr.decode(errors="replace").strip()
    return (message.splitlines() or ["no reason given"])[0].removeprefix("fatal: ")


def _run(root: Path, *arguments: str) -> "subprocess.CompletedProcess[bytes]":
    try:
        return subprocess.run(
            ["git", "-C", str(root), *arguments],
            capture_output=True,
            env=os.environ | GIT_ENVIRONMENT,
            check=False,
        )
    except FileNotFoundError as error:
        raise SourceError("git is not installed; it is needed to read git checkouts. Install git.") from error
