"""Which benchmarks there are, and their problems as one frame.

`seedline` is built in; any other is a local file that the settings name. A benchmark that is asked for and
not there stops whoever asked: a score or a decontamination over fewer benchmarks than named would be a lie.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import polars as pl

from assets.benchmarks.problem import PROBLEM_SCHEMA, BenchmarkError
from assets.benchmarks.problem_files import read_problems

BUILT_IN: dict[str, Path] = {"seedline": Path(__file__).parent / "problems" / "python.jsonl"}
"""Benchmarks that come with the project."""


def benchmark_files(files: Mapping[str, str | Path] | None = None) -> dict[str, Path]:
    """All registered benchmarks: the built-in ones and `files` (name to path), which may not redefine those."""
    taken = sorted(BUILT_IN.keys() & (files or {}).keys())
    if taken:
        raise BenchmarkError(f"benchmark name {taken[0]!r} is built in; give your file another name")
    return BUILT_IN | {name: Path(path).expanduser() for name, path in (files or {}).items()}


def load_benchmarks(
    names: Sequence[str] | None = None, files: Mapping[str, str | Path] | None = None
) -> pl.DataFrame:
    """The problems (`PROBLEM_SCHEMA`) of the benchmarks `names` (None: all registered), in the files' order.

    Raises `BenchmarkError` for a name that is not registered, a file that is missing, and a file in none of the
    published forms (`assets/benchmarks/forms`).
    """
    registered = benchmark_files(files)
    wanted = list(dict.fromkeys(registered if names is None else names))
    for name in wanted:
        if name not in registered:
            known = ", ".join(sorted(registered))
            raise BenchmarkError(
                f"benchmark {name!r} is not registered (registered: {known}); name its file in the settings"
            )
    frames = [read_problems(name, registered[name]) for name in wanted]
    return pl.concat([pl.DataFrame(schema=PROBLEM_SCHEMA), *frames])
