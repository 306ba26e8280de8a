"""Which names a Python function uses and does not define, found by Python's own symbol tables.

Scoping (closures, comprehensions, `global`, class bodies) is the compiler's business, so the compiler is
asked: `symtable` runs in C and costs some 100 µs a function. Names in quoted annotations, which a type
checker reads and a symbol table does not, are added. What binds a name elsewhere is not decided here.
"""

import ast
import builtins
import re
import symtable
import warnings

BUILT_IN = frozenset(dir(builtins)) | {
    *("__file__", "__name__", "__doc__", "__path__", "__package__", "__spec__", "__loader__", "__builtins__"),
    *("__dict__", "__debug__", "reveal_type", "reveal_locals", "WindowsError"),
    # the compiler's own cell for `super()` in a method that was cut from its class
    "__class__",
}
"""Names that need no import: built-ins and what every module has."""

# of a parameter, a result or a variable: a cheap look that spares most functions the walk over their tree
_QUOTED_ANNOTATION = re.compile(r"""(?:->|[(,]\s*\*{0,2}\w+\s*:|^\s+[\w.]+\s*:)[^\n=]*["']""", re.MULTILINE)


def free_names(source: str) -> list[str] | None:
    """Names that `source` reads but neither binds nor finds among the built-ins, sorted.

    None where `source` is not valid syntax for the running Python: its names are unknown.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # invalid escapes and the like: the author's, not ours
            table = symtable.symtable(source, "<seed>", "exec")
            quoted = _quoted_names(source) if _QUOTED_ANNOTATION.search(source) else set[str]()
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    bound = {symbol.get_name() for symbol in table.get_symbols() if _binds(symbol)}
    used: set[str] = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_referenced()} | quoted
    stack = table.get_children()
    while stack:
        scope = stack.pop()
        for symbol in scope.get_symbols():
            if symbol.is_global():
                if symbol.is_assigned():  # `global x; x = ...` binds it for the module
                    bound.add(symbol.get_name())
                elif symbol.is_referenced():
                    used.add(symbol.get_name())
        stack.extend(scope.get_children())
    return sorted(used - bound - BUILT_IN)


def _binds(symbol: symtable.Symbol) -> bool:
    return symbol.is_assigned() or symbol.is_imported() or symbol.is_namespace()


def _quoted_names(source: str) -> set[str]:
    """Names inside annotations that are written as strings."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.arg | ast.AnnAssign):
            annotation = node.annotation
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            annotation = node.returns
        else:
            continue
        if annotation is None:
            continue
        for part in ast.walk(annotation):
            if isinstance(part, ast.Subscript) and _last_name(part.value) in ("Literal", "Annotated"):
                return names  # their strings are values; such a function's quoted names stay unknown
            if isinstance(part, ast.Constant) and isinstance(part.value, str):
                names |= _names_of_expression(part.value)
    return names


def _names_of_expression(text: str) -> set[str]:
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError):
        return set()
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def _last_name(node: ast.expr) -> str | None:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else None
