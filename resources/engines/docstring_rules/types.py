"""Asserts on the type of the result, for arguments that fit: the weakest of the sources, and said to be so.

The type comes from the annotation, from the docstring ("Return True if ...", `:rtype: str`), or from what every
`return` of the code builds. It shows that the function accepts what it says and gives the kind of thing it says.
"""

import ast
import re

from resources.engines.docstring_rules.documented import result_type
from resources.engines.docstring_rules.function import Function
from resources.engines.docstring_rules.parameters import WORDS, sample_values

_RESULTS = {
    "int": "int", "float": "(int, float)", "str": "str", "bool": "bool", "bytes": "bytes", "list": "list",
    "List": "list", "tuple": "tuple", "Tuple": "tuple", "dict": "dict", "Dict": "dict", "set": "set", "Set": "set",
    "frozenset": "frozenset", "complex": "complex",
}  # fmt: skip
_BUILDERS = (
    {"str", "int", "bool", "list", "dict", "set", "tuple", "frozenset", "bytes"}
    | {"sorted", "len", "any"}
    | {"all", "isinstance", "hasattr", "repr", "issubclass", "callable"}
)
_BUILDER_TYPES = {"sorted": "list", "len": "int", "any": "bool", "all": "bool", "isinstance": "bool", "hasattr": "bool",
                  "repr": "str", "issubclass": "bool", "callable": "bool"}  # fmt: skip
_TEXT_METHODS = {
    "join",
    "format",
    "strip",
    "lower",
    "upper",
    "replace",
    "title",
    "rstrip",
    "lstrip",
    "capitalize",
}
_TRUTH_METHODS = {
    "startswith",
    "endswith",
    "isdigit",
    "isalpha",
    "issubset",
    "isidentifier",
    "isupper",
    "islower",
}


def assertions(function: Function) -> list[str]:
    """At most two asserts that the result has its type; empty where result or arguments have no known type."""
    node = function.node
    if isinstance(node, ast.AsyncFunctionDef) or not function.is_plain:
        return []
    stated = stated_result(function)
    result = stated or _built(node)
    if result is None:
        return []
    arguments = node.args
    positional = [*arguments.posonlyargs, *arguments.args]
    required = positional[: max(len(positional) - len(arguments.defaults), 1)]
    by_name = [a for a, d in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True) if d is None]
    pairs = [sample_values(function, argument) for argument in [*required, *by_name]]
    if not pairs or any(pair is None for pair in pairs):
        return []
    sure = all(sample_values(function, argument, by_use=False) for argument in [*required, *by_name])
    asserts: list[str] = []
    for number in (0, 1) if sure and stated else (0,):
        values = [pair[number] for pair in pairs if pair]
        words = values[: len(required)] + [
            f"{a.arg}={v}" for a, v in zip(by_name, values[len(required) :], strict=True)
        ]
        asserts.append(f"assert isinstance({function.name}({', '.join(words)}), {result})")
    return list(dict.fromkeys(asserts))


def stated_result(function: Function) -> str | None:
    """What `isinstance` should compare the result with, as annotation or docstring state it."""
    if function.node.returns is not None:
        return _checkable(function.node.returns)
    docstring = function.docstring
    said = result_type(docstring)
    word = WORDS.get(said.lower()) if said else None
    if word:
        return _RESULTS.get(word.split("[")[0])
    if re.match(r"(Returns?|Check|Tests?|Determines?)\s+(`*True`*\s+(if|when|iff)|whether|if)\b", docstring):
        return "bool" if _built(function.node) in {None, "bool"} else None
    return None


def _checkable(annotation: ast.expr) -> str | None:
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        try:
            annotation = ast.parse(annotation.value, mode="eval").body
        except SyntaxError:
            return None
    if isinstance(annotation, ast.Subscript):
        annotation = annotation.value
    name = annotation.attr if isinstance(annotation, ast.Attribute) else getattr(annotation, "id", "")
    return _RESULTS.get(name)


def _built(node: ast.AST) -> str | None:
    """The one type that every `return` of the function builds; None where they differ or cannot be told."""
    kinds: set[str | None] = set()
    pending = list(ast.iter_child_nodes(node))
    while pending:
        part = pending.pop()
        if isinstance(part, ast.Yield | ast.YieldFrom):
            return None
        if isinstance(part, ast.Return):
            kinds.add(_kind(part.value, node))
        if not isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            pending.extend(ast.iter_child_nodes(part))
    return kinds.pop() if len(kinds) == 1 else None


def _kind(value: ast.expr | None, within: ast.AST | None) -> str | None:
    match value:
        case ast.Constant(value=constant) if constant is not None:
            return type(constant).__name__ if type(constant).__name__ in _RESULTS else None
        case ast.JoinedStr():
            return "str"
        case ast.List() | ast.ListComp():
            return "list"
        case ast.Dict() | ast.DictComp():
            return "dict"
        case ast.Set() | ast.SetComp():
            return "set"
        case ast.Tuple():
            return "tuple"
        case ast.Compare() | ast.UnaryOp(op=ast.Not()):
            return "bool"
        case ast.BoolOp(values=parts) if all(_kind(part, within) == "bool" for part in parts):
            return "bool"
        case ast.BinOp(left=ast.Constant(value=str()), op=ast.Mod() | ast.Add()):
            return "str"
        case ast.BinOp(left=left, right=right, op=ast.Add()):
            kinds = {_kind(left, within), _kind(right, within)} - {None}
            return kinds.pop() if len(kinds) == 1 and kinds <= {"str", "list"} else None
        case ast.IfExp(body=body, orelse=other) if _kind(body, within) == _kind(other, within):
            return _kind(body, within)
        case ast.Call(func=ast.Name(id=builder)) if builder in _BUILDERS:
            return _BUILDER_TYPES.get(builder, builder)
        case ast.Call(func=ast.Attribute(attr=method, value=on)):
            if method in _TRUTH_METHODS:
                return "bool"
            return "str" if method in _TEXT_METHODS and not isinstance(on, ast.Attribute) else None
        case ast.Name(id=name) if within is not None:
            return _assigned(name, within)
        case _:
            return None


def _assigned(name: str, within: ast.AST) -> str | None:
    """The type of a local that starts as an empty or literal container and is only ever built up."""
    values = [
        part.value
        for part in ast.walk(within)
        if isinstance(part, ast.Assign)
        and any(isinstance(t, ast.Name) and t.id == name for t in part.targets)
    ]
    # names among the values are not followed: they might lead in a circle
    kinds = {_kind(value, None) for value in values}
    return kinds.pop() if len(kinds) == 1 else None
