"""What of a Python answer a function needs: its top-level statements by the names that they bind and use.

Kept are definitions, imports and what they use; cut away is what only runs (prints, asserts, input, a main block).
Source text in, source text out; where code stands in an answer is not known here.
"""

import ast
import builtins
import symtable
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

_RUNNING = frozenset({"print", "pprint", "input", "open", "exit", "quit", "breakpoint", "display", "help"})
_RUNNING_METHODS = frozenset({"testmod", "run", "exit", "main", "basicConfig", "show", "readline", "read"})
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


@dataclass(frozen=True)
class Module:
    """One piece of Python that parses."""

    source: str
    tree: ast.Module

    @cached_property
    def lines(self) -> list[str]:
        """Its lines, cut where Python cuts them."""
        return self.source.split("\n")

    @cached_property
    def bound(self) -> list[frozenset[str]]:
        """For each statement the names that it binds or changes at the top level."""
        return [_bound(statement) for statement in self.tree.body]

    @cached_property
    def used(self) -> list[frozenset[str]]:
        """For each statement the names of the top level that it uses, in the bodies of functions too."""
        return [_used(self.text(number)) for number in range(len(self.tree.body))]

    @property
    def names(self) -> frozenset[str]:
        """All that it binds."""
        return frozenset().union(*self.bound)

    @cached_property
    def imported(self) -> frozenset[str]:
        """The names that imports bind: what is called on them changes nothing of the answer's own."""
        pairs = zip(self.tree.body, self.bound, strict=True)
        return frozenset().union(
            *(names for node, names in pairs if isinstance(node, (ast.Import, ast.ImportFrom)))
        )

    @property
    def functions(self) -> frozenset[str]:
        """The functions and classes that it defines."""
        return frozenset(node.name for node in self.tree.body if isinstance(node, _DEFINITIONS))

    def text(self, number: int) -> str:
        """The lines of a statement, decorators included."""
        node = self.tree.body[number]
        first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
        return "\n".join(self.lines[first - 1 : node.end_lineno])

    def defines(self, name: str) -> bool:
        """Whether `name` is defined here, as a method of a class too."""
        return self._definition(name) is not None

    def is_stub(self, name: str) -> bool:
        """Whether `name` is defined without doing anything: a docstring, `pass`, `...`, an error not to be had yet."""
        node = self._definition(name)
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            return False
        return all(_does_nothing(statement) for statement in node.body)

    def _definition(self, name: str) -> ast.AST | None:
        found: ast.AST | None = None
        for node, bound in zip(self.tree.body, self.bound, strict=True):
            if name in bound and not isinstance(node, (ast.Import, ast.ImportFrom)):
                found = node
        if found is not None:
            return found
        methods = [
            part for node in self.tree.body if isinstance(node, ast.ClassDef) for part in node.body
            if isinstance(part, (ast.FunctionDef, ast.AsyncFunctionDef)) and part.name == name
        ]  # fmt: skip
        return methods[-1] if methods else None


def parsed(source: str) -> Module | None:
    """`source` as a module; None where it does not compile."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # invalid escapes in a model's strings are its own affair
            tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return Module(source.replace("\r\n", "\n").replace("\r", "\n").replace("\f", " "), tree)


def needed(chosen: Module, others: Sequence[Module], entry_point: str) -> str:
    """The source of `chosen` without what only runs, after what it needs of `others` (the first that has it)."""
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
    return "\n\n".join([*(futures if helpers else []), *helpers, *parts])


def _kept_lines(module: Module, entry_point: str) -> tuple[str, frozenset[str]]:
    """The lines of what is kept, comments between included, and the names that it uses."""
    body = module.tree.body
    wanted: set[str] = {entry_point}
    kept = {i for i, node in enumerate(body) if isinstance(node, _DEFINITIONS) or _imports(node)}
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
    if isinstance(node, _DEFINITIONS) or _imports(node):
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
            if isinstance(called, ast.Attribute) and called.attr in _RUNNING_METHODS:
                return True
    return isinstance(node, ast.Expr) and not isinstance(node.value, (ast.Call, ast.Constant))


def _imports(node: ast.stmt) -> bool:
    """Whether a statement is an import, or a choice between imports or definitions."""
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return True
    if isinstance(node, (ast.Try, ast.If)) and not _is_main(node):
        return any(isinstance(part, (ast.Import, ast.ImportFrom, *_DEFINITIONS)) for part in ast.walk(node))
    return False


def _is_main(node: ast.stmt) -> bool:
    return isinstance(node, ast.If) and any(
        isinstance(part, ast.Name) and part.id == "__name__" for part in ast.walk(node.test)
    )


def _does_nothing(node: ast.stmt) -> bool:
    if isinstance(node, ast.Pass):
        return True
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    if isinstance(node, ast.Raise) and node.exc is not None:
        return "NotImplemented" in ast.dump(node.exc)
    return False


def _bound(statement: ast.stmt) -> frozenset[str]:
    names: set[str] = set()
    left: list[ast.AST] = [statement]
    while left:
        node = left.pop()
        if isinstance(node, _DEFINITIONS):
            names.add(node.name)
            continue  # what stands in it is its own
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            names |= {(alias.asname or alias.name).split(".")[0] for alias in node.names}
        elif isinstance(node, ast.Name) and isinstance(node.ctx, (ast.Store, ast.Del)):
            names.add(node.id)
        elif isinstance(node, (ast.Subscript, ast.Attribute)) and isinstance(node.ctx, ast.Store):
            names |= _base(node)
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            if isinstance(node.value.func, ast.Attribute):  # table.append(1) changes the table
                names |= _base(node.value.func)
        elif isinstance(node, (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)):
            continue
        left.extend(ast.iter_child_nodes(node))
    return frozenset(names)


def _base(node: ast.expr) -> set[str]:
    while isinstance(node, (ast.Subscript, ast.Attribute, ast.Call)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return {node.id} if isinstance(node, ast.Name) else set()


def _used(source: str) -> frozenset[str]:
    try:
        table = symtable.symtable(source, "answer", "exec")
    except (SyntaxError, ValueError, RecursionError):
        return frozenset()
    used = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_referenced()}
    left = list(table.get_children())
    while left:
        inner = left.pop()
        used |= {symbol.get_name() for symbol in inner.get_symbols() if symbol.is_global()}
        left.extend(inner.get_children())
    return frozenset(used)
