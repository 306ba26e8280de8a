"""A form of benchmark files: records with an exercise, its answer, and assertions about the function."""

from collections.abc import Mapping
from typing import Any

from assets.benchmarks.forms import FileForm
from assets.benchmarks.problem import Form


def problem(record: Mapping[str, Any]) -> dict[str, Any]:
    """One record as a problem; what is not given is null."""
    return {
        "problem_id": record["no"],
        "language": "python",
        "form": Form.FUNCTION.value,
        "prompt": record["exercise"],
        "question": record["exercise"],
        "canonical_solution": record["answer"],
        "entry_point": record["function"],
        "test": "\n".join(record["assertions"]),
    }


EXERCISE = FileForm("exercise", ("no", "exercise", "answer", "function", "assertions"), problem)
