"""What an operation of the grammar is: its words, the right ways to write it and the slips that people make.

Here stand the dataclass and the two makers of filters and maps; the operations themselves are in
`number_operations` and `text_operations`. The grammar is this project's own.
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["numbers", "words", "text", "number", "table", "truth"]
"""Types of the values that operations take and give: list of int, list of str, str, int, dict, bool."""


@dataclass(frozen=True)
class Operation:
    """One step of a task, from a value of kind `takes` to one of kind `gives`.

    `nouns` name the result (`the sum of {x}`), `orders` tell somebody to make it (`add up the numbers`).
    `right` and `slips` are code: an expression over `{x}`, or lines that leave the result in `{o}`. `{v}` is
    the loop's variable, `{k}` the parameter, one of `choices`. A slip is wrong for some input. `popularity` is
    the share of careless authors who make it.
    """

    name: str
    takes: Kind
    gives: Kind
    concept: str
    words: tuple[str, ...]
    nouns: tuple[str, ...]
    orders: tuple[str, ...]
    right: tuple[str, ...]
    slips: tuple[str, ...]
    popularity: float
    choices: tuple[Any, ...] = ()
    edge: Callable[[Any], tuple[int, ...]] = lambda k: ()  # numbers that tell right from wrong
    recursive: str | None = None  # a whole body over {x} that calls {f}; for tasks of one step


def is_block(way: str) -> bool:
    """Whether a way of writing an operation is lines that assign to `{o}` and not an expression."""
    return way.startswith("{o} = ")


@functools.cache
def runnable(way: str, parameter: Any) -> Callable[[Any], Any]:
    """The function that a way of writing an operation computes, for the grammar's own asserts."""
    text = fill(way, x="x", o="o", v="v", k=parameter)
    lines = [*text.split("\n"), "return o"] if is_block(way) else [f"return {text}"]
    scope: dict[str, Any] = {}
    exec("def way(x):\n" + "\n".join(f"    {line}" for line in lines), scope)
    return scope["way"]


def fill(way: str, *, x: str, o: str, v: str, k: Any) -> str:
    """A way of writing with its places filled; braces of code itself are written by tripling them nowhere."""
    filled = way.replace("{x}", x).replace("{o}", o).replace("{v}", v)
    return filled.replace("{k}", str(k))


def keep(
    name: str,
    adjective: str,
    condition: str,
    slip: str,
    popularity: float,
    *,
    kind: Kind = "numbers",
    concept: str,
    words: tuple[str, ...],
    choices: tuple[Any, ...] = (),
    edge: Callable[[Any], tuple[int, ...]] = lambda k: (),
) -> Operation:
    """A filter: `adjective` completes `the numbers that are ...`."""
    many = kind
    right, wrong = _filters(condition), _filters(slip)
    return Operation(
        name,
        kind,
        kind,
        concept,
        words,
        (f"the {many} in {{x}} that {adjective}", f"those of {{x}} that {adjective}"),
        (f"keep the {many} that {adjective}", f"drop all {many} but those that {adjective}"),
        right,
        wrong,
        popularity,
        choices,
        edge,
    )


def each(
    name: str,
    noun: str,
    order: str,
    expression: str,
    slip: str,
    popularity: float,
    *,
    takes: Kind = "numbers",
    gives: Kind = "numbers",
    concept: str,
    words: tuple[str, ...],
    choices: tuple[Any, ...] = (),
) -> Operation:
    """A map: `noun` completes `... of {x}`, `order` `... each number`."""
    one = {"numbers": "number", "words": "word"}[takes]
    return Operation(
        name,
        takes,
        gives,
        concept,
        words,
        (f"{noun} of {{x}}", f"{noun} of the {takes} in {{x}}"),
        (order.replace("{one}", f"each {one}"), order.replace("{one}", f"every {one}")),
        _maps(expression),
        _maps(slip),
        popularity,
        choices,
    )


def step(
    takes: Kind,
    gives: Kind,
    name: str,
    concept: str,
    words: tuple[str, ...],
    nouns: tuple[str, ...],
    orders: tuple[str, ...],
    right: tuple[str, ...],
    slips: tuple[str, ...],
    popularity: float,
    choices: tuple[Any, ...] = (),
    edge: Callable[[Any], tuple[int, ...]] = lambda k: (),
    recursive: str | None = None,
) -> Operation:
    """An operation of any kind, kinds first."""
    return Operation(
        name,
        takes,
        gives,
        concept,
        words,
        nouns,
        orders,
        right,
        slips,
        popularity,
        choices,
        edge,
        recursive,
    )


def _filters(condition: str) -> tuple[str, ...]:
    return (
        f"[{{v}} for {{v}} in {{x}} if {condition}]",
        f"{{o}} = []\nfor {{v}} in {{x}}:\n    if {condition}:\n        {{o}}.append({{v}})",
    )


def _maps(expression: str) -> tuple[str, ...]:
    return (
        f"[{expression} for {{v}} in {{x}}]",
        f"{{o}} = []\nfor {{v}} in {{x}}:\n    {{o}}.append({expression})",
    )
