"""Asserts from examples that a docstring gives in prose: `f(1) -> 2`, `f('a') == 'b'`, "``f(2)`` returns 4".

Only a call of the function itself with literal arguments, followed by a word or arrow that means "gives" and a
literal, is taken. For a function of one argument, a line `literal -> literal` states the same.
"""

import ast
import re

from resources.engines.docstring_rules.concepts import parsed
from resources.engines.docstring_rules.doctests import calls, equality, own_calls, unknown_names
from resources.engines.docstring_rules.function import Function

MOST_EXAMPLES = 24

_GIVES = re.compile(
    r"^[`'\"]{0,2}\s*,?\s*(?:->|-->|=>|==>|===|==|=|→|⇒|#\s*(?:->|=>|==|=|returns?)?|:|"
    r"(?:will\s+|would\s+|should\s+)?(?:returns?|gives?|yields?|becomes?|evaluates?\s+to|results?\s+in|produces?|equals?|is)\b:?)"
    r"\s*[`]{0,2}\s*"
)
_PAIR = re.compile(
    r"^\s*(?:[-*]\s+)?`{0,2}(?P<given>.+?)`{0,2}\s*(?:-+>|=+>|→|⇒|becomes)\s*`{0,2}(?P<gives>.+?)`{0,2}\s*[.,;]?$"
)


def assertions(function: Function) -> list[str]:
    """Asserts for the examples in prose, in their order, each once."""
    prose = "\n".join(
        line for line in function.docstring.splitlines() if not line.strip().startswith((">>>", "..."))
    )
    found = [*_calls_in(prose, function), *_pairs_in(prose, function)]
    return list(dict.fromkeys(found))[:MOST_EXAMPLES]


def _calls_in(prose: str, function: Function) -> list[str]:
    found: list[str] = []
    for match in re.finditer(rf"(?<![\w]){re.escape(function.name)}\(", prose):
        end = _closing(prose, match.end() - 1)
        if end is None:
            continue
        tree = parsed(prose[match.start() : end])
        if tree is None or not calls(tree, function.name):
            continue
        own = own_calls(tree, function, set(function.module_names))
        call = own.body[0].value if isinstance(own.body[0], ast.Expr) else None
        if not isinstance(call, ast.Call) or not _literal_call(call) or unknown_names(own, {function.name}):
            continue
        rest = prose[end:].split("\n", 1)[0]
        gives = _GIVES.match(rest)
        want = literal_at_start(rest[gives.end() :]) if gives else None
        if want is not None:
            stated = equality(ast.unparse(call), want)
            found += [stated] if stated else []
    return found


def _pairs_in(prose: str, function: Function) -> list[str]:
    arguments = function.node.args
    positional = [*arguments.posonlyargs, *arguments.args]
    needed = len(positional) - len(arguments.defaults)
    required_by_name = any(default is None for default in arguments.kw_defaults)
    if needed > 1 or not positional or required_by_name:
        return []
    found: list[str] = []
    for line in prose.splitlines():
        pair = _PAIR.match(line)
        if pair is None:
            continue
        given, gives = _literal(pair["given"]), _literal(pair["gives"])
        if given is not None and gives is not None:
            stated = equality(f"{function.name}({given})", gives)
            found += [stated] if stated else []
    return found


def literal_at_start(text: str) -> str | None:
    """The longest literal that `text` starts with, ended by the line, a backtick or punctuation."""
    text = text.rstrip()
    ends = [len(text), *(match.start() for match in re.finditer(r"[\s`.,;:)#]", text))]
    for end in sorted(set(ends), reverse=True):
        if text[:end].endswith((".", ",")):
            continue  # of the sentence, not of the literal
        follows = text[end : end + 1]
        literal = _literal(text[:end])
        if literal is not None and (not follows or follows in "`.,;)# \t"):
            # "3 or 4", "1 if ...": prose that only begins like a value
            if re.match(r"\s*(or|if|when|and|to|for|in|of|[+*/%-])\b", text[end:]):
                return None
            return literal
    return None


def _literal(text: str) -> str | None:
    text = text.strip()
    try:
        ast.literal_eval(text)
        return ast.unparse(ast.parse(text, mode="eval"))
    except (ValueError, SyntaxError, RecursionError, MemoryError, TypeError):
        return None


def _literal_call(call: ast.Call) -> bool:
    values = [*call.args, *(keyword.value for keyword in call.keywords)]
    return all(_literal(ast.unparse(value)) is not None for value in values)


def _closing(text: str, opening: int) -> int | None:
    """The place after the bracket that closes the one at `opening`, strings passed over."""
    depth, quote, place = 0, "", opening
    while place < min(len(text), opening + 400):
        character = text[place]
        if quote:
            if character == "\\":
                place += 1
            elif character == quote:
                quote = ""
        elif character in "'\"":
            quote = character
        elif character in "([{":
            depth += 1
        elif character in ")]}":
            depth -= 1
            if depth == 0:
                return place + 1
        place += 1
    return None
