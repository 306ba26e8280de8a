"""Python tests that certainly use the answer in a check: followed from the module's first statement.

A statement is certain where neither a condition, nor a loop that may be empty, nor a handler stands over it, and its
function is called from a certain place. What the answer's functions give is followed through assignments.
"""

import ast
from collections.abc import Iterator

_MOCKING = ("mock", "patch", "monkeypatch", "setattr", "globals", "exec", "eval", "importlib", "__code__")
_SKIPPING = (
    "skip",
    "SkipTest",
    "expectedFailure",
    "xfail",
    "exit",
    "_exit",
    "suppress",
    "raises",
    "assertRaises",
)
_CHECKS = ("assert", "check", "expect", "verify", "test", "equal")
_DEEP = 8


def reaches(code: str, tests: str) -> bool:
    """See `assets.verdicts.reaching.reaches`."""
    if any(word in tests for word in (*_MOCKING, *_SKIPPING[:6])):
        return False
    try:
        answer, tree = ast.parse(code), ast.parse(tests)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    exported = {name for node in answer.body for name in _bound(node)}
    own = {
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    }
    own |= {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    stored = {
        node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    known = exported - own - stored
    if not known:
        return False
    return _Reading(tree, known).block(tree.body, {}, 0)


def _bound(node: ast.stmt) -> Iterator[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.Assign | ast.AnnAssign):
        for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
            if isinstance(target, ast.Name):
                yield target.id


class _Reading:
    """One suite: its functions by name, and which names hold what the answer gave."""

    def __init__(self, tree: ast.Module, known: set[str]) -> None:
        self.known = known
        self.functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
        self.lengths = {
            target.id: node.value
            for node in tree.body
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        }

    def block(self, body: list[ast.stmt], held: dict[str, bool], deep: int) -> bool:
        """Whether a statement of `body`, all of which certainly run, checks what the answer gives.

        `held`: names that hold the answer's functions (true) or what they gave (false).
        """
        if deep > _DEEP:
            return False
        for node in body:
            if self.checks(node, held, deep):
                return True
            if isinstance(node, ast.Return | ast.Raise | ast.Continue | ast.Break):
                return False
        return False

    def checks(self, node: ast.stmt, held: dict[str, bool], deep: int) -> bool:
        match node:
            case ast.Assert(test=test):
                return self.uses(test, held)
            case ast.Expr(value=ast.Call() as call):
                return self.called(call, held, deep)
            case ast.Assign(targets=targets, value=value):
                if self.uses(value, held):
                    self.hold(targets, held)
            case ast.AnnAssign(target=target, value=value) if value is not None:
                if self.uses(value, held):
                    self.hold([target], held)
            case ast.For(target=target, iter=iterable, body=body):
                if self.uses(iterable, held):
                    self.hold([target], held)
                if self.has_items(iterable):
                    return self.block(body, held, deep + 1)
            case ast.With(body=body, items=items):
                if all(isinstance(item.context_expr, ast.Call) for item in items):
                    words = " ".join(ast.unparse(item.context_expr.func) for item in items)  # type: ignore[attr-defined]
                    if words.endswith("subTest"):
                        return self.block(body, held, deep + 1)
            case ast.If(test=test, body=body) if _is_main_guard(test):
                return self.block(body, held, deep + 1)
            case ast.If(test=test, body=[ast.Raise(), *_]):
                return self.uses(test, held)
            case ast.ClassDef(bases=bases, body=body) if any(
                "TestCase" in ast.unparse(base) for base in bases
            ):
                if node.decorator_list:
                    return False
                return any(
                    self.block(inner.body, dict(held), deep + 1)
                    for inner in body
                    if isinstance(inner, ast.FunctionDef)
                    and inner.name.startswith("test")
                    and not inner.decorator_list
                )
        return False

    def called(self, call: ast.Call, held: dict[str, bool], deep: int) -> bool:
        """A call as a statement: a check of a library, a function of the tests, or the answer's own."""
        name = call.func.id if isinstance(call.func, ast.Name) else ""
        last = call.func.attr if isinstance(call.func, ast.Attribute) else name
        function = self.functions.get(name)
        if function is not None:
            if function.decorator_list:
                return False
            inside = dict(held)
            for parameter, argument in zip(function.args.args, call.args, strict=False):
                inside.pop(parameter.arg, None)
                if isinstance(argument, ast.Name) and self.is_answers(argument.id, held):
                    inside[parameter.arg] = held.get(argument.id, True)
                elif self.uses(argument, held):
                    inside[parameter.arg] = False
            return self.block(function.body, inside, deep + 1)
        if self.is_answers(name, held) or self.uses(call.func, held):
            for argument in call.args:  # it may change what it was given
                if isinstance(argument, ast.Name):
                    held[argument.id] = False
            return False
        is_check = any(word in last.lower() for word in _CHECKS) and not any(
            word in last for word in _SKIPPING
        )
        return is_check and any(self.uses(argument, held) for argument in call.args)

    def is_answers(self, name: str, held: dict[str, bool]) -> bool:
        return held.get(name, name in self.known and name not in held)

    def uses(self, node: ast.expr, held: dict[str, bool]) -> bool:
        """Whether working `node` out certainly calls the answer or takes what it gave."""
        match node:
            case ast.Name(id=name):
                return name in held and not held[name]
            case ast.Call(func=func, args=args, keywords=keywords):
                if isinstance(func, ast.Name) and self.is_answers(func.id, held):
                    return True
                if (
                    isinstance(func, ast.Attribute)
                    and isinstance(func.value, ast.Name)
                    and self.is_answers(func.value.id, held)
                ):
                    return True
                return self.uses(func, held) or any(
                    self.uses(each, held) for each in [*args, *(k.value for k in keywords)]
                )
            case ast.BoolOp(op=ast.Or(), values=values):
                return self.uses(values[0], held)
            case ast.IfExp(test=test):
                return self.uses(test, held)
            case ast.Lambda() | ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                return False
            case _:
                return any(
                    self.uses(child, held)
                    for child in ast.iter_child_nodes(node)
                    if isinstance(child, ast.expr)
                )

    def has_items(self, iterable: ast.expr) -> bool:
        if isinstance(iterable, ast.Name):
            iterable = self.lengths.get(iterable.id, iterable)
        match iterable:
            case ast.List(elts=elements) | ast.Tuple(elts=elements) | ast.Set(elts=elements):
                return bool(elements)
            case ast.Call(func=ast.Name(id="range"), args=[ast.Constant(value=int() as number)]):
                return number > 0
            case ast.Call(func=ast.Name(id="zip" | "enumerate"), args=args):
                return bool(args) and all(self.has_items(each) for each in args)
        return False

    def hold(self, targets: list[ast.expr], held: dict[str, bool]) -> None:
        for target in targets:
            for node in ast.walk(target):
                if isinstance(node, ast.Name):
                    held[node.id] = False


def _is_main_guard(test: ast.expr) -> bool:
    return ast.unparse(test) in ("__name__ == '__main__'", "'__main__' == __name__")
