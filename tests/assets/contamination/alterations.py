"""Python code under other names: the alterations that detectors are measured by."""

import ast
import builtins
import os
import random
from pathlib import Path

SHARED = Path(os.environ.get("SEEDLINE_SHARED", Path(__file__).parents[4] / "shared")) / "benchmarks"
"""The published benchmark files, where they are at hand."""

KEPT = {
    *dir(builtins),
    *(name for kind in (str, list, dict, set, bytes, tuple, int, float) for name in dir(kind)),
}


def python_altered(code: str, draws: random.Random, *, reorder: bool = False) -> str:
    """`code` with new names for what it defines, without documentation and annotations, written anew by `ast`.

    `reorder` also shuffles the statements of each body but its last: the shape of a copy whose independent statements
    were moved (the program may not run).
    """
    tree = ast.parse(code)
    imported = {
        alias.asname or alias.name.split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    names: dict[str, str] = {}

    def new(name: str) -> str:
        if name in KEPT or name in imported or name.startswith("__"):
            return name
        return names.setdefault(name, "v" + "".join(draws.choices("abcdefghij", k=6)))

    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            node.id = new(node.id)
        elif isinstance(node, ast.arg):
            node.arg, node.annotation = new(node.arg), None
        elif isinstance(node, ast.FunctionDef):
            node.name, node.returns = new(node.name), None
        if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Module):
            first = node.body[0] if node.body else None
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                node.body = node.body[1:] or [ast.Pass()]
        body = getattr(node, "body", None)
        if reorder and isinstance(body, list) and len(body) > 2 and not isinstance(node, ast.Module):
            moved = body[:-1]
            draws.shuffle(moved)
            node.body = [*moved, body[-1]]  # type: ignore[attr-defined]
    return ast.unparse(ast.fix_missing_locations(tree))
