"""What the files of benchmarks are, by their bytes: for pins, and to see that one has changed."""

import functools
import hashlib
from pathlib import Path

import polars as pl

from assets.benchmarks.pins import Pins
from assets.benchmarks.problem import BenchmarkError
from assets.benchmarks.problem_files import problem_files
from assets.benchmarks.registry import benchmark_files, place_of
from assets.benchmarks.source import Sources
from resources.digests import file_sha256
from resources.doors import own_file_digest

IDENTITIES = pl.Schema({"benchmark": pl.String, "digest": pl.String, "revision": pl.String})


def identities(registered: Sources, pins: Pins | None = None) -> pl.DataFrame:
    """`IDENTITIES` of every registered benchmark; the revision is the hub's commit, null for files."""
    rows = []
    for name, source in benchmark_files(registered).items():
        place, revision = place_of(name, source, pins)
        rows.append((name, place_digest(place), revision))
    return pl.DataFrame(rows, schema=IDENTITIES, orient="row")


def sources_digest(registered: Sources, pins: Pins | None = None) -> str:
    """Digest of all benchmarks' files; a missing file counts as empty, and stops the asset when it runs.

    What is on the hub counts as it is on this machine: nobody asks the network twice a minute.
    """
    digest = hashlib.sha256()
    for name, source in sorted(benchmark_files(registered).items()):
        try:
            place, revision = place_of(name, source, pins, here_only=True)
        except BenchmarkError:
            place, revision = None, None
        digest.update(f"{name}\0{source.path}\0{revision}\0{own_file_digest(source.form or '')}".encode())
        digest.update(place_digest(place).encode() if place else b"")
    return digest.hexdigest()


def place_digest(place: Path) -> str:
    """SHA-256 over the names and bytes of the benchmark's files at `place`; of one file it is its bytes'."""
    files = problem_files(place)
    if files == [place]:
        return _bytes_digest(place)
    digest = hashlib.sha256()
    for file in files:
        digest.update(f"{file.relative_to(place).as_posix()}\0{_bytes_digest(file)}\0".encode())
    return digest.hexdigest()


def _bytes_digest(file: Path) -> str:
    try:
        stat = file.stat()
    except FileNotFoundError:
        return ""
    return _digest_of_version(file, stat.st_size, stat.st_mtime_ns, stat.st_ino)


@functools.lru_cache(maxsize=4096)
def _digest_of_version(file: Path, _size: int, _mtime_ns: int, _inode: int) -> str:
    """Read once for every version of the file: automation looks twice a minute."""
    return file_sha256(file)
