"""HumanEval-X (Zheng et al. 2023, CodeGeeX): HumanEval in Python, C++, Go, Java, JavaScript and Rust.

HumanEvalPack's ancestor, with its fields but without bugs and without the function's name, which the declaration has.
"""

import re
from collections.abc import Mapping
from typing import Any

from assets.benchmarks.forms import humanevalpack
from assets.benchmarks.forms.fields import text

FIELDS = ("task_id", "prompt", "declaration", "canonical_solution", "test", "example_test")


def problem(record: Mapping[str, Any]) -> dict[str, Any]:
    """The problem; its function is the last in the declaration that the tests name. `ValueError`: there is none."""
    declaration, test = text(record, "declaration"), text(record, "test")
    begun = re.findall(r"\b(\w+)\s*(?:\(|=\s*\(|<)", declaration)
    called = [name for name in begun if re.search(rf"\b{re.escape(name)}\b", test)] or begun
    if not called:
        raise ValueError("has a declaration without a function")
    found = humanevalpack.problem(
        {
            **record,
            "entry_point": called[-1],
            "buggy_solution": "",
            "instruction": None,
            "docstring": record.get("docstring") or record.get("text"),
        }
    )
    if found["language"] == "rust":  # its prompts are words alone, and the declaration follows them
        found["prompt"] = f"{found['prompt'].rstrip()}\n{found['declaration'].lstrip()}"
    return found | {"buggy_solution": None, "declaration": None}
