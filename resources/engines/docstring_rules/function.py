"""The function that a Python seed defines, as its syntax tree tells it.

What its docstring says is in `documented.py`, what tests or tasks are made of it in the files beside this one.
"""

import ast
import inspect
from dataclasses import dataclass
from functools import cached_property

from resources.engines.docstring_rules.concepts import parsed


@dataclass(frozen=True)
class Function:
    """One documented top-level function; `program` is what runs: import lines (parsed: `before`) and seed."""

    name: str
    node: ast.FunctionDef | ast.AsyncFunctionDef
    program: str
    docstring: str
    before: tuple[ast.stmt, ...]
    module_names: frozenset[str]

    @property
    def signature(self) -> str:
        """Name and parameters as written, without annotations' loss."""
        return f"{self.name}({ast.unparse(self.node.args)})"

    @property
    def imported_names(self) -> set[str]:
        """Names that the program's import lines bind."""
        return bound_names([part for part in self.before if isinstance(part, ast.Import | ast.ImportFrom)])

    @property
    def imported_modules(self) -> set[str]:
        """Top-level packages that the program imports."""
        found: set[str] = set()
        for part in self.before:
            if isinstance(part, ast.Import):
                found |= {alias.name.split(".")[0] for alias in part.names}
            elif isinstance(part, ast.ImportFrom) and part.module:
                found.add(part.module.split(".")[0])
        return found

    @cached_property
    def nodes(self) -> list[ast.AST]:
        """All nodes of the function's tree, breadth first."""
        return list(ast.walk(self.node))

    @property
    def is_plain(self) -> bool:
        """Whether no decorator changes what a call of it does."""
        return {ast.unparse(decorator) for decorator in self.node.decorator_list} <= {"staticmethod"}

    @cached_property
    def needs_its_object(self) -> bool:
        """Whether it can only be called on an object or class that the seed does not hold."""
        decorators = {ast.unparse(decorator) for decorator in self.node.decorator_list}
        if decorators & {"property", "classmethod"}:
            return True
        first = [argument.arg for argument in [*self.node.args.posonlyargs, *self.node.args.args]][:1]
        used = {node.id for node in self.nodes if isinstance(node, ast.Name)}
        return bool(first) and first[0] in {"self", "cls"} and bool(used & {first[0], "super", "__class__"})


def function_of(seed: str, docstring: str | None, imports: list[str] | None) -> Function | None:
    """The first top-level function of Python source `seed`; None where there is none or it does not parse."""
    program = (
        "\n".join([*(imports or []), "", "", seed.strip("\n")]).lstrip("\n") if imports else seed.strip("\n")
    )
    tree = parsed(program)
    if tree is None:
        return None
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    if not functions:
        return None
    node = functions[0]
    text = ast.get_docstring(node) or inspect.cleandoc(docstring or "")
    before = tuple(tree.body[: tree.body.index(node)])
    return Function(node.name, node, program, text, before, frozenset(bound_names(tree.body)))


def bound_names(statements: list[ast.stmt]) -> set[str]:
    """Names that the statements bind where they stand: assignments, imports, definitions, loop variables."""
    bound: set[str] = set()
    for statement in statements:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            bound.add(statement.name)
            continue
        for node in ast.walk(statement):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                bound.add(node.id)
            elif isinstance(node, ast.Import | ast.ImportFrom):
                bound |= {(alias.asname or alias.name).split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ExceptHandler | ast.FunctionDef | ast.ClassDef) and node.name:
                bound.add(node.name)
    return bound
