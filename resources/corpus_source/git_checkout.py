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
from resources.corpus_source.git_places import ForeignRepositoryError, refuse_foreign

READING_S = 600
"""Seconds after which a question to git counts as hanging."""

ELSEWHERE = frozenset(
    {
        *("GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_INDEX_FILE", "GIT_NAMESPACE", "GIT_PREFIX"),
        *("GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_SHALLOW_FILE", "GIT_GRAFT_FILE"),
    }
)
"""Variables that lead git away from the repository that is read, as they are set while a hook of git runs."""

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
    def open(cls, root: Path, dump: Path) -> "GitCheckout":
        """The repository at `root`, which is part of the dump in the folder `dump`.

        Raises `SourceError` where git is absent or refuses it as another user's, and `ForeignRepositoryError` where
        it is no repository or is not all in the dump.
        """
        refuse_foreign(root, dump)
        if _git(root, "rev-parse", "--git-dir") is None:
            complaint = _complaint(root)
            if "ownership" not in complaint:
                raise ForeignRepositoryError(f"git refuses this repository: {complaint}")
            raise SourceError(
                f"{root}: git refuses this repository: {complaint}. If it belongs to another user, run "
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
            raise ForeignRepositoryError(
                f"git cannot list commit {self.commit}: objects of it are damaged or missing"
            )
        return [file for entry in listing.split(b"\0") if (file := _entry(entry)) is not None]

    @contextmanager
    def reader(self) -> Iterator["BlobReader"]:
        """A reader of this repository's contents, for as long as the context lasts."""
        with subprocess.Popen(
            ["git", "-C", str(self.root), "cat-file", "--batch"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(self.root),
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
    if os.path.lexists(folder / ".git"):
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


def _environment(root: Path) -> dict[str, str]:
    """The environment of a git that looks for a repository in `root`, and in no folder above it."""
    own = {name: value for name, value in os.environ.items() if name not in ELSEWHERE}
    return own | GIT_ENVIRONMENT | {"GIT_CEILING_DIRECTORIES": str(root.resolve().parent)}


def _run(root: Path, *arguments: str) -> "subprocess.CompletedProcess[bytes]":
    try:
        return subprocess.run(
            ["git", "-C", str(root), *arguments],
            capture_output=True,
            env=_environment(root),
            check=False,
            timeout=READING_S,
        )
    except subprocess.TimeoutExpired as error:
        raise ForeignRepositoryError(f"git did not answer within {READING_S} s") from error
    except FileNotFoundError as error:
        raise SourceError("git is not installed; it is needed to read git checkouts. Install git.") from error
