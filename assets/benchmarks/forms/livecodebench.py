"""LiveCodeBench (Jain et al. 2024), code generation: contest problems with the day on which they became public.

A program reads standard input and prints, or a class `Solution` has the method that is called. The hidden cases are
JSON, or JSON that was pickled, compressed and put into base64.
"""

import base64
import datetime
import io
import json
import pickle
import zlib
from collections.abc import Mapping
from typing import Any

from assets.benchmarks.forms.fields import text
from assets.benchmarks.input_output import Case, tests_of
from assets.benchmarks.problem import Form

FIELDS = ("question_content", "question_id", "contest_date", "public_test_cases", "private_test_cases")
TIMEOUT_S = 6.0  # of one case, as the published evaluation
MEMORY_MB = 4096


def problem(record: Mapping[str, Any]) -> dict[str, Any]:
    """The problem with its public and hidden cases as tests.

    Raises `ValueError` for cases that cannot be read, a date that is none, and a problem without a case.
    """
    cases = [
        case
        for field in ("public_test_cases", "private_test_cases")
        for case in _cases(field, text(record, field))
    ]
    if not cases:
        raise ValueError("has no case to test with")
    entry_point = _entry_point(record.get("metadata") or "{}")
    content, title = text(record, "question_content"), record.get("question_title")
    return {
        "problem_id": str(record["question_id"]),
        "language": "python",
        "form": Form.PROGRAM.value,
        "prompt": record.get("starter_code") or "",
        "question": content,
        "docstring": f"{title}\n\n{content}" if title else content,
        "entry_point": entry_point,
        "test": tests_of(cases, entry_point, timeout_s=TIMEOUT_S),
        "released": _day(record["contest_date"]),
        "timeout_s": TIMEOUT_S * len(cases) + 5,
        "memory_mb": MEMORY_MB,
    }


def _entry_point(metadata: str) -> str | None:
    """The method's name, which becomes part of the program; None for a program that prints."""
    try:
        told = json.loads(metadata)
    except ValueError as error:
        raise ValueError(f"has metadata that is not JSON: {error}") from error
    name = told.get("func_name") if isinstance(told, dict) else None
    if name is not None and not (isinstance(name, str) and name.isidentifier()):
        raise ValueError(f"has the func_name {name!r} in metadata, which is no name")
    return name


def _cases(field: str, packed: str) -> list[Case]:
    if not packed:
        return []
    try:
        found = json.loads(packed)
    except ValueError:
        try:
            found = json.loads(_Texts(io.BytesIO(zlib.decompress(base64.b64decode(packed)))).load())
        except (ValueError, TypeError, EOFError, zlib.error, pickle.UnpicklingError) as error:
            raise ValueError(
                f"has cases in {field} that are neither JSON nor packed JSON: {error}"
            ) from error
    try:
        return [Case(str(case["input"]), str(case["output"])) for case in found]
    except (KeyError, TypeError) as error:
        raise ValueError(f"has a case in {field} without input and output") from error


def _day(written: object) -> datetime.date:
    try:
        return datetime.datetime.fromisoformat(str(written)).date()
    except ValueError as error:
        raise ValueError(f"has a contest_date that is no date: {written!r}") from error


class _Texts(pickle.Unpickler):
    """Reads a pickled text and nothing else: a pickle may name anything to be called, and a file is not trusted."""

    def find_class(self, module: str, name: str) -> Any:
        raise pickle.UnpicklingError(f"it asks for {module}.{name}")
