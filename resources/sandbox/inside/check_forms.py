"""Which expressions and statements of tests are checks, and which can give nothing of the answer's."""

import ast
import builtins

from syntax_walk import children, nodes

MOCK = frozenset(
    "assert_called assert_called_once assert_called_with assert_called_once_with assert_any_call "
    "assert_has_calls assert_not_called assert_awaited assert_awaited_once assert_awaited_with "
    "assert_awaited_once_with assert_any_await assert_has_awaits assert_not_awaited".split()
)
RAISING = frozenset(("raises", "warns", "deprecated_call"))
_DEPENDING = frozenset((ast.Name, ast.Call, ast.Attribute, ast.Subscript))
_NEVER_OWN = frozenset((ast.Constant, ast.Lambda, ast.JoinedStr, ast.GeneratorExp))
_BUILTIN = frozenset(vars(builtins))


def expects(node):
    """Whether a `with` statement demands that its body raises or warns."""
    return any(is_raising(item.context_expr) for item in node.items)


def called_name(node):
    """The last name of what a call calls, or an empty text."""
    return node.func.attr if type(node.func) is ast.Attribute else getattr(node.func, "id", "")


def is_raising(node):
    if type(node) is not ast.Call:
        return False
    name = called_name(node)
    return name in RAISING or name.startswith(("assertRaises", "assertWarns", "assertLogs", "assertNoLogs"))


def may_be_assertion(node):
    """Whether what a call expects may be the failure of an assertion."""
    named = {getattr(part, "id", getattr(part, "attr", "")) for arg in node.args[:1] for part in nodes(arg)}
    return is_raising(node) and bool(
        named & {"AssertionError", "Exception", "BaseException", "failureException"}
    )


def never_own(value):
    """Whether an expression can give nothing of the answer's: what is written out, and the builtins."""
    kind = type(value)
    if kind is ast.Name:
        return value.id in _BUILTIN
    if kind in (ast.List, ast.Tuple, ast.Set):
        return all(map(never_own, value.elts))
    if kind is ast.Dict:
        return all(map(never_own, value.values)) and all(map(never_own, value.keys))
    if kind is ast.UnaryOp:
        return never_own(value.operand)
    if kind is ast.BinOp:
        return never_own(value.left) and never_own(value.right)
    return kind in _NEVER_OWN


def is_assertion(node):
    named = node.exc.func if type(node.exc) is ast.Call else node.exc
    return getattr(named, "id", "") == "AssertionError"


def place_of(node):
    return {
        "lineno": node.lineno,
        "col_offset": node.col_offset,
        "end_lineno": node.end_lineno,
        "end_col_offset": node.end_col_offset,
    }


def can_fail(expression):
    """Whether an expression depends on anything but constants; a non-empty tuple is always true."""
    if isinstance(expression, ast.Tuple):
        return False
    waiting = [expression]
    for part in waiting:
        if type(part) in _DEPENDING:
            return True
        waiting += children(part)
    return False


def gives_up(statement):
    if isinstance(statement, ast.Raise):
        return True
    return isinstance(statement, ast.Assert) and not can_fail(statement.test)
