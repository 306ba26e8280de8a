"""What may be passed for a parameter: two sample values, from its stated type or from how the code uses it.

A type that annotation or docstring states comes first, then the type of its default, then what the code does with
it (`text.split(...)`, `for x in items`). Where none of these speaks, there are no values.
"""

import ast
import re

from resources.engines.docstring_rules.documented import parameters
from resources.engines.docstring_rules.function import Function

SAMPLES = {
    "int": ("3", "8"),
    "float": ("1.5", "2.25"),
    "str": ("'seed line'", "'abc'"),
    "bool": ("True", "False"),
    "bytes": ("b'seed line'", "b'abc'"),
    "list": ("[3, 1, 2]", "[1]"),
    "tuple": ("(3, 1, 2)", "(1,)"),
    "dict": ("{'a': 1, 'b': 2}", "{'a': 1}"),
    "set": ("{1, 2, 3}", "{1}"),
}
"""Two values of each plain type, as source."""

_MANY: dict[str, tuple[str, str]] = dict.fromkeys(
    ("list", "List", "Sequence", "Iterable", "Collection"), ("[{0}, {1}]", "[{0}]")
)
_MANY |= dict.fromkeys(("set", "Set", "frozenset"), ("{{{0}, {1}}}", "{{{0}}}"))
WORDS = {
    "string": "str", "boolean": "bool", "integer": "int", "str": "str", "bool": "bool", "int": "int",
    "float": "float", "bytes": "bytes", "list": "list", "dict": "dict", "tuple": "tuple", "set": "set",
    "list of str": "list[str]", "list of int": "list[int]", "list[str]": "list[str]", "list[int]": "list[int]",
    "list of strings": "list[str]", "list of ints": "list[int]", "list of integers": "list[int]",
    "number": "float", "dictionary": "dict", "text": "str", "a string": "str",
}  # fmt: skip
"""Words for types in documentation."""

_METHODS = {
    "str": {"split", "strip", "lower", "upper", "startswith", "endswith", "splitlines", "rstrip", "lstrip", "title",
            "partition", "rpartition", "rsplit", "isdigit", "isalpha", "encode", "capitalize", "isidentifier",
            "isspace", "isupper", "islower", "casefold", "expandtabs", "zfill", "ljust", "rjust", "swapcase",
            "replace", "format"},
    "dict": {"items", "keys", "values", "get", "setdefault"},
    "list": {"append", "extend", "sort", "insert"},
    "bytes": {"decode", "hex"},
    "int": {"bit_length", "to_bytes"},
}  # fmt: skip
_TAKES = {"len": "list", "sorted": "list", "sum": "list", "enumerate": "list", "list": "list", "reversed": "list",
          "range": "int", "chr": "int", "bin": "int", "abs": "int", "ord": None}  # fmt: skip


def sample_values(function: Function, argument: ast.arg, *, by_use: bool = True) -> tuple[str, str] | None:
    """Two values for `argument` as source text; None where nothing tells its type.

    With `by_use` false only annotation and docstring are asked.
    """
    stated = stated_type(function, argument)
    if stated is not None:
        return of_type(stated)
    if argument.arg in {"self", "cls"}:
        return "None", "None"  # a method that does not look at its object
    if argument.annotation is not None or not by_use:
        return None
    kind = _default_type(function, argument) or _used_as(function, argument.arg)
    return SAMPLES.get(kind or "")


def stated_type(function: Function, argument: ast.arg) -> str | None:
    """The parameter's type as annotation or docstring give it."""
    if argument.annotation is not None:
        return ast.unparse(argument.annotation).strip("'\"")
    said = parameters(function.docstring).get(argument.arg)
    return WORDS.get(said.type.lower()) if said and said.type else None


def of_type(written: str) -> tuple[str, str] | None:
    """Two values of a type as an annotation writes it; None for types that are not plain."""
    written = re.sub(r"\b(typing|t|collections\.abc|abc)\.", "", written)
    if written in SAMPLES:
        return SAMPLES[written]
    pair = re.fullmatch(r"(?:dict|Dict|Mapping)\[(\w+),\s*(\w+)\]", written)
    if pair and pair[1] in SAMPLES and pair[2] in SAMPLES:
        (first, second), (one, two) = SAMPLES[pair[1]], SAMPLES[pair[2]]
        return f"{{{first}: {one}, {second}: {two}}}", f"{{{first}: {one}}}"
    match = re.fullmatch(r"(\w+)\[(\w+)(?:,\s*\.\.\.)?\]", written)
    if match and match[1] in _MANY and match[2] in SAMPLES:
        first, second = SAMPLES[match[2]]
        many, one = _MANY[match[1]]
        return many.format(first, second), one.format(second)
    if match and match[1] in {"tuple", "Tuple"} and match[2] in SAMPLES and "..." in written:
        first, second = SAMPLES[match[2]]
        return f"({first}, {second})", f"({second},)"
    if match and match[1] == "Optional":
        return of_type(match[2])
    union = written.split("|")
    return of_type(union[0].strip()) if len(union) > 1 else None


def _default_type(function: Function, argument: ast.arg) -> str | None:
    arguments = function.node.args
    positional = [*arguments.posonlyargs, *arguments.args]
    pairs = [
        *zip(positional[len(positional) - len(arguments.defaults) :], arguments.defaults, strict=True),
        *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True),
    ]
    for other, default in pairs:
        if other.arg == argument.arg and isinstance(default, ast.Constant):
            return type(default.value).__name__
    return None


def _used_as(function: Function, name: str) -> str | None:
    """The plain type that the code's use of `name` asks for; the use that comes first decides."""
    for node in function.nodes:
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=used), attr=method)) if used == name:
                kinds = [kind for kind, methods in _METHODS.items() if method in methods]
                if kinds:
                    return kinds[0]
            case ast.Call(func=ast.Name(id="isinstance"), args=[ast.Name(id=used), ast.Name(id=kind)]):
                if used == name and kind in SAMPLES:
                    return kind
            case ast.Call(func=ast.Name(id=taker), args=[ast.Name(id=used), *_]) if used == name:
                if _TAKES.get(taker):
                    return _TAKES[taker]
            case ast.Call(func=ast.Attribute(value=ast.Name(id="re")), args=[_, ast.Name(id=used), *_]):
                if used == name:
                    return "str"
            case ast.Call(func=ast.Attribute(attr="join", value=ast.Constant()), args=[ast.Name(id=used)]):
                if used == name:
                    return None
            case ast.For(iter=ast.Name(id=used)) | ast.comprehension(iter=ast.Name(id=used)) if used == name:
                return "list"
            case ast.BinOp(left=left, right=right, op=operator) if not isinstance(operator, ast.Mod):
                kinds = _sides(left, right, name)
                if kinds:
                    return kinds
            case ast.Compare(left=ast.Name(id=used), comparators=[ast.Constant(value=value)]) if used == name:
                kind = type(value).__name__
                if kind in SAMPLES:
                    return kind
            case _:
                pass
    return None


def _sides(left: ast.expr, right: ast.expr, name: str) -> str | None:
    for one, other in ((left, right), (right, left)):
        if isinstance(one, ast.Name) and one.id == name and isinstance(other, ast.Constant):
            kind = type(other.value).__name__
            return kind if kind in {"int", "float", "str"} else None
    return None
