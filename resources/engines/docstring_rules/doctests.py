"""Asserts from the doctest examples of a docstring: what is after `>>>` becomes code, what follows is expected.

An example that needs what the program does not have (names of another module, elided output) is left out,
with every later example that builds on it. Expected values are only ever read from the text.
"""

import ast
import builtins
import doctest
import re
import sys
import textwrap

from resources.engines.docstring_rules.concepts import parsed
from resources.engines.docstring_rules.function import Function, bound_names

MOST_EXAMPLES = 24

_BUILTINS = frozenset(dir(builtins))
_COMMON = {"numpy"}
"""Third-party modules that examples may import although the seed does not: installed nearly everywhere."""
_IMPURE = re.compile(r"\bat 0x[0-9a-f]+|<.* object|/home/|/tmp/|datetime\.now|\btime\.time")


def assertions(function: Function) -> list[str]:
    """Statements in order, asserts among them, that state the doctest examples; empty when none is usable."""
    try:
        examples = doctest.DocTestParser().get_examples(function.docstring)
    except ValueError:
        return []
    known = set(function.module_names)
    statements: list[str] = []
    asserted = False
    for example in examples[:MOST_EXAMPLES]:
        tree = parsed(example.source)
        if tree is None or example.options.get(doctest.SKIP):
            continue
        tree = own_calls(tree, function, known)
        tree.body = [node for node in tree.body if not _imports_away(node, function, known)]
        binds = bound_names(tree.body)
        if not tree.body:
            continue
        if unknown_names(tree, known | binds) or (binds & {function.name}):
            known -= binds - set(function.module_names)
            continue
        stated = _stated(tree, example)
        if stated is None:
            known -= binds - set(function.module_names)
            continue
        known |= binds
        statements.append(stated)
        asserted = asserted or (calls(tree, function.name) and "assert " in stated)
    return statements if asserted else []


def own_calls(tree: ast.Module, function: Function, known: set[str]) -> ast.Module:
    """`tree` with `module.name(...)` written as `name(...)`: the seed's function is meant, no installed one."""

    class Rewrite(ast.NodeTransformer):
        def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
            self.generic_visit(node)
            root = node.value
            while isinstance(root, ast.Attribute):
                root = root.value
            foreign = isinstance(root, ast.Name) and (root.id not in known or root.id in imported)
            if node.attr == function.name and foreign:
                return ast.copy_location(ast.Name(function.name, node.ctx), node)
            return node

    imported = function.imported_names | (known & (sys.stdlib_module_names | _COMMON | {"np"}))
    return ast.fix_missing_locations(Rewrite().visit(tree))


def unknown_names(tree: ast.AST, known: set[str]) -> set[str]:
    """Names that `tree` reads and neither binds itself nor finds in `known` or among the builtins."""
    read = {
        node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    }
    own = {
        node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)
    }
    own |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    return read - own - known - _BUILTINS


def calls(tree: ast.AST, name: str) -> bool:
    """Whether `tree` reads `name`, the function under test."""
    return any(isinstance(node, ast.Name) and node.id == name for node in ast.walk(tree))


def _imports_away(node: ast.stmt, function: Function, known: set[str]) -> bool:
    """Imports of the function itself, and of what need not be installed where the tests run, are left out."""
    if not isinstance(node, ast.Import | ast.ImportFrom):
        return False
    modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
    if any((alias.asname or alias.name) == function.name for alias in node.names):
        return True
    tops = {module.split(".")[0] for module in modules}
    there = sys.stdlib_module_names | _COMMON | function.imported_modules
    starred = isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names)
    return starred or bool(tops - there) or (isinstance(node, ast.ImportFrom) and node.level > 0)


def _stated(tree: ast.Module, example: doctest.Example) -> str | None:
    """One example as code; None where its expectation cannot be stated."""
    want = example.want
    source = ast.unparse(tree)
    if example.exc_msg is not None:
        return _raises(source, example.exc_msg)
    if not want.strip():
        return source
    if "..." in want or _IMPURE.search(want) or _IMPURE.search(source):
        return None
    only = tree.body[0] if len(tree.body) == 1 else None
    if isinstance(only, ast.Expr):
        printed = _printed(only.value)
        if printed is not None:
            text = want.replace("<BLANKLINE>", "").removesuffix("\n")
            return f"assert {printed} == {text!r}"
        return equality(ast.unparse(only.value), want.strip())
    return _prints(source, want.replace("<BLANKLINE>", ""))


def equality(expression: str, want: str) -> str | None:
    """`assert expression == want` for a literal, a comparison of the representation for one line of other text."""
    atomic = (
        ast.Name | ast.Call | ast.Attribute | ast.Subscript | ast.Constant | ast.List | ast.Tuple | ast.Dict
    )
    if not isinstance(ast.parse(expression, mode="eval").body, atomic):
        expression = f"({expression})"
    try:
        with_value = ast.literal_eval(want)
    except (ValueError, SyntaxError, RecursionError, MemoryError, TypeError):
        return None if "\n" in want else f"assert repr({expression}) == {want!r}"
    if with_value is None or with_value is True or with_value is False:
        return f"assert {expression} is {with_value}"
    if isinstance(with_value, float) and with_value != with_value:
        return None
    return f"assert {expression} == {ast.unparse(ast.parse(want.strip(), mode='eval'))}"


def _printed(call: ast.expr) -> str | None:
    if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "print"):
        return None
    if call.keywords or len(call.args) != 1 or isinstance(call.args[0], ast.Starred):
        return None
    return f"str({ast.unparse(call.args[0])})"


def _prints(source: str, want: str) -> str:
    body = textwrap.indent(source, "    ")
    return (
        "import contextlib\nimport io\n"
        f"printed = io.StringIO()\nwith contextlib.redirect_stdout(printed):\n{body}\n"
        f"assert printed.getvalue() == {want!r}"
    )


def _raises(source: str, message: str) -> str | None:
    name = message.split(":")[0].strip().split(".")[-1]
    if not re.fullmatch(r"[A-Z]\w+", name) or name not in _BUILTINS:
        return None
    body = textwrap.indent(source, "    ")
    return f"try:\n{body}\nexcept {name}:\n    pass\nelse:\n    assert False, 'expected {name}'"
