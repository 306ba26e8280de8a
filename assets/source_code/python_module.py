"""One piece of Python by its top-level statements: the names that each binds and uses, and what it defines.

Source text in; nothing is run, and what of it an answer needs is not judged here.
"""

import ast
import symtable
import warnings
from dataclasses import dataclass
from functools import cached_property

DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


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
        return frozenset(node.name for node in self.tree.body if isinstance(node, DEFINITIONS))

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
        if isinstance(node, DEFINITIONS):
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
