"""The function that a Python seed defines, as its syntax tree tells it, and the parts of its docstring.

What tests or tasks are made of it is said in the files beside this one.
"""

import ast
import inspect
import re
from dataclasses import dataclass

from resources.engines.docstring_rules.concepts import parsed

_PARAMETER_LISTS = re.compile(
    r"^(args|arguments|parameters|params|keyword args|keyword arguments)\s*:?\s*$", re.IGNORECASE
)
_HEADING = re.compile(
    r"^(args|arguments|parameters|params|keyword arguments|returns?|yields?|raises?|notes?|examples?|see also|"
    r"references?|warnings?|todo|attributes|usage|doctest)\s*:?\s*$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Function:
    """One documented top-level function; `program` is what runs: import lines and seed."""

    name: str
    node: ast.FunctionDef | ast.AsyncFunctionDef
    program: str
    docstring: str
    module_names: frozenset[str]

    @property
    def signature(self) -> str:
        """Name and parameters as written, without annotations' loss."""
        return f"{self.name}({ast.unparse(self.node.args)})"

    @property
    def is_method(self) -> bool:
        """Whether it can only be called on an object or class that the seed does not hold."""
        first = [*self.node.args.posonlyargs, *self.node.args.args][:1]
        decorators = {ast.unparse(decorator) for decorator in self.node.decorator_list}
        return bool(first and first[0].arg in {"self", "cls"}) or bool(
            decorators & {"property", "classmethod", "staticmethod"}
        )


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
    return Function(node.name, node, program, text, frozenset(bound_names(tree.body)))


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


def description(docstring: str) -> list[str]:
    """Paragraphs of prose before the first list of parameters, example or other heading."""
    paragraphs: list[str] = []
    lines: list[str] = []
    for line in [*docstring.splitlines(), ""]:
        stripped = line.strip()
        if stripped.startswith(
            (">>>", ":param", ":return", ":rtype", ":raise", ":type", "@param", "@return", "..")
        ):
            break
        if _HEADING.match(stripped) or re.match(r"^[-=~]{3,}$", stripped):
            break
        if stripped:
            lines.append(stripped)
        elif lines:
            paragraphs.append(" ".join(lines))
            lines = []
    if lines:
        paragraphs.append(" ".join(lines))
    return paragraphs


def described_parameters(function: Function) -> dict[str, str]:
    """What the docstring says of each parameter (Sphinx, Google or NumPy form), by name."""
    arguments = function.node.args
    names = [a.arg for a in [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]]
    said: dict[str, str] = {}
    for name in names:
        word = re.escape(name)
        sphinx = re.search(
            rf"^\s*:param(?:\s+[\w\[\], .|]+?)?\s+{word}\s*:\s*(.+?)(?=^\s*:|\n\s*\n|\Z)",
            function.docstring,
            re.M | re.S,
        )
        google = re.search(rf"^\s+\*?{word}\s*(?:\([^)\n]*\))?\s*:\s+(\S.+)$", function.docstring, re.M)
        numpy = re.search(rf"^{word}\s*:[^\n]*\n((?:[ \t]+\S[^\n]*\n?)+)", function.docstring, re.M)
        match = sphinx or google or numpy
        if match:
            said[name] = re.sub(r"\s+", " ", match[1]).strip().rstrip(".")
    return said


def described_result(docstring: str) -> str | None:
    """What the docstring says of the result (Sphinx, Google or NumPy form)."""
    sphinx = re.search(r"^\s*:returns?:\s*(.+?)(?=^\s*:|\n\s*\n|\Z)", docstring, re.M | re.S)
    headed = re.search(r"^\s*Returns:?\s*\n(?:\s*-{3,}\s*\n)?((?:[ \t]*\S[^\n]*\n?)+)", docstring, re.M)
    match = sphinx or headed
    return re.sub(r"\s+", " ", match[1]).strip().rstrip(".") if match else None
