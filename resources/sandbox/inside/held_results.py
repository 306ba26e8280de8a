"""Results of the answer that tests hold under a name while something else is called."""

import ast
import builtins

from check_forms import called_name
from syntax_walk import children, nodes

FRESH_CALLS = frozenset(
    "list dict set bytearray sorted len sum min max abs int float str range tuple defaultdict deque Counter "
    "OrderedDict round bool".split()
)
BUILTIN = frozenset(vars(builtins))
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)


def holds_calls(value):
    return any(isinstance(part, ast.Call) and called_name(part) not in FRESH_CALLS for part in nodes(value))


def is_scope(node):
    return isinstance(node, ast.Module | ast.FunctionDef | ast.AsyncFunctionDef)


def holds(body):
    """Whether a result is kept under a name while something else is called, and looked at after that."""
    kept = {}  # name: what has happened since it was bound; 1: nothing yet, 2: another call
    for node in _in_order(body):
        if isinstance(node, ast.Call):
            if called_name(node) not in BUILTIN and not called_name(node).startswith("assert"):
                kept = dict.fromkeys(kept, 2)
        elif isinstance(node, ast.Name):
            if type(node.ctx) is ast.Load and kept.get(node.id) == 2:
                return True
        else:  # a binding, behind its value
            for name in node:
                kept[name] = 1
    return False


def _in_order(body):
    """Calls, names and bindings (as lists of names) about as they happen; nested functions are scopes of their own."""
    found = []

    def visit(node):
        if isinstance(node, _SCOPES):
            return
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.NamedExpr | ast.AugAssign):
            if node.value is not None:
                visit(node.value)
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            stored = [n.id for target in targets for n in nodes(target) if isinstance(n, ast.Name)]
            if node.value is not None and holds_calls(node.value):
                found.append(stored)
            return
        for child in children(node):
            visit(child)
        if isinstance(node, ast.Call | ast.Name):
            found.append(node)

    for statement in body:
        visit(statement)
    return found
