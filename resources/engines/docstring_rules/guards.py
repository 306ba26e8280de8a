"""Asserts from what a function plainly says it does for a given constant: guard clauses, base cases, comparisons.

`if not text: return ""` states a result for the empty string, and `return unit in ("s", "min")` one for "s". The
leading statements are read, not run: only comparisons of constants are decided, and reading stops at anything else.
"""

import ast
from collections.abc import Sequence

from resources.engines.docstring_rules.doctests import equality
from resources.engines.docstring_rules.function import Function
from resources.engines.docstring_rules.parameters import sample_values

MOST = 5

_TYPES = {"str": str, "int": int, "float": float, "bool": bool, "list": list, "tuple": tuple, "dict": dict,
          "set": set, "bytes": bytes}  # fmt: skip
_ERRORS = {
    "ValueError", "TypeError", "KeyError", "IndexError", "ZeroDivisionError", "NotImplementedError", "RuntimeError",
    "AttributeError", "OverflowError", "LookupError", "ArithmeticError", "StopIteration",
}  # fmt: skip
_PLAIN = ("None", "''", "'abc'", "0", "1", "-1", "[]", "True", "False")


class _Unreadable(Exception):
    """Reading came to something that is not plain enough to be decided."""


def assertions(function: Function) -> list[str]:
    """At most five asserts, no two of which state the same outcome unless there are too few others."""
    node = function.node
    arguments = node.args
    if (
        isinstance(node, ast.AsyncFunctionDef)
        or not function.is_plain
        or not _may_be_read(node)
        or _generates(function)
    ):
        return []
    if any(default is None for default in arguments.kw_defaults):
        return []
    positional = [*arguments.posonlyargs, *arguments.args]
    required = positional[: max(len(positional) - len(arguments.defaults), 1)]
    if not required:
        return []
    samples = {argument.arg: sample_values(function, argument) for argument in required}
    usual = {name: (values or ("None",))[0] for name, values in samples.items()}
    defaults = _defaults(positional, arguments)
    found: dict[str, list[str]] = {}
    for argument in required:
        for candidate in dict.fromkeys(
            [*_constants_beside(function, argument.arg), *_fitting(samples[argument.arg])]
        ):
            given = {**usual, argument.arg: candidate}
            outcome = _outcome(node.body, {**defaults, **{k: _value(v) for k, v in given.items()}})
            call = f"{function.name}({', '.join(given.values())})"
            stated = _stated(call, outcome)
            if stated is not None:
                found.setdefault(outcome or "", []).append(stated)
    if set(found) <= {"return None"}:
        return []  # a function that does nothing would pass
    rounds = max((len(group) for group in found.values()), default=0)
    mixed = [group[turn] for turn in range(rounds) for group in found.values() if turn < len(group)]
    return list(dict.fromkeys(mixed))[:MOST]


def _outcome(statements: Sequence[ast.stmt], values: dict[str, object]) -> str | None:
    """`return <literal>` or `raise <name>` that the statements come to with these values; None when unclear."""
    try:
        return _read(statements, values)
    except (_Unreadable, TypeError, ValueError, KeyError, RecursionError, ArithmeticError, SyntaxError):
        return None


def _read(statements: Sequence[ast.stmt], values: dict[str, object]) -> str | None:
    for statement in statements:
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
            continue
        if isinstance(statement, ast.If):
            branch = statement.body if _decide(statement.test, values) else statement.orelse
            outcome = _read(branch, values)
            if outcome is not None:
                return outcome
        elif isinstance(statement, ast.Return):
            if statement.value is None:
                return "return None"
            return f"return {_written(statement.value, values)}"
        elif isinstance(statement, ast.Raise):
            raised = statement.exc.func if isinstance(statement.exc, ast.Call) else statement.exc
            if isinstance(raised, ast.Name) and raised.id in _ERRORS:
                return f"raise {raised.id}"
            raise _Unreadable
        elif not isinstance(statement, ast.Pass):
            raise _Unreadable
    return None


def _decide(test: ast.expr, values: dict[str, object]) -> bool:
    return bool(_evaluate(test, values))


def _evaluate(node: ast.expr, values: dict[str, object]) -> object:
    """The value of constants, parameters, comparisons, `and`, `or`, `not`, `len` and `isinstance`; no more."""
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.Name):
        if node.id in values:
            return values[node.id]
        raise _Unreadable
    if isinstance(node, ast.Tuple | ast.List | ast.Set):
        return [_evaluate(element, values) for element in node.elts]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return not _evaluate(node.operand, values)
    if (
        isinstance(node, ast.UnaryOp)
        and isinstance(node.op, ast.USub)
        and isinstance(node.operand, ast.Constant)
    ):
        return ast.literal_eval(node)
    if isinstance(node, ast.BoolOp):
        value: object = None
        for part in node.values:
            value = _evaluate(part, values)
            if bool(value) is isinstance(node.op, ast.Or):
                return value
        return value
    if isinstance(node, ast.IfExp):
        return _evaluate(node.body if _decide(node.test, values) else node.orelse, values)
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        return _compared(node.ops[0], _evaluate(node.left, values), _evaluate(node.comparators[0], values))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and not node.keywords:
        return _called(node, values)
    raise _Unreadable


