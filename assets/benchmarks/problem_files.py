"""Benchmark files as frames: JSON Lines, plain or gzipped, or Parquet, in the forms in which benchmarks are published.

A benchmark is a file, or a folder with files (a language each, or a release each).

What each form's fields mean stands in `forms`; which files are read is the registry's matter. Nothing is scored.
"""

import gzip
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl

from assets.benchmarks.forms import form_of
from assets.benchmarks.problem import PROBLEM_SCHEMA, BenchmarkError

ENDINGS = (".jsonl", ".jsonl.gz", ".parquet")
"""What files of a folder are read by; a file that is named itself may be called anything."""


def problem_files(path: Path) -> list[Path]:
    """The files that hold the benchmark at `path`, in order: those below a folder, or the one file, there or not."""
    if not path.is_dir():
        return [path]
    return sorted(file for file in path.rglob("*") if file.is_file() and file.name.endswith(ENDINGS))


def refuse_missing(name: str, path: Path) -> None:
    """Raise `BenchmarkError` where benchmark `name` has no file or folder `path`."""
    if not path.exists():
        raise BenchmarkError(
            f"benchmark {name!r}: no file {path}; correct its path in the settings, or take it out"
        )


def read_problems(name: str, path: Path) -> pl.DataFrame:
    """The problems (`PROBLEM_SCHEMA`) of benchmark `name` in the file or folder `path`, in the files' order."""
    rows = [problem for file in problem_files(path) for problem in _problems(name, file)]
    if not rows:
        raise BenchmarkError(f"benchmark {name!r}: {path} holds no problem")
    frame = pl.DataFrame(rows, schema=PROBLEM_SCHEMA)
    twice = frame.filter(pl.col("problem_id").is_duplicated())["problem_id"]
    if len(twice):
        raise BenchmarkError(f"benchmark {name!r}: {path} holds problem {twice[0]!r} more than once")
    return frame


def _problems(name: str, path: Path) -> Iterator[dict[str, Any]]:
    """The problems of one file."""
    for number, place, record in _records(name, path):
        try:
            problem = form_of(record).problem(record)
        except ValueError as error:
            raise BenchmarkError(f"benchmark {name!r}: {path}, {place} {error}") from error
        identity = problem.get("problem_id")
        yield problem | {
            "benchmark": name,
            "problem_id": f"{name}/{number}" if identity is None else str(identity),
        }


def _records(name: str, path: Path) -> Iterator[tuple[int, str, dict[str, Any]]]:
    """Number from 0, place for messages, and content of each record of the file."""
    refuse_missing(name, path)
    try:
        if path.suffix == ".parquet":
            for number, record in enumerate(pl.read_parquet(path).iter_rows(named=True)):
                yield number, f"row {number + 1}", record
            return
        for number, line in enumerate(_lines(path)):
            if line.strip():
                yield number, f"line {number + 1}", _object(name, path, number + 1, line)
    except (OSError, EOFError, UnicodeDecodeError, zlib.error, pl.exceptions.PolarsError) as error:
        raise BenchmarkError(f"benchmark {name!r}: {path} cannot be read: {error}") from error


def _lines(path: Path) -> Iterator[str]:
    """The file's lines, unpacked by what it holds and not by its name."""
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    # a string of JSON may hold other line ends, so only \n is one
    with (
        gzip.open(path, "rt", encoding="utf-8", newline="\n")
        if packed
        else path.open(encoding="utf-8", newline="\n") as lines
    ):
        yield from lines


def _object(name: str, path: Path, number: int, line: str) -> dict[str, Any]:
    try:
        record = json.loads(line)
    except ValueError as error:
        raise BenchmarkError(f"benchmark {name!r}: {path}, line {number} is not JSON: {error}") from error
    if not isinstance(record, dict):
        raise BenchmarkError(f"benchmark {name!r}: {path}, line {number} is not a JSON object")
    return record
