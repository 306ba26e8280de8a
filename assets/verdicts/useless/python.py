"""Useless Python answers, by its own syntax tree: the names that the tests mention, with nothing behind them."""

import ast
import re

from assets.verdicts.useless.form import Form

ODD = "a useless value"

_BODY = {
    Form.THROWS: 'raise RuntimeError("useless")',
    Form.NOTHING: "return None",
    Form.ODD: f"return {ODD!r}",
}
_VALUE = {Form.THROWS: "None", Form.NOTHING: "None", Form.ODD: repr(ODD)}
_NOT_MADE = frozenset(("__init__", "__new__", "__init_subclass__", "__class_getitem__"))


def useless(code: str, tests: str, form: Form) -> str | None:
    """See `assets.verdicts.useless.useless`."""
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    mentioned = set(re.findall(r"[^\W\d]\w*", tests))
    every = "*" in mentioned or re.search(r"\b(?:globals|vars|locals|__dict__|getmembers|dir)\b", tests)
    imports: list[str] = []
    made: dict[str, str] = {}
    changed = False
    for node in _top(tree.body):
        if isinstance(node, ast.Import | ast.ImportFrom):
            bound = {alias.asname or alias.name.partition(".")[0] for alias in node.names}
            if "*" in bound or bound & mentioned:
                imports.append(ast.unparse(node))
            continue
        for name, text in _definitions(node, form):
            if every or name in mentioned:
                made[name] = text
                changed = True
    if not changed and not _has_names(tree):
        return None
    return "\n".join([*sorted(set(imports)), *(made[name] for name in sorted(made))]) + "\n"


def _has_names(tree: ast.Module) -> bool:
    """Whether the answer defines anything at all: a program without a name is judged by what it prints."""
    return any(_definitions(node, Form.THROWS) for node in _top(tree.body))


def _top(body: list[ast.stmt]) -> list[ast.stmt]:
    """Statements of the module, those behind `if` and `try` too, where names may be bound."""
    found: list[ast.stmt] = []
    for node in body:
        if isinstance(node, ast.If | ast.Try | ast.With | ast.For | ast.While):
            for inner in ("body", "orelse", "finalbody"):
                found += _top(getattr(node, inner, []))
            for handler in getattr(node, "handlers", []):
                found += _top(handler.body)
        else:
            found.append(node)
    return found


def _definitions(node: ast.stmt, form: Form) -> list[tuple[str, str]]:
    """(name, useless text) of what one statement binds."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        word = "async def" if isinstance(node, ast.AsyncFunctionDef) else "def"
        return [(node.name, f"{word} {node.name}(*_, **__):\n    {_BODY[form]}")]
    if isinstance(node, ast.ClassDef):
        return [(node.name, _class(node, form))]
    targets: list[ast.expr] = []
    if isinstance(node, ast.Assign):
        targets = node.targets
    elif isinstance(node, ast.AnnAssign | ast.AugAssign):
        targets = [node.target]
    value = getattr(node, "value", None)
    names = [
        inner.id
        for target in targets
        for inner in ast.walk(target)
        if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store)
    ]
    if isinstance(value, ast.Lambda | ast.Call):  # may be a function: `partial(...)`, `cache(f)`
        return [(name, f"def {name}(*_, **__):\n    {_BODY[form]}") for name in names]
    return [(name, f"{name} = {_VALUE[form]}") for name in names]


def _class(node: ast.ClassDef, form: Form) -> str:
    """A class of that name: an exception stays one, of all others no object can be made or none does anything."""
    bases = [ast.unparse(base) for base in node.bases]
    if any(re.search(r"(?:Error|Exception|Warning)$", base) for base in bases):
        return f"class {node.name}(Exception):\n    pass"
    body = _BODY[form]
    lines = [f"class {node.name}:"]
    if form is Form.THROWS:
        lines += ["    def __init__(self, *_, **__):", f"        {body}"]
    else:
        lines += ["    def __init__(self, *_, **__):", "        pass"]
    lines += ["    def __getattr__(self, name):", "        if name.startswith('__'):",
              "            raise AttributeError(name)", f"        return lambda *_, **__: {_VALUE[form]}"]  # fmt: skip
    for inner in node.body:
        if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef):
            special = inner.name.startswith("__") and inner.name.endswith("__")
            if special and inner.name not in _NOT_MADE:
                lines += [f"    def {inner.name}(self, *_, **__):", f"        {body}"]
            elif any(_word(each) in ("staticmethod", "classmethod") for each in inner.decorator_list):
                lines += ["    @staticmethod", f"    def {inner.name}(*_, **__):", f"        {body}"]
        else:
            for name, text in _definitions(inner, form):
                if not isinstance(inner, ast.ClassDef):
                    lines.append("    " + text.replace("\n", "\n    "))
                else:
                    lines += [f"    {line}" for line in text.split("\n")]
                del name
    return "\n".join(lines)


def _word(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else ""


def function_bodies(code: str) -> list[tuple[str, str]]:
    """See `assets.verdicts.useless.function_bodies`; docstrings left out."""
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    lines = code.splitlines()
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = (
                node.body[1] if ast.get_docstring(node) is not None and len(node.body) > 1 else node.body[0]
            )
            found.append((node.name, "\n".join(lines[first.lineno - 1 : node.end_lineno])))
    return found
