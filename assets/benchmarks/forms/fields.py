"""Fields of a benchmark's record, with an error that names the one that is not as it must be."""

import ast
from collections.abc import Mapping
from typing import Any


def text(record: Mapping[str, Any], field: str) -> str:
    """The text in `field`. Raises `ValueError` where it holds something else."""
    value = record.get(field)
    if not isinstance(value, str):
        raise ValueError(f"has no text in {field}")
    return value


def text_or_none(record: Mapping[str, Any], field: str) -> str | None:
    """The text in `field`; None where there is none: missing, empty, null, or a NaN of a table's making."""
    value = record.get(field)
    return value if isinstance(value, str) and value.strip() else None


def texts(record: Mapping[str, Any], field: str) -> list[str]:
    """The list of texts in `field`, empty where it is missing. Raises `ValueError` where it is something else."""
    value = record.get(field)
    value = [] if value is None else value
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise ValueError(f"has no list of texts in {field}")
    return value


def docstring(code: str, entry_point: str) -> str | None:
    """The first string in the function `entry_point` of `code`, as written; None where the code does not parse.

    Not necessarily a docstring in Python's sense: one of HumanEval's is after an import.
    """
    try:
        body = ast.parse(code).body
    except (SyntaxError, ValueError):
        return None
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == entry_point:
            for line in node.body:
                if isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant):
                    said = line.value.value
                    return said if isinstance(said, str) else None
    return None
