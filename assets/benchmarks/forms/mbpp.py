"""MBPP (Austin et al. 2021) as first published, and MBPP+ with EvalPlus's tests.

The words and one assertion are the docstring that a model continues, as EvalPlus and Magicoder show the problem.
"""

import re
from collections.abc import Mapping
from typing import Any

from assets.benchmarks.forms.fields import text, texts
from assets.benchmarks.problem import Form

FIELDS = ("task_id", "code", "test_list")


def problem(record: Mapping[str, Any]) -> dict[str, Any]:
    """The problem; MBPP+'s `test` is taken where it is there, else the list of assertions.

    Raises `ValueError` where no assertion calls a function that the code defines.
    """
    words = text(record, "prompt" if "prompt" in record else "text").strip()
    code, asserts = text(record, "code").replace("\r\n", "\n"), texts(record, "test_list")
    entry_point = _entry_point(code, asserts)
    # the two ways in which the set names what its assertions need
    needed = texts(record, "test_imports") or [str(record.get("test_setup_code") or "")]
    tests = record.get("test") or "\n".join(asserts)
    return {
        "problem_id": f"Mbpp/{record['task_id']}",
        "language": "python",
        "form": Form.FUNCTION.value,
        "prompt": f'"""\n{words}\n{asserts[0].strip()}\n"""\n',
        "question": words,
        "docstring": words,
        "canonical_solution": code,
        "entry_point": entry_point,
        "shown_tests": [line.strip() for line in asserts],
        "edition": _edition(record),
        "test": "\n".join(line for line in (*needed, tests) if line) + "\n",
    }


def _edition(record: Mapping[str, Any]) -> str:
    """Whether the record is of MBPP as first published, of its sanitized part, or EvalPlus's."""
    if record.get("test"):
        return "evalplus"
    return "sanitized" if "prompt" in record else "full"


def _entry_point(code: str, asserts: list[str]) -> str:
    defined = set(re.findall(r"(?m)^def\s+(\w+)", code))
    called = [name for line in asserts[:1] for name in re.findall(r"\b(\w+)\s*\(", line) if name in defined]
    if not called:
        raise ValueError("has no assertion in test_list that calls a function of its code")
    return called[0]
