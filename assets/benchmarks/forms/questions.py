"""Questions with answers (GSM8K): known so that training data can be kept clean of them; nothing to run."""

from collections.abc import Mapping
from typing import Any

from assets.benchmarks.forms.fields import text

FIELDS = ("question", "answer")


def problem(record: Mapping[str, Any]) -> dict[str, Any]:
    """The question; its answer is read by nobody."""
    question = text(record, "question")
    return {"problem_id": record.get("task_id"), "question": question, "docstring": question}
