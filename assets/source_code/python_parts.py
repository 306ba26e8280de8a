"""What of a Python answer a function needs: its top-level statements by the names that they bind and use.

Kept are definitions, imports and what they use; cut away is what only runs (prints, asserts, input, a main block).
Source text in, source text out; where code is in an answer is not known here.
"""

import ast
import builtins
import re
import sys
from collections.abc import Sequence

from assets.source_code.python_module import DEFINITIONS, Module, parsed

_RUNNING = frozenset({"print", "pprint", "input", "open", "exit", "quit", "breakpoint", "display", "help"})
_RUNNING_METHODS = frozenset({"testmod", "run", "exit", "main", "basicConfig", "show", "readline", "read"})


def needed(chosen: Module, others: Sequence[Module], entry_point: str) -> str:
    """The source of `chosen` without what only runs, after what it needs of `others` (the first that has it)."""
    own_names = frozenset[str]().union(*(other.functions for other in others)) - {entry_point}
    chosen = without_own_imports(chosen, own_names)
    own, wanted = _kept_lines(chosen, entry_point)
    parts = [own]
    missing = {name for name in wanted - chosen.names if not hasattr(builtins, name)}
    taken: set[tuple[int, int]] = set()
    while missing:
        name = missing.pop()
        for place, other in enumerate(others):
            numbers = [i for i, bound in enumerate(other.bound) if name in bound or "*" in bound]
            numbers = [i for i in numbers if not _only_runs(other, i)]
            if numbers:
                for number in numbers:
                    if (place, number) not in taken:
                        taken.add((place, number))
                        missing |= {
                            use for use in other.used[number] - chosen.names if not hasattr(builtins, use)
                        } - {name}
                if any(name in other.bound[number] for number in numbers):
                    break
    helpers = [others[place].text(number) for place, number in sorted(taken)]
    futures = [line for line in parts[0].split("\n") if line.startswith("from __future__")]
    if helpers and futures:
        parts[0] = "\n".join(line for line in parts[0].split("\n") if line not in futures)
    parts += _as_function(chosen, entry_point)
    return "\n\n".join([*(futures if helpers else []), *helpers, *parts])


def _as_function(module: Module, entry_point: str) -> list[str]:
    """The line that makes a function of a method, where the answer has it in a class (`class Solution`)."""
    if entry_point in module.names:
        return []
    for node in reversed(module.tree.body):
        if isinstance(node, ast.ClassDef) and not node.bases:
            methods = {part.name: part for part in node.body if isinstance(part, ast.FunctionDef)}
            made = methods.get("__init__")
            asks = made is not None and len(made.args.args) - len(made.args.defaults) > 1
            if entry_point in methods and not asks:
                return [f"{entry_point} = {node.name}().{entry_point}"]
    return []


def without_own_imports(module: Module, own: frozenset[str]) -> Module:
    """`module` without imports of nothing but `own`, names that other parts of the answer define.

    The module that they are taken from is a file of the answer's (`from helpers import plus`), not one of Python's.
    """
    dropped = [
        node
        for node in module.tree.body
        if isinstance(node, ast.ImportFrom)
        and not _is_known(node)
        and {alias.name for alias in node.names} <= own
    ]
    lines = list(module.lines)
    for node in reversed(dropped):
        del lines[node.lineno - 1 : node.end_lineno]
    found = parsed("\n".join(lines)) if dropped else None
    return found or module


def is_example(module: Module, own: frozenset[str]) -> bool:
    """Whether `module` only shows or tests `own`, which it imports from a file of the answer's."""
    taken = {
        alias.name
        for node in module.tree.body
        if isinstance(node, ast.ImportFrom) and not _is_known(node)
        for alias in node.names
    }
    return bool(taken & own) and all(
        re.match(r"(?i)_?test|main$", name) or _is_test(module, name) for name in module.functions
    )


def _is_test(module: Module, name: str) -> bool:
    """Whether a class is a case of unittest's."""
    return any(
        isinstance(node, ast.ClassDef)
        and node.name == name
        and "TestCase" in "".join(map(ast.dump, node.bases))
        for node in module.tree.body
    )


def _is_known(node: ast.ImportFrom) -> bool:
    return not node.level and (node.module or "").partition(".")[0] in sys.stdlib_module_names


def _kept_lines(module: Module, entry_point: str) -> tuple[str, frozenset[str]]:
    """The lines of what is kept, comments between included, and the names that it uses."""
    body = module.tree.body
    wanted: set[str] = {entry_point}
    kept = {i for i, node in enumerate(body) if isinstance(node, DEFINITIONS) or _imports(node)}
    for number in kept:
        wanted |= module.used[number]
    while True:
        more = {
            i
            for i in range(len(body))
            if i not in kept
            and not _is_main(body[i])
            and ((module.bound[i] - module.imported) & wanted or not _only_runs(module, i))
        }
        if not more:
            break
        kept |= more
        for number in more:
            wanted |= module.used[number]
    dropped = [node for i, node in enumerate(body) if i not in kept]
    lines: list[str | None] = list(module.lines)
    shared = {line for i in kept for line in range(body[i].lineno, (body[i].end_lineno or 0) + 1)}
    for node in dropped:
        for line in range(node.lineno, (node.end_lineno or node.lineno) + 1):
            if line not in shared:
                lines[line - 1] = None
    return "\n".join(line for line in lines if line is not None).rstrip(), frozenset(wanted)


def _only_runs(module: Module, number: int) -> bool:
    """Whether a statement is there to be seen running, and not for what it binds."""
    node = module.tree.body[number]
    if isinstance(node, DEFINITIONS) or _imports(node):
        return False
    if isinstance(node, ast.Assert) or _is_main(node):
        return True
    for part in ast.walk(node):
        if isinstance(part, ast.Assert):
            return True
        if isinstance(part, ast.Call):
            called = part.func
            if isinstance(called, ast.Name) and called.id in _RUNNING | module.functions:
                return True
            if _is_complexity(called, module):
                return True
            if isinstance(called, ast.Attribute) and called.attr in _RUNNING_METHODS:
                return True
    return isinstance(node, ast.Expr) and not isinstance(node.value, (ast.Call, ast.Constant))


def _is_complexity(called: ast.expr, module: Module) -> bool:
    """Whether it is what prose says of costs and not a call: `O(1)`."""
    return (
        isinstance(called, ast.Name)
        and called.id in ("O", "Theta", "Omega")
        and called.id not in module.names
    )


def _imports(node: ast.stmt) -> bool:
    """Whether a statement is an import, or a choice between imports or definitions."""
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return True
    if isinstance(node, (ast.Try, ast.If)) and not _is_main(node):
        return any(isinstance(part, (ast.Import, ast.ImportFrom, *DEFINITIONS)) for part in ast.walk(node))
    return False


def _is_main(node: ast.stmt) -> bool:
    return isinstance(node, ast.If) and any(
        isinstance(part, ast.Name) and part.id == "__name__" for part in ast.walk(node.test)
    )
