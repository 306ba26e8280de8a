"""APPS (Hendrycks et al. 2021): known so that training data can be kept clean of its questions; nothing is run.

Its problems have inputs and outputs and solutions of many authors, but no answer text.
"""

from collections.abc import Mapping
from typing import Any

from assets.benchmarks.forms.fields import text

FIELDS = ("question", "input_output", "difficulty")


def problem(record: Mapping[str, Any]) -> dict[str, Any]:
    """The question; its solutions are read by nobody."""
    question = text(record, "question")
    number = record.get("problem_id", record.get("id"))
    return {
        "problem_id": None if number is None else f"APPS/{number}",
        "question": question,
        "docstring": question,
    }
