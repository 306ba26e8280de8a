"""Pinned benchmarks: what their files were when somebody looked, so that a changed one stops whoever relies on it.

A pin is the digest of the files' bytes, the number of problems in them and, on the hub, the commit. Pins are in one
file beside the settings, written by `seedline benchmarks --pin`, to be kept under version control.
"""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

import polars as pl
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from assets.benchmarks.problem import BenchmarkError
from resources.regular_files import read_regular

REMEDY = "if that is right, pin it again with `seedline benchmarks --pin NAME`"


class Pin(BaseModel):
    """One benchmark as it was pinned."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rows: int = Field(ge=1, description="problems")
    digest: str = Field(pattern=r"^[0-9a-f]{64}$", description="SHA-256 over the files' bytes")
    revision: str | None = Field(default=None, description="commit on the hub; null: a file")


Pins = Mapping[str, Pin]
_FILE = TypeAdapter(dict[str, Pin])


def read_pins(path: Path) -> dict[str, Pin]:
    """The pins in the file `path`, none where it is not there. Raises `BenchmarkError` with what is wrong in it."""
    try:
        return _FILE.validate_json(read_regular(path), strict=True)
    except FileNotFoundError:
        return {}
    except (OSError, ValidationError) as error:
        first = error.errors()[0] if isinstance(error, ValidationError) else None
        where = ".".join(map(str, first["loc"])) if first else ""
        raise BenchmarkError(
            f"{path}, the pins of benchmarks, cannot be read: {f'{where}: ' if where else ''}"
            f"{first['msg'] if first else error}; write it with `seedline benchmarks --pin`"
        ) from error


def write_pins(path: Path, pins: Pins) -> None:
    """Write `pins` to `path`, sorted by name."""
    plain = {name: pins[name].model_dump() for name in sorted(pins)}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(plain, indent=2, ensure_ascii=False) + "\n")


def broken_pins(found: pl.DataFrame, pins: Pins, required: Iterable[str], used: Iterable[str]) -> list[str]:
    """What is wrong, a line a benchmark, in the order of their names; empty: nothing.

    `found` has `benchmark, rows, digest` for those that were read. Each of `required` must be there and pinned; each
    of `used` that is pinned must be what it was.
    """
    there = {
        name: (rows, digest) for name, rows, digest in found.select("benchmark", "rows", "digest").iter_rows()
    }
    required = set(required)
    problems = [
        _wrong(name, pins.get(name), there.get(name), name in required)
        for name in sorted(required | set(used))
    ]
    return [line for line in problems if line]


def _wrong(name: str, pin: Pin | None, there: tuple[int, str] | None, required: bool) -> str | None:
    if there is None:
        return (
            f"benchmark {name!r} is required and not registered; name its file in the settings (benchmarks)"
            if required
            else None
        )
    if pin is None:
        return (
            f"benchmark {name!r} is required and not pinned; pin it with `seedline benchmarks --pin {name}`"
            if required
            else None
        )
    rows, digest = there
    if rows != pin.rows:
        how = "shortened" if rows < pin.rows else "longer"
        return (
            f"benchmark {name!r} is {how}: {rows} problems, pinned {pin.rows}; {REMEDY.replace('NAME', name)}"
        )
    if digest != pin.digest:
        return (
            f"benchmark {name!r} has changed: its files' digest is {digest[:12]}…, pinned {pin.digest[:12]}…; "
            f"{REMEDY.replace('NAME', name)}"
        )
    return None
