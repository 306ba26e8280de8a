"""Python tests that a runner would find and call: functions and classes as pytest collects them, cases of unittest.

Where the tests' text calls none of them and starts no runner, the calls are put behind it, in order. Tests that want
fixtures, parameters or set-up are collected when they run (`inside/collected.py`), and so are those of a text that
calls `pytest.main`, in the place of that call.
"""

import ast
import re
import warnings
from typing import TypeGuard

from resources.sandbox.answer_module import Change, changed

_LOOKS_SO = re.compile(r"(?m)^(?:def[ \t]+test|class[ \t]+\w)")
_PYTEST_MAIN = re.compile(r"\bpytest\s*\.\s*main\b")
_COLLECT = r'"\0seedline collect"()'
_WHOLE = r'"\0seedline collect"(True)'
"""What `inside/rewriting.py` puts the runner in place of, as text."""
_AROUND = re.compile(r"\bautouse\b|\busefixtures\b|(?m:^def (?:setup|teardown)_(?:function|module)\b)")
_UNITTEST = "import unittest\nunittest.main()"
_RUNNER = re.compile(
    r"\bunittest\s*\.\s*(?:main|TextTestRunner)\b|\bpytest\s*\.\s*main\b|\bmain\s*\(\s*\)|\bTextTestRunner\b|__name__"
)


def with_calls(tests: str) -> str:
    """`tests` with calls of the tests that nobody calls; as it is where some are called, or cannot be."""
    runs = _PYTEST_MAIN.search(tests) is not None
    if not runs and (not _LOOKS_SO.search(tests) or _RUNNER.search(tests)):
        return tests
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(tests)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return tests
    if runs:
        calls_of_main = [node for node in ast.walk(tree) if _is_pytest_main(node)]
        return changed(tests, [Change.of(node, _WHOLE) for node in calls_of_main])
    used = {
        part.id for part in ast.walk(tree) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load)
    }
    calls: list[str] = []
    for node in tree.body:
        found = _calls_of(node)
        if getattr(node, "name", "") in used and (found is None or found):
            return tests
        if found is None or (found and _AROUND.search(tests)):
            calls = [_COLLECT]
            break
        calls += [call for call in found if call not in calls]
    calls.sort(key=lambda call: call == _UNITTEST)  # it ends the program
    return f"{tests}\n" + "\n".join(calls) + "\n" if calls else tests


def _is_pytest_main(node: ast.AST) -> TypeGuard[ast.Call]:
    return isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.main"


def _calls_of(node: ast.stmt) -> list[str] | None:
    """The calls that run what `node` defines; none where it is no test, null where it is one that cannot be called."""
    if isinstance(node, ast.AsyncFunctionDef) and node.name.startswith("test"):
        return None
    if isinstance(node, ast.FunctionDef) and node.name.startswith("test"):
        return [f"{node.name}()"] if _is_plain(node, 0) else None
    if not isinstance(node, ast.ClassDef):
        return []
    if any("TestCase" in ast.unparse(base) for base in node.bases):
        return [_UNITTEST]
    if not node.name.startswith("Test") or node.bases:
        return []
    methods = [part for part in node.body if isinstance(part, (ast.FunctionDef, ast.AsyncFunctionDef))]
    tests = [method for method in methods if method.name.startswith("test")]
    if any(
        method.name.startswith(("setup", "teardown", "__init__")) or method.decorator_list
        for method in methods
    ) or (node.decorator_list and tests):
        return None if tests else []
    plain = all(isinstance(method, ast.FunctionDef) and _is_plain(method, 1) for method in tests)
    return [f"{node.name}().{method.name}()" for method in tests] if plain else None


def _is_plain(node: ast.FunctionDef, arguments: int) -> bool:
    """Whether a function takes no more than `arguments`, has no decorator and is no generator."""
    given = node.args
    count = len(given.posonlyargs) + len(given.args) - len(given.defaults) + len(given.kwonlyargs)
    yields = any(isinstance(part, (ast.Yield, ast.YieldFrom)) for part in ast.walk(node))
    return count == arguments and not node.decorator_list and not yields
