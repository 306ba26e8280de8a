"""A function's body for a task: which way each step is written, and how the steps hang together.

Variants say the same in other code: one expression, step by step, loops, recursion. What a slip is stands with
the operations; who makes slips is decided in `documents`.
"""

import random
import re
from collections.abc import Sequence
from typing import Any

from pipeline_defs.lab.seedling.operations import fill, is_block, runnable
from pipeline_defs.lab.seedling.tasks import Step, Task

LOOP_VARIABLES = {
    "numbers": ("x", "v"),
    "words": ("w", "s"),
    "text": ("c",),
    "number": ("i", "d"),
    "table": ("k",),
}
RESULTS = ("out", "kept", "result", "part", "found")
BOUND = 1000
_CLOSED = re.compile(r"\[.*\]|\w+\(.*\)|\{x\}(\[[^\[\]]*\]|\.\w+\([^()]*\))")


def choose_ways(drawn: random.Random, steps: Sequence[Step], slipped: Sequence[bool]) -> tuple[str, ...]:
    """For each step one of its right ways, or of its slips where `slipped` says so."""
    return tuple(
        drawn.choice(step.operation.slips if slip else step.operation.right)
        for step, slip in zip(steps, slipped, strict=True)
    )


def function(drawn: random.Random, task: Task, ways: Sequence[str], docstring: str | None = None) -> str:
    """The source of the function that takes these `ways`, one a step."""
    lines = [f"def {task.name}({task.argument}):"]
    if docstring is not None:
        lines.append(f'    """{docstring}"""')
    return "\n".join([*lines, *(f"    {line}" for line in body(drawn, task, ways))])


def body(drawn: random.Random, task: Task, ways: Sequence[str]) -> list[str]:
    """The lines of the body, without indentation."""
    only = task.steps[0].operation
    if len(task.steps) == 1 and only.recursive and ways[0] in only.right and drawn.random() < 0.3:
        text = only.recursive.replace("{x}", task.argument).replace("{f}", task.name)
        return text.split("\n")
    value, lines = task.argument, list[str]()
    free = [name for name in RESULTS if name != task.argument]
    for number, (step, way) in enumerate(zip(task.steps, ways, strict=True)):
        last = number == len(task.steps) - 1
        variable = drawn.choice(LOOP_VARIABLES[step.operation.takes])
        result = free.pop(drawn.randrange(len(free)))
        text = fill(way, x=value, o=result, v=variable, k=step.parameter)
        if is_block(way):
            lines += text.split("\n")
            value = result
        elif last or (_nests(way, ways[number + 1]) and drawn.random() < 0.35):
            value = text
        else:
            lines.append(f"{result} = {text}")
            value = result
    return [*lines, f"return {value}"]


def computed(steps: Sequence[Step], ways: Sequence[str], value: Any) -> Any:
    """What `ways` make of `value`; raises what they raise, and OverflowError for steps beyond `BOUND`."""
    for step, way in zip(steps, ways, strict=True):
        if isinstance(value, int) and abs(value) > BOUND:
            raise OverflowError(f"{value} is no input for a small function")
        value = runnable(way, step.parameter)(value)
    return value


def _nests(inner: str, outer: str) -> bool:
    """Whether `inner` may stand in the place of `outer`'s `{x}`: bracketed, and needed only once."""
    return not is_block(outer) and outer.count("{x}") == 1 and _CLOSED.fullmatch(inner) is not None
