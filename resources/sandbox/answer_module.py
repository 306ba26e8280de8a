"""Tests that import the answer from a file (`from solution import f`), as other harnesses lay it down.

Here the answer has no file: its names are the tests' own. An import of a module that there is not, of names that the
answer defines, is taken out of the tests' text, and what it renames is named; every line stays on its line.
"""

import ast
import re
import warnings
from collections.abc import Collection
from dataclasses import dataclass

_IMPORT = re.compile(r"(?m)^[ \t]*(?:import|from)[ \t]+([\w.]+)")
_BOUND = re.compile(
    r"(?m)^(?:(?:async[ \t]+)?def|class)[ \t]+(\w+)|^(\w+)[ \t]*(?::[^=\n]+)?=[^=]|^(?:import|from)[ \t]+(.+)$"
)


def without_answer_imports(code: str, tests: str, modules: Collection[str]) -> str:
    """`tests` whose imports of the answer `code` are taken out; `modules` are those that can be imported."""
    if all(name[0] != "." and _root(name) in modules for name in _IMPORT.findall(tests)):
        return tests
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(tests)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return tests
    names = _names_of(code)
    changes: list[Change] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.level or _root(node.module or "") not in modules):
            changes += _from_import(node, names)
        elif isinstance(node, ast.Import) and not any(_root(alias.name) in modules for alias in node.names):
            changes += _whole_import(tree, node, names)
    return changed(tests, changes) if changes else tests


@dataclass(frozen=True)
class Change:
    """A stretch of a text by lines (from 1) and columns in bytes, and what is there instead."""

    first: int
    start: int
    last: int
    end: int
    text: str

    @staticmethod
    def of(node: ast.stmt | ast.expr, text: str) -> "Change":
        """`text` in the place of `node`."""
        return Change(
            node.lineno, node.col_offset, node.end_lineno or node.lineno, node.end_col_offset or 0, text
        )


def _root(module: str) -> str:
    return module.partition(".")[0]


def _from_import(node: ast.ImportFrom, names: frozenset[str]) -> list[Change]:
    """`from solution import f as g` as `g = f`."""
    taken = {alias.name for alias in node.names}
    if taken != {"*"} and not taken <= names:
        return []
    renamed = [
        f"{alias.asname} = {alias.name}" for alias in node.names if alias.asname not in (None, alias.name)
    ]
    return [Change.of(node, "; ".join(renamed) or "pass")]


def _whole_import(tree: ast.Module, node: ast.Import, names: frozenset[str]) -> list[Change]:
    """`import solution`, and each `solution.f` as `f`; nothing where the module is used in another way."""
    bound = {alias.asname or alias.name for alias in node.names}
    inner = [
        part
        for part in ast.walk(tree)
        if isinstance(part, ast.Attribute) and ast.unparse(part.value) in bound
    ]
    reads = [part for part in inner if isinstance(part.ctx, ast.Load) and part.attr in names]
    roots = {name.partition(".")[0] for name in bound}
    used = sum(isinstance(part, ast.Name) and part.id in roots for part in ast.walk(tree))
    if len(reads) != len(inner) or used != len(reads) or not reads:
        return []
    return [Change.of(node, "pass"), *(Change.of(part, part.attr) for part in reads)]


def _names_of(code: str) -> frozenset[str]:
    """The names that an answer binds at its top level, as its text shows them."""
    found: set[str] = set()
    for defined, assigned, imported in _BOUND.findall(code):
        found |= {defined, assigned, *re.findall(r"\w+", imported)}
    return frozenset(found - {""})


def changed(text: str, changes: list[Change]) -> str:
    """`text` with `changes`, none of which may lie within another; every line stays on its line."""
    lines = text.encode("utf-8", "surrogatepass").split(b"\n")
    for change in sorted(set(changes), key=lambda one: (one.first, one.start), reverse=True):
        tail = lines[change.last - 1][change.end :]
        head = lines[change.first - 1][: change.start]
        lines[change.first - 1 : change.last] = [
            head + change.text.encode() + tail,
            *[b""] * (change.last - change.first),
        ]
    return b"\n".join(lines).decode("utf-8", "surrogatepass")
