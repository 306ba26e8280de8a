"""DS-1000 (Lai et al. 2022) in its simplified form: lines that complete a data science program.

The record's own program (`code_context`) sets the lines in, runs them and compares; here its two functions are called.
"""

from collections.abc import Mapping
from typing import Any

from assets.benchmarks.forms.fields import text
from assets.benchmarks.insertion import calls_of
from assets.benchmarks.problem import Form

FIELDS = ("prompt", "reference_code", "code_context", "metadata")
TIMEOUT_S = 120.0  # as the published script
MEMORY_MB = 4096  # torch and tensorflow are loaded by some


def problem(record: Mapping[str, Any]) -> dict[str, Any]:
    """The problem. Raises `ValueError` where the metadata names none, or the program has no test to call."""
    metadata = record["metadata"]
    if not isinstance(metadata, dict) or "problem_id" not in metadata:
        raise ValueError("has no problem_id in metadata")
    prompt, context = text(record, "prompt"), text(record, "code_context")
    library = metadata.get("library") or "DS-1000"
    return {
        "problem_id": f"{library}/{metadata['problem_id']}",
        "language": "python",
        "form": Form.INSERTION.value,
        "prompt": prompt,
        "question": prompt,
        "docstring": prompt.removeprefix("Problem:").partition("\nA:")[0].strip(),
        "canonical_solution": text(record, "reference_code"),
        "test": f"{context.rstrip()}\n\n\n{calls_of(context)}",
        "timeout_s": TIMEOUT_S,
        "memory_mb": MEMORY_MB,
    }
