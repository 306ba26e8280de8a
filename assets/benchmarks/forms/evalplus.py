"""EvalPlus's own release files (Liu et al. 2023): HumanEval+ and MBPP+ as inputs and an oracle, without tests.

The oracle is the canonical solution: what it returns for an input is right. Both are called with a copy of each input,
and compared as EvalPlus does: floats within the record's tolerance, MBPP's tuples as the lists they came from.
"""

import ast
from collections.abc import Mapping
from typing import Any

from assets.benchmarks.forms.fields import docstring, text
from assets.benchmarks.problem import Form

FIELDS = ("task_id", "prompt", "entry_point", "canonical_solution", "base_input", "plus_input", "atol")
FLOAT_TOLERANCE = 1e-6
"""For floats where the record names none, as EvalPlus."""

_TESTS = """import copy, math

_ORACLE = {{}}
exec(compile({oracle!r}, "oracle.py", "exec"), _ORACLE)
_INPUTS = {inputs!r}


def _same(said, right, atol):
    if isinstance(right, float) or isinstance(said, float):
        try:
            near = math.isclose(said, right, rel_tol=1e-07, abs_tol=atol or {least!r})
            return near or said != said and right != right
        except TypeError:
            return False
    if isinstance(right, (list, tuple)):
        return (
            isinstance(said, (list, tuple))
            and len(said) == len(right)
            and all(_same(one, other, atol) for one, other in zip(said, right))
        )
    if isinstance(right, dict) and isinstance(said, dict):
        return said.keys() == right.keys() and all(_same(said[key], right[key], atol) for key in right)
    return said == right


for _number, _given in enumerate(_INPUTS):
    try:
        _right = _ORACLE[{name!r}](*copy.deepcopy(_given))
    except Exception:
        continue
    _said = {name}(*copy.deepcopy(_given))
    assert _same(_said, _right, {atol!r}), f"input {{_number}}: {{_said!r}} is not {{_right!r}}"
"""


def problem(record: Mapping[str, Any]) -> dict[str, Any]:
    """The problem. Raises `ValueError` where there is no input, or a function's name is none."""
    prompt, entry_point = text(record, "prompt"), text(record, "entry_point")
    solution, identity = text(record, "canonical_solution"), text(record, "task_id")
    if not entry_point.isidentifier():
        raise ValueError(f"has the entry_point {entry_point!r}, which is no name")
    inputs = [*(record["base_input"] or []), *(record["plus_input"] or [])]
    if not all(isinstance(one, list) for one in inputs):
        raise ValueError("has inputs that are no lists of arguments")
    shown = _shown_arguments(str(record.get("assertion") or ""), entry_point)
    inputs = [
        [_typed(value, shown[place] if place < len(shown) else None) for place, value in enumerate(one)]
        for one in inputs
    ]
    # MBPP's prompt is words alone, and its solution whole; HumanEval's solution continues the prompt
    whole = solution if f"def {entry_point}" in solution else prompt + solution
    words = docstring(prompt, entry_point) or prompt.strip().strip('"').strip()
    tests = _TESTS.format(
        oracle=whole, inputs=inputs, name=entry_point, atol=record["atol"] or 0, least=FLOAT_TOLERANCE
    )
    return {
        "problem_id": identity,
        "language": "python",
        "form": Form.FUNCTION.value,
        "prompt": prompt,
        "question": prompt,
        "docstring": words,
        "canonical_solution": solution,
        "entry_point": entry_point,
        "edition": "evalplus" if identity.startswith("Mbpp/") else None,
        "test": tests if inputs else None,
    }


def _shown_arguments(assertions: str, entry_point: str) -> list[ast.expr]:
    """The arguments of the first call of `entry_point`: JSON has no tuples and sets, and these say where they are."""
    try:
        tree = ast.parse(assertions)
    except (SyntaxError, ValueError):
        return []
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    shown = (call.args for call in calls if isinstance(call.func, ast.Name) and call.func.id == entry_point)
    return next(shown, [])


def _typed(value: Any, like: ast.expr | None) -> Any:
    """`value` with tuples and sets where `like`, an argument in a shown call, has them."""
    if not isinstance(value, list) or not isinstance(like, ast.Tuple | ast.List | ast.Set):
        return value
    parts = [*like.elts, *[like.elts[-1] if like.elts else None] * len(value)]
    inner = [_typed(one, part) for one, part in zip(value, parts, strict=False)]
    if isinstance(like, ast.Tuple):
        return tuple(inner)
    return set(inner) if isinstance(like, ast.Set) else inner