def _compared(operator: ast.cmpop, left: object, right: object) -> bool:
    match operator:
        case ast.Is() | ast.IsNot():
            if right is not None and not isinstance(right, bool):
                raise _Unreadable
            return (left is right) is isinstance(operator, ast.Is)
        case ast.Eq():
            return left == right
        case ast.NotEq():
            return left != right
        case ast.In() | ast.NotIn():
            if not isinstance(right, list | str):
                raise _Unreadable
            return (left in right) is isinstance(operator, ast.In)  # type: ignore[operator]
        case ast.Lt():
            return left < right  # type: ignore[operator]
        case ast.LtE():
            return left <= right  # type: ignore[operator]
        case ast.Gt():
            return left > right  # type: ignore[operator]
        case ast.GtE():
            return left >= right  # type: ignore[operator]
        case _:
            raise _Unreadable


def _called(node: ast.Call, values: dict[str, object]) -> object:
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    if name == "len" and len(node.args) == 1:
        return len(_evaluate(node.args[0], values))  # type: ignore[arg-type]
    if name == "isinstance" and len(node.args) == 2:
        kinds = node.args[1].elts if isinstance(node.args[1], ast.Tuple) else [node.args[1]]
        names = [kind.id for kind in kinds if isinstance(kind, ast.Name)]
        if len(names) != len(kinds) or not set(names) <= set(_TYPES):
            raise _Unreadable
        return isinstance(_evaluate(node.args[0], values), tuple(_TYPES[name] for name in names))
    if name == "bool" and len(node.args) == 1:
        return bool(_evaluate(node.args[0], values))
    raise _Unreadable


def _written(node: ast.expr, values: dict[str, object]) -> str:
    """The returned expression as a literal, parameters replaced by their values."""

    class Substitute(ast.NodeTransformer):
        def visit_Name(self, node: ast.Name) -> ast.expr:
            if node.id not in values:
                raise _Unreadable
            return ast.parse(repr(values[node.id]), mode="eval").body

    if isinstance(node, ast.Compare | ast.BoolOp | ast.IfExp | ast.Call) or (
        isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)
    ):
        return repr(_evaluate(node, values))
    literal = ast.unparse(Substitute().visit(ast.parse(ast.unparse(node), mode="eval").body))
    ast.literal_eval(literal)
    return literal


def _stated(call: str, outcome: str | None) -> str | None:
    if outcome is None:
        return None
    kind, _, what = outcome.partition(" ")
    if kind == "return":
        return equality(call, what)
    return f"try:\n    {call}\nexcept {what}:\n    pass\nelse:\n    assert False, 'expected {what}'"


def _constants_beside(function: Function, name: str) -> list[str]:
    """Constants that the parameter is compared with anywhere in the function; for numbers their neighbours too."""
    found: list[str] = []
    for compare in (part for part in function.nodes if isinstance(part, ast.Compare)):
        sides = [compare.left, *compare.comparators]
        if not any(isinstance(side, ast.Name) and side.id == name for side in sides):
            continue
        flat = [element for side in sides for element in _elements(side)]
        for constant in (side.value for side in flat if isinstance(side, ast.Constant)):
            if isinstance(constant, int) and not isinstance(constant, bool):
                found += [repr(constant), repr(constant + 1), repr(constant - 1)]
            elif isinstance(constant, str | float | bool | None):
                found.append(repr(constant))
    return found[:8]


def _elements(node: ast.expr) -> list[ast.expr]:
    return list(node.elts) if isinstance(node, ast.Tuple | ast.List | ast.Set) else [node]


def _fitting(samples: tuple[str, str] | None) -> tuple[str, ...]:
    """Plain values, those of the parameter's own type first where that is known."""
    if samples is None:
        return _PLAIN
    kind = type(_value(samples[0]))
    return (*samples, *sorted(_PLAIN, key=lambda text: type(_value(text)) is not kind))


def _value(text: str) -> object:
    return ast.literal_eval(text)


def _defaults(positional: list[ast.arg], arguments: ast.arguments) -> dict[str, object]:
    """Constant defaults by parameter; a parameter without one is not in it, so reading stops where it is used."""
    pairs = [
        *zip(positional[len(positional) - len(arguments.defaults) :], arguments.defaults, strict=True),
        *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True),
    ]
    return {argument.arg: value.value for argument, value in pairs if isinstance(value, ast.Constant)}


def _generates(function: Function) -> bool:
    return any(isinstance(part, ast.Yield | ast.YieldFrom) for part in function.nodes)


def _may_be_read(node: ast.FunctionDef) -> bool:
    """Whether the first statement after the docstring is of a kind that reading gets anywhere with."""
    first = [
        part
        for part in node.body
        if not (isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant))
    ]
    return bool(first) and isinstance(first[0], ast.If | ast.Return | ast.Raise | ast.Pass)
