"""Python tests that a runner would find and call: functions and classes as pytest collects them, cases of unittest.

Where the tests' text calls none of them and starts no runner, the calls are put behind it, in order. Tests that want
fixtures or parameters stay as they are.
"""

import ast
import re
import warnings

_LOOKS_SO = re.compile(r"(?m)^(?:def[ \t]+test|class[ \t]+\w)")
_RUNNER = re.compile(
    r"\bunittest\s*\.\s*(?:main|TextTestRunner)\b|\bpytest\s*\.\s*main\b|\bmain\s*\(\s*\)|\bTextTestRunner\b|__name__"
)


def with_calls(tests: str) -> str:
    """`tests` with calls of the tests that nobody calls; as it is where some are called, or cannot be."""
    if not _LOOKS_SO.search(tests) or _RUNNER.search(tests):
        return tests
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(tests)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return tests
    used = {
        part.id for part in ast.walk(tree) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load)
    }
    calls: list[str] = []
    for node in tree.body:
        found = _calls_of(node)
        if found is None or (found and getattr(node, "name", "") in used):
            return tests
        calls += [call for call in found if call not in calls]
    return f"{tests}\n" + "\n".join(calls) + "\n" if calls else tests


def _calls_of(node: ast.stmt) -> list[str] | None:
    """The calls that run what `node` defines; none where it is no test, null where it is one that cannot be called."""
    if isinstance(node, ast.AsyncFunctionDef) and node.name.startswith("test"):
        return None
    if isinstance(node, ast.FunctionDef) and node.name.startswith("test"):
        return [f"{node.name}()"] if _is_plain(node, 0) else None
    if not isinstance(node, ast.ClassDef):
        return []
    if any("TestCase" in ast.unparse(base) for base in node.bases):
        return ["import unittest\nunittest.main()"]
    if not node.name.startswith("Test") or node.bases or node.decorator_list:
        return []
    methods = [part for part in node.body if isinstance(part, (ast.FunctionDef, ast.AsyncFunctionDef))]
    tests = [method for method in methods if method.name.startswith("test")]
    if any(
        method.name.startswith(("setup", "teardown", "__init__")) or method.decorator_list
        for method in methods
    ):
        return None if tests else []
    plain = all(isinstance(method, ast.FunctionDef) and _is_plain(method, 1) for method in tests)
    return [f"{node.name}().{method.name}()" for method in tests] if plain else None


def _is_plain(node: ast.FunctionDef, arguments: int) -> bool:
    """Whether a function takes no more than `arguments`, has no decorator and is no generator."""
    given = node.args
    count = len(given.posonlyargs) + len(given.args) - len(given.defaults) + len(given.kwonlyargs)
    yields = any(isinstance(part, (ast.Yield, ast.YieldFrom)) for part in ast.walk(node))
    return count == arguments and not node.decorator_list and not yields
