"""Asserts from stated types: the annotated or documented type of the result, for arguments of the stated types.

The weakest of the sources: it shows that the function accepts what it says and gives the type that it says.
Only types that a function states are used; a parameter without type or default makes no test.
"""

import ast
import re

from resources.engines.docstring_rules.function import Function

_SAMPLES = {
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
_CONTAINERS = {
    "list": ("[{0}, {1}]", "[{0}]"),
    "Sequence": ("[{0}, {1}]", "[{0}]"),
    "Iterable": ("[{0}, {1}]", "[{0}]"),
    "Collection": ("[{0}, {1}]", "[{0}]"),
    "List": ("[{0}, {1}]", "[{0}]"),
    "set": ("{{{0}, {1}}}", "{{{0}}}"),
    "Set": ("{{{0}, {1}}}", "{{{0}}}"),
}
_RESULTS = {
    "int": "int", "float": "(int, float)", "str": "str", "bool": "bool", "bytes": "bytes", "list": "list",
    "List": "list", "tuple": "tuple", "Tuple": "tuple", "dict": "dict", "Dict": "dict", "set": "set", "Set": "set",
    "frozenset": "frozenset", "complex": "complex",
}  # fmt: skip
_WORDS = {
    "string": "str", "boolean": "bool", "integer": "int", "str": "str", "bool": "bool", "int": "int",
    "float": "float", "bytes": "bytes", "list": "list", "dict": "dict", "tuple": "tuple", "set": "set",
    "list of str": "list[str]", "list of int": "list[int]", "list[str]": "list[str]", "list[int]": "list[int]",
    "number": "float", "dictionary": "dict", "text": "str",
}  # fmt: skip


def assertions(function: Function) -> list[str]:
    """At most two asserts that the result has its stated type; empty where types are not stated."""
    result = _result_type(function)
    if result is None or isinstance(function.node, ast.AsyncFunctionDef) or function.node.decorator_list:
        return []
    arguments = function.node.args
    positional = [*arguments.posonlyargs, *arguments.args]
    required = positional[: len(positional) - len(arguments.defaults)]
    by_name = [a for a, d in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True) if d is None]
    optional = positional[len(required) :]
    pairs = [_samples(function, argument) for argument in [*required, *by_name]]
    if not pairs:
        first = _samples(function, optional[0]) if optional else None
        pairs, required = ([first], optional[:1]) if first else ([], required)
        if not first:
            return []
    if any(pair is None for pair in pairs):
        return []
    stated: list[str] = []
    for number in (0, 1):
        values = [pair[number] for pair in pairs if pair]
        words = values[: len(required)] + [
            f"{a.arg}={v}" for a, v in zip(by_name, values[len(required) :], strict=True)
        ]
        stated.append(f"assert isinstance({function.name}({', '.join(words)}), {result})")
    return list(dict.fromkeys(stated))


def _result_type(function: Function) -> str | None:
    annotation = function.node.returns
    if annotation is not None:
        return _checkable(annotation)
    match = re.search(r"^\s*:rtype:\s*([\w\[\] ]+?)\s*$", function.docstring, re.M) or re.search(
        r"^\s*Returns:?\s*\n(?:\s*-{3,}\s*\n)?\s*(?:\w+\s+:\s+)?([\w\[\]]+)\s*(?::.*)?$", function.docstring, re.M
    )
    word = _WORDS.get(match[1].strip().lower()) if match else None
    return _RESULTS.get(word.split("[")[0]) if word else None


def _checkable(annotation: ast.expr) -> str | None:
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        try:
            annotation = ast.parse(annotation.value, mode="eval").body
        except SyntaxError:
            return None
    if isinstance(annotation, ast.Subscript):
        annotation = annotation.value
    name = annotation.id if isinstance(annotation, ast.Name) else None
    return _RESULTS.get(name or "")


def _samples(function: Function, argument: ast.arg) -> tuple[str, str] | None:
    """Two values of the parameter's stated type."""
    if argument.annotation is not None:
        return _of_type(ast.unparse(argument.annotation).strip("'\""))
    word = re.escape(argument.arg)
    for pattern in (
        rf"^\s*:type\s+{word}\s*:\s*([\w\[\] ]+?)\s*$",
        rf"^\s*:param\s+([\w\[\]]+)\s+{word}\s*:",
        rf"^\s*{word}\s*\(([\w\[\] ]+?)(?:,\s*optional)?\)\s*:",
        rf"^{word}\s*:\s*([\w\[\] ]+?)(?:,\s*optional.*)?\s*$",
    ):
        match = re.search(pattern, function.docstring, re.M)
        if match and match[1].lower() in _WORDS:
            return _of_type(_WORDS[match[1].lower()])
    return None


def _of_type(written: str) -> tuple[str, str] | None:
    if written in _SAMPLES:
        return _SAMPLES[written]
    match = re.fullmatch(r"(?:typing\.|collections\.abc\.)?(\w+)\[(\w+)\]", written)
    if match and match[1] in _CONTAINERS and match[2] in _SAMPLES:
        first, second = _SAMPLES[match[2]]
        many, one = _CONTAINERS[match[1]]
        return many.format(first, second), one.format(second)
    union = re.fullmatch(r"(\w+)\s*\|\s*(?:None|\w+)", written) or re.fullmatch(r"Optional\[(\w+)\]", written)
    return _SAMPLES.get(union[1]) if union else None
