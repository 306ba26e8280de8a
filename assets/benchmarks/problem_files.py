"""Benchmark files as frames: HumanEval's form, MBXP's form (the same with a description and a language) and
questions with answers (GSM8K's form), JSON Lines, plain or gzipped.

Here stands what a problem's columns mean. Which files are read is the registry's matter; nothing is scored.
"""

import ast
import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl

PROBLEM_SCHEMA = pl.Schema(
    {
        "benchmark": pl.String,
        "problem_id": pl.String,
        "language": pl.String,  # lower-case name; null: not about one language
        "prompt": pl.String,  # what the model completes; null: nothing to complete
        "question": pl.String,  # the question side, for decontamination: never an answer
        "docstring": pl.String,  # the question's words alone, without code around them
        "canonical_solution": pl.String,  # continues the prompt; null: unknown
        "entry_point": pl.String,  # name of the function under test
        "test": pl.String,  # null: cannot be run
    }
)
"""Columns of a problem frame; `(benchmark, problem_id)` is the key."""

REQUIRED = ("task_id", "prompt", "entry_point", "test")


class BenchmarkError(ValueError):
    """A benchmark is missing or unreadable; the message names it, the file and the line."""


def read_problems(name: str, path: Path) -> pl.DataFrame:
    """The problems (`PROBLEM_SCHEMA`) of benchmark `name` in file `path`, in the file's order."""
    rows = [_problem(name, path, number, record) for number, record in _records(name, path)]
    if not rows:
        raise BenchmarkError(f"benchmark {name!r}: {path} holds no problem")
    frame = pl.DataFrame(rows, schema=PROBLEM_SCHEMA)
    twice = frame.filter(pl.col("problem_id").is_duplicated())["problem_id"]
    if len(twice):
        raise BenchmarkError(f"benchmark {name!r}: {path} holds problem {twice[0]!r} more than once")
    return frame


def _records(name: str, path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Line numbers and JSON objects of a .jsonl or .jsonl.gz file; empty lines are passed over."""
    if not path.is_file():
        raise BenchmarkError(
            f"benchmark {name!r}: no file {path}; correct its path in the settings, or take it out"
        )
    try:
        lines = _content(path).decode("utf-8").split("\n")  # a string may hold other line ends
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise BenchmarkError(f"benchmark {name!r}: {path} cannot be read: {error}") from error
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except ValueError as error:
            raise BenchmarkError(f"benchmark {name!r}: {path}, line {number} is not JSON: {error}") from error
        if not isinstance(record, dict):
            raise BenchmarkError(f"benchmark {name!r}: {path}, line {number} is not a JSON object")
        yield number, record


def _content(path: Path) -> bytes:
    data = path.read_bytes()
    return gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data


def _problem(name: str, path: Path, number: int, record: dict[str, Any]) -> dict[str, str | None]:
    if "question" in record and "answer" in record and "prompt" not in record:
        text = str(record["question"])
        identity = str(record.get("task_id", f"{name}/{number - 1}"))
        return {"benchmark": name, "problem_id": identity, "question": text, "docstring": text}
    missing = [field for field in REQUIRED if not isinstance(record.get(field), str)]
    if missing:
        raise BenchmarkError(
            f"benchmark {name!r}: {path}, line {number} has no text in {', '.join(missing)}; expected is "
            f"HumanEval's form ({', '.join(REQUIRED)}) or question and answer"
        )
    language = str(record.get("language") or "python").lower()
    prompt, entry_point = record["prompt"], record["entry_point"]
    # MBXP's prompts begin with a language's usual imports, which say nothing about the problem
    description = record.get("description") or None
    docstring = description or (_docstring(prompt, entry_point) if language == "python" else None)
    return {
        "benchmark": name,
        "problem_id": record["task_id"],
        "language": language,
        "prompt": prompt,
        "question": description or prompt,
        "docstring": docstring,
        "canonical_solution": record.get("canonical_solution") or None,
        "entry_point": entry_point,
        "test": record["test"],
    }


def _docstring(prompt: str, entry_point: str) -> str | None:
    """The first string in the function to be completed, as written; None where the prompt does not parse.

    Not necessarily a docstring in Python's sense: one of HumanEval's stands after an import.
    """
    try:
        body = ast.parse(prompt).body
    except (SyntaxError, ValueError):
        return None
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == entry_point:
            for line in node.body:
                if isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant):
                    text = line.value.value
                    return text if isinstance(text, str) else None
    return None
