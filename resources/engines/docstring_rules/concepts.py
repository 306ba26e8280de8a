"""Programming concepts that a piece of source shows, by rule: constructs and calls for Python, words elsewhere.

The list is a baseline's, short and certain, not what a model would see in the code.
"""

import ast
import re
import warnings

_NODES: dict[type[ast.AST], str] = {
    ast.ListComp: "list comprehension",
    ast.DictComp: "dictionary comprehension",
    ast.SetComp: "set comprehension",
    ast.GeneratorExp: "generator expression",
    ast.Lambda: "anonymous functions",
    ast.Yield: "generators",
    ast.YieldFrom: "generators",
    ast.Await: "asynchronous code",
    ast.JoinedStr: "string formatting",
    ast.Try: "exception handling",
    ast.Raise: "raising exceptions",
    ast.With: "context managers",
    ast.While: "while loops",
    ast.For: "iteration",
    ast.Slice: "slicing",
    ast.IfExp: "conditional expressions",
    ast.BitAnd: "bit manipulation",
    ast.BitXor: "bit manipulation",
    ast.LShift: "bit manipulation",
    ast.RShift: "bit manipulation",
    ast.Mod: "modular arithmetic",
    ast.Starred: "unpacking",
    ast.Match: "pattern matching",
    ast.NamedExpr: "assignment expressions",
    ast.Nonlocal: "closures",
    ast.AugAssign: "accumulation",
    ast.If: "conditional logic",
    ast.Tuple: "tuples",
    ast.Dict: "dictionaries",
    ast.Compare: "comparisons",
}

_CALLS = {
    "sorted": "sorting",
    "sort": "sorting",
    "join": "string joining",
    "split": "string splitting",
    "splitlines": "string splitting",
    "format": "string formatting",
    "replace": "string replacement",
    "strip": "string cleaning",
    "lower": "letter case",
    "upper": "letter case",
    "startswith": "prefix matching",
    "endswith": "suffix matching",
    "isinstance": "type checks",
    "enumerate": "enumeration",
    "zip": "parallel iteration",
    "map": "mapping functions",
    "filter": "filtering",
    "reduce": "folding",
    "sum": "summation",
    "min": "minimum and maximum",
    "max": "minimum and maximum",
    "len": "lengths",
    "range": "ranges",
    "any": "Boolean aggregation",
    "all": "Boolean aggregation",
    "compile": "regular expressions",
    "sub": "regular expressions",
    "match": "regular expressions",
    "findall": "regular expressions",
    "heappush": "heaps",
    "heappop": "heaps",
    "deque": "queues",
    "defaultdict": "default dictionaries",
    "Counter": "counting",
    "set": "sets",
    "frozenset": "sets",
    "getattr": "attribute access",
    "setdefault": "dictionaries",
    "items": "dictionaries",
    "encode": "text encoding",
    "decode": "text encoding",
    "next": "iterators",
    "iter": "iterators",
    "round": "rounding",
    "divmod": "integer division",
    "reversed": "reversal",
    "append": "building lists",
}

_WORDS = {
    r"\b(for|foreach|while|loop)\b": "iteration",
    r"\b(if|switch|match|case)\b": "conditional logic",
    r"\b(try|catch|throw|throws|except|panic|rescue)\b": "error handling",
    r"\b(sort|sorted|sortBy|OrderBy)\b": "sorting",
    r"\b(map|filter|reduce|collect|select)\b": "higher-order functions",
    r"\b(async|await|Promise|Future)\b": "asynchronous code",
    r"\b(string|String|str|char)\b": "strings",
    r"\[\s*\]|\b(array|Array|List|Vec|vector|slice)\b": "arrays",
    r"\b(Map|HashMap|Dictionary|dict|hash)\b": "hash maps",
    r"\b(regex|Regex|RegExp|preg_match|regexp)\b": "regular expressions",
    r"\b(class|struct|interface|trait|impl)\b": "types",
    r"<<|>>|\^": "bit manipulation",
    r"%": "modular arithmetic",
}

MOST = 6


def concepts(seed: str, language: str) -> list[str]:
    """At most six concepts that `seed` shows, the rarer constructs first; at least one."""
    found = _python(seed) if language == "python" else []
    if not found:
        found = [name for pattern, name in _WORDS.items() if re.search(pattern, seed)]
    return list(dict.fromkeys(found))[:MOST] or ["functions"]


def parsed(source: str) -> ast.Module | None:
    """The syntax tree of Python `source`; None where it is no valid program."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _python(seed: str) -> list[str]:
    tree = parsed(seed)
    if tree is None:
        return []
    nodes = list(ast.walk(tree))
    functions = [node for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    called = {_called_name(node) for node in nodes if isinstance(node, ast.Call)}
    found: list[str] = []
    if any(function.name in called for function in functions):
        found.append("recursion")
    if len(functions) > 1:
        found.append("nested functions")
    found += [name for call, name in _CALLS.items() if call in called]
    kinds = {type(node) for node in nodes}
    found += [name for kind, name in _NODES.items() if kind in kinds]
    return found


def _called_name(node: ast.Call) -> str:
    if isinstance(node.func, ast.Name):
        return node.func.id
    return node.func.attr if isinstance(node.func, ast.Attribute) else ""
