"""Benchmark files as frames: JSON Lines, one JSON value (a list of records, or records by their names), or Parquet.

Plain or gzipped, in the forms in which benchmarks are published.

A benchmark is a file, or a folder with files (a language each, or a release each).

What each form's fields mean is in `forms`; which files are read is the registry's matter. Nothing is scored.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl

from assets.benchmarks.forms import ANY, BENCHMARK_FORMS, FileForm, any_form, form_of
from assets.benchmarks.problem import PROBLEM_SCHEMA, BenchmarkError
from assets.benchmarks.source import BenchmarkSource
from resources.doors import DoorError
from resources.json_lines import decompressed, json_records
from resources.regular_files import open_regular

ENDINGS = (".jsonl", ".jsonl.gz", ".json", ".json.gz", ".parquet")
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


def read_problems(name: str, path: Path, source: BenchmarkSource | None = None) -> pl.DataFrame:
    """The problems (`PROBLEM_SCHEMA`) of benchmark `name` in the file or folder `path`, in the files' order.

    Where `source` names fields or a form, they are read by those; else by the form that the records have.
    """
    rows = [problem for file in problem_files(path) for problem in _problems(name, file, source)]
    if not rows:
        raise BenchmarkError(f"benchmark {name!r}: {path} holds no problem")
    frame = pl.DataFrame(rows, schema=PROBLEM_SCHEMA)
    twice = frame.filter(pl.col("problem_id").is_duplicated())["problem_id"]
    if len(twice):
        raise BenchmarkError(f"benchmark {name!r}: {path} holds problem {twice[0]!r} more than once")
    return frame


def _problems(name: str, path: Path, source: BenchmarkSource | None) -> Iterator[dict[str, Any]]:
    """The problems of one file; where the first has a form of its own, none may lack its fields."""
    any_other = True
    own = None if source is None or source.form is None else _form_named(name, source.form)
    for number, place, record in _records(name, path):
        try:
            if source is not None and source.question is not None:
                problem = any_form.by_fields(record, source)
            elif own is not None:
                problem = own.read(record)
            else:
                form = form_of(record, any_other=any_other)
                any_other = any_other and form is ANY
                problem = form.problem(record)
            if source is not None and source.language is not None:
                problem = problem | {"language": source.language}
        except ValueError as error:
            raise BenchmarkError(f"benchmark {name!r}: {path}, {place} {error}") from error
        identity = problem.get("problem_id")
        yield problem | {
            "benchmark": name,
            "problem_id": f"{name}/{number}" if identity is None else str(identity),
        }


def _form_named(benchmark: str, form: str) -> FileForm:
    try:
        return BENCHMARK_FORMS.open(form)
    except DoorError as error:
        raise BenchmarkError(f"benchmark {benchmark!r}: {error}") from error


def _records(name: str, path: Path) -> Iterator[tuple[int, str, dict[str, Any]]]:
    """Number from 0, place for messages, and content of each record of the file."""
    refuse_missing(name, path)
    try:
        if path.suffix == ".parquet":
            with open_regular(path):  # a pipe would hang its reader
                pass
            for number, record in enumerate(pl.read_parquet(path).iter_rows(named=True)):
                yield number, f"row {number + 1}", record
            return
        with open_regular(path) as file:
            for record in json_records(decompressed(file)):
                place = f"{record.unit} {record.number}"
                if not isinstance(record.value, dict):
                    what = "a JSON object" if record.fault is None else f"JSON: {record.fault}"
                    raise BenchmarkError(f"benchmark {name!r}: {path}, {place} is not {what}")
                yield record.number - 1, place, record.value
    except (OSError, pl.exceptions.PolarsError) as error:
        raise BenchmarkError(f"benchmark {name!r}: {path} cannot be read: {error}") from error
