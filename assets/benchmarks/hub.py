"""Benchmarks on the Hugging Face hub: their files on this machine, fetched once a revision.

huggingface_hub keeps them in its own cache; what is there needs no network.
"""

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

from assets.benchmarks.problem import BenchmarkError

_ADDRESS = re.compile(
    r"hf://datasets/(?P<owner>[\w.-]+)/(?P<name>[\w.-]+)(?:@(?P<revision>[\w./-]+?))?(?:/(?P<path>[^@]+))?/?"
)
_COMMIT = re.compile(r"[0-9a-f]{40}")
READ = ("*.jsonl", "*.jsonl.gz", "*.json", "*.json.gz", "*.parquet")


class OnHub(NamedTuple):
    """An address on the hub."""

    repository: str
    revision: str | None
    path: str | None


class Fetched(NamedTuple):
    """Files on this machine, and the commit that they are of."""

    place: Path
    revision: str


def address(path: str) -> OnHub:
    """`path` taken apart. Raises `ValueError` where it is no address of a dataset."""
    found = _ADDRESS.fullmatch(path)
    if found is None:
        raise ValueError(
            f"{path} is no address on the Hugging Face hub; write hf://datasets/OWNER/NAME[@REVISION][/PATH]"
        )
    return OnHub(f"{found['owner']}/{found['name']}", found["revision"], found["path"])


def fetched(name: str, path: str, revision: str | None = None, *, here_only: bool = False) -> Fetched:
    """The files of benchmark `name` at `path`, of `revision` where the address names none.

    `here_only` asks nothing of the network. Raises `BenchmarkError` where they are not to be had, with the remedy.
    """
    try:
        from huggingface_hub import snapshot_download
    except ImportError as error:
        raise BenchmarkError(
            f"benchmark {name!r}: {path} is on the Hugging Face hub, and {error}; install huggingface_hub, or name a "
            "file"
        ) from error
    try:
        asked = address(path)
    except ValueError as error:
        raise BenchmarkError(f"benchmark {name!r}: {error}") from error
    wanted = asked.revision or revision
    patterns: list[str] = [asked.path, f"{asked.path}/**"] if asked.path else list(READ)
    try:
        place = Path(
            snapshot_download(
                asked.repository,
                repo_type="dataset",
                revision=wanted,
                allow_patterns=patterns,
                local_files_only=here_only or _is_here(asked, wanted),
            )
        )
    except Exception as error:  # the hub's client passes on whatever the network raises
        raise BenchmarkError(
            f"benchmark {name!r}: {path} is not to be had ({_said(error)}); connect this machine, fill its cache with "
            f"`hf download {asked.repository} --repo-type dataset`, or name a file"
        ) from error
    files = place / asked.path if asked.path else place
    if not files.exists():
        raise BenchmarkError(
            f"benchmark {name!r}: {asked.repository} at {place.name} holds nothing at {asked.path}"
        )
    return Fetched(files, place.name)


@cache
def _is_here(asked: OnHub, revision: str | None) -> bool:
    """Whether a commit, which never changes, was fetched before."""
    if revision is None or not _COMMIT.fullmatch(revision) or asked.path is None:
        return False
    from huggingface_hub import try_to_load_from_cache

    found = try_to_load_from_cache(asked.repository, asked.path, repo_type="dataset", revision=revision)
    return isinstance(found, str)


def _said(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0] if lines else type(error).__name__
