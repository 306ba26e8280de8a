"""HumanEval's form, and those that grew from it: HumanEval+ with EvalPlus's tests, MBXP in many languages.

Python's tests define `check`, which is called with the function; those of MBXP's other languages call by themselves.
"""

from collections.abc import Mapping
from typing import Any

from assets.benchmarks.forms.fields import docstring, text, text_or_none
from assets.benchmarks.problem import Form

FIELDS = ("task_id", "prompt", "entry_point", "test")


def problem(record: Mapping[str, Any]) -> dict[str, Any]:
    """The problem, with the call of `check` in its tests."""
    prompt, entry_point, test = (text(record, field) for field in ("prompt", "entry_point", "test"))
    language = str(record.get("language") or "python").lower()
    # MBXP's prompts begin with a language's usual imports, which say nothing about the problem
    description = record.get("description") or None
    in_python = language == "python"
    return {
        "problem_id": text(record, "task_id"),
        "language": language,
        "form": Form.FUNCTION.value,
        "prompt": prompt,
        "question": description or prompt,
        "docstring": description or (docstring(prompt, entry_point) if in_python else None),
        "canonical_solution": text_or_none(record, "canonical_solution"),
        "entry_point": entry_point,
        "test": f"{test.rstrip()}\n\ncheck({entry_point})\n" if in_python else test,
    }
