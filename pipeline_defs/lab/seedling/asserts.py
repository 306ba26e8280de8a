"""Asserts for a task: inputs small enough to be worked out in the head, outputs by running the function.

Inputs are chosen so that they tell the right function from its known slips, as a tester's eye for edge cases
does; how often that eye looks is said by the caller.
"""

import random
from collections.abc import Callable, Sequence
from typing import Any

from pipeline_defs.lab.seedling.bodies import computed
from pipeline_defs.lab.seedling.operations import Kind
from pipeline_defs.lab.seedling.tasks import Step, Task

VOCABULARY = (
    "cat", "dog", "ant", "bee", "owl", "pig", "hen", "fox", "bear", "wolf", "goat", "duck",
    "red", "blue", "pink", "gold", "tea", "oak", "rose", "lake", "moon", "sand", "ox", "apple",
)  # fmt: skip
"""All words that stand in inputs."""

UNDEFINED = (ValueError, IndexError, TypeError, ZeroDivisionError, OverflowError)
"""What a function of the grammar raises where it is not defined."""

CANDIDATES = 7
LARGEST = 400


def draw_inputs(
    drawn: random.Random, task: Task, count: int, *, sharp: bool, tiny: bool = False
) -> list[Any]:
    """`count` different inputs on which the task is defined; `sharp` ones tell its slips from it.

    `tiny` ones hold at most two things each.
    """
    edges = [edge for step in task.steps for edge in step.operation.edge(step.parameter)]
    make = (_TINY if tiny else _MAKERS)[task.kind]
    found: list[Any] = []
    for _ in range(max(60, 4 * count)):
        value = make(drawn, edges)
        if value not in found and expected(task, value) is not None:
            found.append(value)
        if len(found) == (max(CANDIDATES, 2 * count) if sharp else count):
            break
    return _telling(task.steps, found, count) if sharp else found[:count]


def expected(task: Task, value: Any) -> Any:
    """What the task gives for `value`; None where it is undefined or too large to be written down."""
    try:
        result = computed(task.steps, [step.operation.right[0] for step in task.steps], _copy(value))
    except UNDEFINED:
        return None
    return result if _small(result) else None


def assert_line(task: Task, value: Any, result: Any) -> str:
    """`assert f(value) == result`."""
    return f"assert {task.name}({written(value)}) == {written(result)}"


def written(value: Any) -> str:
    """A value as source, texts in double quotes."""
    return repr(value).replace("'", '"')


def slip_versions(steps: Sequence[Step]) -> list[list[str]]:
    """The task with one step slipped, for every slip of every step."""
    right = [step.operation.right[0] for step in steps]
    return [
        [*right[:number], slip, *right[number + 1 :]]
        for number, step in enumerate(steps)
        for slip in step.operation.slips
    ]


def undetected(task: Task, inputs: Sequence[Any]) -> list[list[str]]:
    """The slip versions of `task` that give the right result on all `inputs`."""
    right = [step.operation.right[0] for step in task.steps]
    return [
        slip
        for slip in slip_versions(task.steps)
        if not any(_differs(task.steps, right, slip, value) for value in inputs)
    ]


def _telling(steps: Sequence[Step], found: Sequence[Any], count: int) -> list[Any]:
    """Greedily the inputs that tell most slips not yet told by those before."""
    open_slips = slip_versions(steps)
    right = [step.operation.right[0] for step in steps]
    chosen: list[Any] = []
    rest = list(found)
    while rest and len(chosen) < count:
        told = [[slip for slip in open_slips if _differs(steps, right, slip, value)] for value in rest]
        best = max(range(len(rest)), key=lambda index: len(told[index]))
        chosen.append(rest.pop(best))
        open_slips = [slip for slip in open_slips if slip not in told[best]]
    return chosen


def _differs(steps: Sequence[Step], right: Sequence[str], slip: Sequence[str], value: Any) -> bool:
    try:
        return computed(steps, right, _copy(value)) != computed(steps, slip, _copy(value))
    except UNDEFINED:
        return True


def _small(value: Any) -> bool:
    if isinstance(value, bool | str):
        return len(str(value)) <= 20
    if isinstance(value, int):
        return abs(value) <= LARGEST
    return len(value) <= 9 and all(_small(one) for one in value)


def _copy(value: Any) -> Any:
    return value.copy() if isinstance(value, list | dict) else value


def _integer(drawn: random.Random, edges: Sequence[int]) -> int:
    if edges and drawn.random() < 0.4:
        return drawn.choice(edges)
    return -drawn.randint(1, 6) if drawn.random() < 0.15 else drawn.randint(0, 9)


def _numbers(drawn: random.Random, edges: Sequence[int]) -> list[int]:
    size = drawn.choices((0, 1, 2, 3, 4), (6, 8, 25, 36, 25))[0]
    made = [_integer(drawn, edges) for _ in range(size)]
    if size > 2 and drawn.random() < 0.25:
        made[-1] = made[0]
    return made


def _words(drawn: random.Random, edges: Sequence[int]) -> list[str]:
    return drawn.choices(VOCABULARY, k=drawn.choices((0, 1, 2, 3), (6, 14, 40, 40))[0])


def _text(drawn: random.Random, edges: Sequence[int]) -> str:
    return drawn.choice(VOCABULARY)


def _number(drawn: random.Random, edges: Sequence[int]) -> int:
    return drawn.choices((drawn.randint(1, 9), drawn.randint(10, 40), 0), (75, 18, 7))[0]


def _table(drawn: random.Random, edges: Sequence[int]) -> dict[str, int]:
    keys = drawn.sample(VOCABULARY, drawn.choices((1, 2, 3), (20, 45, 35))[0])
    return {key: abs(_integer(drawn, edges)) for key in keys}


_MAKERS: dict[Kind, Callable[[random.Random, Sequence[int]], Any]] = {
    "numbers": _numbers,
    "words": _words,
    "text": _text,
    "number": _number,
    "table": _table,
}


def _tiny_integer(drawn: random.Random, edges: Sequence[int]) -> int:
    if edges and drawn.random() < 0.45:
        return drawn.choice(edges)
    return -drawn.randint(1, 4) if drawn.random() < 0.12 else drawn.randint(0, 6)


def _tiny_numbers(drawn: random.Random, edges: Sequence[int]) -> list[int]:
    made = [_tiny_integer(drawn, edges) for _ in range(drawn.choices((0, 1, 2), (8, 40, 52))[0])]
    return [made[0], made[0]] if len(made) == 2 and drawn.random() < 0.2 else made


def _tiny_words(drawn: random.Random, edges: Sequence[int]) -> list[str]:
    return drawn.choices(VOCABULARY, k=drawn.choices((0, 1, 2), (8, 40, 52))[0])


def _tiny_number(drawn: random.Random, edges: Sequence[int]) -> int:
    return drawn.randint(0, 6) if drawn.random() < 0.85 else drawn.randint(10, 15)


def _tiny_table(drawn: random.Random, edges: Sequence[int]) -> dict[str, int]:
    keys = drawn.sample(VOCABULARY, drawn.choices((1, 2), (40, 60))[0])
    return {key: abs(_tiny_integer(drawn, edges)) for key in keys}


_TINY: dict[Kind, Callable[[random.Random, Sequence[int]], Any]] = {
    "numbers": _tiny_numbers,
    "words": _tiny_words,
    "text": _text,
    "number": _tiny_number,
    "table": _tiny_table,
}
"""As small as a tester makes them who works every step out."""
