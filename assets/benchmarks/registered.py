"""What of the registered benchmarks can be read, and how it stands to the pins: for `seedline benchmarks` and plans."""

from collections.abc import Sequence

import polars as pl

from assets.benchmarks.digests import place_digest
from assets.benchmarks.pins import Pin, Pins, broken_pins
from assets.benchmarks.problem import BenchmarkError
from assets.benchmarks.problem_files import read_problems
from assets.benchmarks.registry import BUILT_IN, benchmark_files, place_of
from assets.benchmarks.source import Sources
from assets.benchmarks.well_known import WellKnown, well_known, which

REGISTERED = pl.Schema(
    {
        "benchmark": pl.String,
        "registered": pl.Boolean,
        "problems": pl.Int64,  # null: not registered, or not to be read
        "solutions": pl.Int64,
        "languages": pl.String,
        "digest": pl.String,
        "revision": pl.String,
        "pin": pl.String,  # pinned, changed; null: not pinned
        "form": pl.String,
        "license": pl.String,
        "where": pl.String,  # its path, or where to get it
        "problem": pl.String,  # what could not be read; null: nothing
    }
)


def overview(registered: Sources, pins: Pins, *, others: bool = True) -> pl.DataFrame:
    """`REGISTERED`: every registered benchmark as it is, and (`others`) the well-known ones that are not."""
    rows = [_one(name, registered, pins) for name in benchmark_files(registered)]
    if others:
        taken = {found.name for name in registered if (found := which(name)) is not None}
        rows += [_known(one) for one in well_known() if one.name not in taken]
    return pl.DataFrame(rows, schema=REGISTERED)


def pin_of(name: str, registered: Sources) -> Pin:
    """The pin of benchmark `name` as it is now. Raises `BenchmarkError` where it cannot be read."""
    files = benchmark_files(registered)
    if name not in files:
        raise BenchmarkError(f"benchmark {name!r} is not registered; there are {', '.join(sorted(files))}")
    place, revision = place_of(name, files[name])
    return Pin(
        rows=read_problems(name, place, files[name]).height, digest=place_digest(place), revision=revision
    )


def refuse_broken_pins(
    registered: Sources, pins: Pins, required: Sequence[str], looked_for: Sequence[str] | None, recipe: str
) -> None:
    """Raise `BenchmarkError`, one line a benchmark, where a recipe's benchmarks are not what was pinned.

    `required` must be there and pinned; those `looked_for` (null: all) that are pinned must be unchanged. Files are
    read only where their bytes are others.
    """
    files = benchmark_files(registered)
    used = set(files if looked_for is None else looked_for) | set(required)
    found = []
    for name in sorted(used & files.keys() & (pins.keys() | set(required))):
        place, _ = place_of(name, files[name], pins)
        digest, pin = place_digest(place), pins.get(name)
        rows = (
            pin.rows
            if pin is not None and pin.digest == digest
            else read_problems(name, place, files[name]).height
        )
        found.append((name, rows, digest))
    there = pl.DataFrame(
        found, schema={"benchmark": pl.String, "rows": pl.Int64, "digest": pl.String}, orient="row"
    )
    if wrong := broken_pins(there, pins, required, used & pins.keys() & files.keys()):
        raise BenchmarkError("\n".join(f"recipe {recipe}: {line}" for line in wrong))


def _one(name: str, registered: Sources, pins: Pins) -> dict[str, object]:
    source, known = benchmark_files(registered)[name], which(name)
    row: dict[str, object] = {
        "benchmark": name,
        "registered": True,
        "form": known.form if known else None,
        "license": known.license if known else "Apache-2.0" if name in BUILT_IN else None,
        "where": "built in" if name in BUILT_IN else source.path,
    }
    try:
        place, revision = place_of(name, source, pins)
        problems = read_problems(name, place, source)
    except BenchmarkError as error:
        return row | {"problem": str(error)}
    pin, digest = pins.get(name), place_digest(place)
    return row | {
        "problems": problems.height,
        "solutions": problems["canonical_solution"].count(),
        "languages": ", ".join(problems["language"].drop_nulls().unique().sort()) or None,
        "digest": digest,
        "revision": revision,
        "pin": None
        if pin is None
        else "pinned"
        if (pin.digest, pin.rows) == (digest, problems.height)
        else "changed",
    }


def _known(one: WellKnown) -> dict[str, object]:
    return {
        "benchmark": one.name,
        "registered": False,
        "languages": one.languages,
        "form": one.form,
        "license": one.license,
        "where": one.where,
    }
