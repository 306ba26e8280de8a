"""Which benchmarks there are, and their problems as one frame.

`seedline` is built in; any other is a file or a data set of the Hugging Face hub that the settings name. A benchmark
that is asked for and not there stops whoever asked: a score or a decontamination over fewer benchmarks than named
would be a lie.
"""

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from assets.benchmarks.hub import fetched
from assets.benchmarks.pins import Pins
from assets.benchmarks.problem import PROBLEM_SCHEMA, BenchmarkError
from assets.benchmarks.problem_files import read_problems
from assets.benchmarks.source import BenchmarkSource, Sources, as_source

BUILT_IN: dict[str, Path] = {"seedline": Path(__file__).parent / "problems" / "python.jsonl"}
"""Benchmarks that come with the project."""

SHIPPED = "shipped:"
"""Before the name of a file of problems that comes with the project and is registered by settings alone."""


def benchmark_files(files: Sources | None = None) -> dict[str, BenchmarkSource]:
    """All registered benchmarks: the built-in ones and `files` (name to source), which may not redefine those."""
    taken = sorted(BUILT_IN.keys() & (files or {}).keys())
    if taken:
        raise BenchmarkError(f"benchmark name {taken[0]!r} is built in; give your file another name")
    return {name: as_source(given) for name, given in {**BUILT_IN, **(files or {})}.items()}


def place_of(
    name: str, source: BenchmarkSource, pins: Pins | None = None, *, here_only: bool = False
) -> tuple[Path, str | None]:
    """Where the files of benchmark `name` stand, and the commit that they are of (None: they are local).

    What is on the hub is fetched, of the pinned commit where `pins` has one; `here_only` asks nothing of the network.
    """
    if source.path.startswith(SHIPPED):
        return Path(__file__).parent / "problems" / f"{source.path.removeprefix(SHIPPED)}.jsonl", None
    if not source.is_on_hub:
        return Path(source.path).expanduser(), None
    pin = (pins or {}).get(name)
    return fetched(name, source.path, pin.revision if pin else None, here_only=here_only)


def load_benchmarks(
    names: Sequence[str] | None = None, files: Sources | None = None, pins: Pins | None = None
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
    frames = [
        read_problems(name, place_of(name, registered[name], pins)[0], registered[name]) for name in wanted
    ]
    return pl.concat([pl.DataFrame(schema=PROBLEM_SCHEMA), *frames])
