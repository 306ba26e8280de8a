"""HumanEvalPack (OctoPack, Muennighoff et al. 2023): HumanEval in six languages, each with a bug put in.

One record serves three tasks: complete the function, fix its wrong body, explain its right one and write it again
from the explanation. Its tests call by themselves.
"""

from collections.abc import Mapping
from typing import Any

from assets.benchmarks.forms.fields import docstring, text
from assets.benchmarks.go_imports import with_used_imports
from assets.benchmarks.problem import Form
from resources.languages import language_named

FIELDS = ("task_id", "prompt", "declaration", "canonical_solution", "buggy_solution", "entry_point", "test")
LANGUAGES = ("python", "cpp", "go", "java", "javascript", "rust")
"""What stands before the slash of a task's id means one of them."""


def problem(record: Mapping[str, Any]) -> dict[str, Any]:
    """The problem with its declaration and wrong body. Raises `ValueError` for a language that is not of the six."""
    told = {field: text(record, field) for field in FIELDS}
    language = language_named(told["task_id"].partition("/")[0])
    if language not in LANGUAGES:
        raise ValueError(
            f"has the task_id {told['task_id']!r}, which begins with no language of HumanEvalPack"
        )
    words = record.get("docstring") or (
        docstring(told["prompt"], told["entry_point"]) if language == "python" else None
    )
    test = told["test"]
    if language == "go":  # its tests become a file of their own, with the imports of `test_setup`
        test = with_used_imports(f"{str(record.get('test_setup') or '').rstrip()}\n\n{test}")
    declaration = told["declaration"]
    if language in ("python", "go") and record.get("import") and record["import"].strip() not in declaration:
        declaration = f"{record['import'].strip()}\n\n{declaration.lstrip()}"
    return {
        "problem_id": told["task_id"],
        "language": language,
        "form": Form.FUNCTION.value,
        "prompt": told["prompt"],
        "question": record.get("instruction") or told["prompt"],
        "docstring": words,
        "canonical_solution": told["canonical_solution"],
        "entry_point": told["entry_point"],
        "test": test,
        "declaration": declaration,
        "buggy_solution": told["buggy_solution"],
    }
