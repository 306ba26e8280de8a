"""The programs that `seedline verify` is given: lines of `id, language, code, tests`, every bad one found first.

Belongs here: reading, the names of languages, what is wrong with a line. Judging is in `judging.py`.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl

from pipeline_defs.commands.tables import PARQUET, TableError, read_table
from resources.json_lines import JsonRecord, decompressed, json_lines
from resources.languages import language_named

PROGRAM_LINES = pl.Schema(
    {
        "id": pl.String,
        "language": pl.String,
        "code": pl.String,
        "tests": pl.String,
        "timeout_s": pl.Float64,
        "memory_mb": pl.Int64,
    }
)
"""Columns of the programs read; the last two are null where a line does not set them."""

BAD_LINES = pl.Schema({"line": pl.Int64, "problem": pl.String, "text": pl.String})
"""Columns of the lines refused; `line` counts from 1 (rows of a Parquet file too)."""

_MOST_TIMEOUT_S = 3600.0
_MOST_MEMORY_MB = 1 << 20


def read_programs(path: Path) -> tuple[pl.DataFrame, pl.DataFrame]:
    """(`PROGRAM_LINES`, `BAD_LINES`) of the JSON lines (plain or gzipped) or Parquet file at `path`, in its order.

    Every line that is not empty is in exactly one of them. Raises `TableError` where the file cannot be read.
    """
    good: list[dict[str, Any]] = []
    bad: list[dict[str, Any]] = []
    seen: dict[str, int] = {}
    for number, text, record in _records(path):
        row, problem = _checked(record)
        if not problem and row["id"] in seen:
            problem = f"id {row['id']!r} stands already on line {seen[row['id']]}"
        if problem:
            bad.append({"line": number, "problem": problem, "text": text})
            continue
        seen[row["id"]] = number
        good.append(row)
    return pl.DataFrame(good, schema=PROGRAM_LINES), pl.DataFrame(bad, schema=BAD_LINES)


def read_lines(path: Path) -> Iterator[tuple[int, str, object]]:
    """Line number, text and value of each line that is not empty; a `ValueError` stands for bad JSON.

    Raises `TableError` where the file cannot be read.
    """
    if path.is_dir():
        raise TableError(f"{path}: is a folder; name one file of JSON lines or Parquet")
    try:
        with path.open("rb") as file:
            for line in json_lines(decompressed(file)):
                yield line.number, line.text.decode(errors="backslashreplace").rstrip("\n"), _value(line)
    except OSError as error:
        raise TableError(f"{path}: cannot be read: {error}") from error


def _value(line: JsonRecord) -> object:
    if line.fault is not None:
        return ValueError(f"not JSON: {line.fault}")
    try:
        json.dumps(line.value, ensure_ascii=False).encode()
    except UnicodeError:
        return ValueError("not valid Unicode")
    return line.value


def _records(path: Path) -> Iterator[tuple[int, str, object]]:
    if not path.name.lower().endswith(PARQUET):
        yield from read_lines(path)
        return
    frame = read_table(path, ["id", "language", "code", "tests"]).collect()
    for number, row in enumerate(frame.iter_rows(named=True), start=1):
        yield number, json.dumps(row, default=str), row


def _checked(record: object) -> tuple[dict[str, Any], str]:
    """The row of a line and what is wrong with it (empty: nothing)."""
    if isinstance(record, ValueError):
        return {}, str(record)
    if not isinstance(record, dict):
        return {}, "not a JSON object"
    identity = record.get("id")
    if isinstance(identity, int) and not isinstance(identity, bool):
        identity = str(identity)
    texts = {"id": identity, **{name: record.get(name) for name in ("language", "code", "tests")}}
    missing = [name for name, value in texts.items() if value is None]
    if missing:
        return {}, f"no {', '.join(missing)}"
    wrong = [name for name, value in texts.items() if not isinstance(value, str)]
    if wrong:
        return {}, f"{', '.join(wrong)} must be text"
    if not texts["id"]:
        return {}, "id is empty"
    if not texts["language"].strip():  # type: ignore[union-attr]
        return {}, "language is empty"
    timeout, memory = record.get("timeout_s"), record.get("memory_mb")
    if timeout is not None and not (_number(timeout) and 0 < timeout <= _MOST_TIMEOUT_S):
        return {}, f"timeout_s must be a number above 0 and at most {_MOST_TIMEOUT_S:.0f}, not {timeout!r}"
    if memory is not None and not (
        _number(memory) and memory == int(memory) and 0 < memory <= _MOST_MEMORY_MB
    ):
        return {}, f"memory_mb must be a whole number from 1 to {_MOST_MEMORY_MB}, not {memory!r}"
    language = texts["language"].strip().lower()  # type: ignore[union-attr]
    return {
        **texts,
        "language": language_named(language) or language,
        "timeout_s": None if timeout is None else float(timeout),
        "memory_mb": None if memory is None else int(memory),
    }, ""


def _number(value: object) -> bool:
    return (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and value == value
        and abs(value) != float("inf")
    )
