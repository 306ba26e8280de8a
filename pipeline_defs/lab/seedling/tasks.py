"""Tasks: operations put together, with a name and a sentence; and which compositions are held out.

A task is held out by its composition: a pair of operations, in either order and at any distance, belongs for
good to training, to development or to the held-out test. Names and phrases play no part in that.
"""

import builtins
import functools
import hashlib
import itertools
import keyword
import random
from dataclasses import dataclass
from typing import Any, Literal

from pipeline_defs.lab.seedling.number_operations import NUMBER_OPERATIONS
from pipeline_defs.lab.seedling.operations import Kind, Operation
from pipeline_defs.lab.seedling.text_operations import TEXT_OPERATIONS

Split = Literal["training", "development", "test"]

OPERATIONS: tuple[Operation, ...] = NUMBER_OPERATIONS + TEXT_OPERATIONS
TEST_SHARE, DEVELOPMENT_SHARE = 0.10, 0.06
"""Shares of all pairs of operations."""

LENGTHS = {"training": (25, 60, 15), "development": (0, 75, 25), "test": (0, 75, 25)}
"""Weights of tasks of one, two and three steps."""

ARGUMENTS: dict[Kind, tuple[str, ...]] = {
    "numbers": ("nums", "scores", "prices", "marks", "ages", "points", "data", "values", "sizes", "bids"),
    "words": ("words", "names", "tags", "labels", "items", "towns", "colours", "pets"),
    "text": ("text", "line", "title", "word", "phrase", "label"),
    "number": ("num", "size", "limit", "level", "amount", "age"),
    "table": ("table", "stock", "votes", "prices", "ages", "scores"),
}
VERBS = ("Return", "Give", "Find", "Compute")


@dataclass(frozen=True)
class Step:
    """An operation with its parameter."""

    operation: Operation
    parameter: Any = None


@dataclass(frozen=True)
class Task:
    """What a function is to do: its steps, its name, its argument's name, and a sentence that says it."""

    steps: tuple[Step, ...]
    name: str
    argument: str
    sentence: str

    @property
    def kind(self) -> Kind:
        """Kind of the argument."""
        return self.steps[0].operation.takes

    @property
    def concepts(self) -> tuple[str, ...]:
        """The concepts of its operations, in their order."""
        return tuple(step.operation.concept for step in self.steps)

    @property
    def instruction(self) -> str:
        """The task as a person would put it to a model."""
        return instruction(self.name, self.sentence)


def instruction(name: str, sentence: str) -> str:
    """The words in which the grammar asks for a function."""
    return f"Write the Python function `{name}`. {sentence}"


@functools.cache
def split_of_pair(first: str, second: str) -> Split:
    """Where the pair of operations of these names belongs, whatever their order."""
    key = ">".join(sorted((first, second)))
    place = int.from_bytes(hashlib.sha256(key.encode()).digest()[:4]) / 2**32
    if place < TEST_SHARE:
        return "test"
    return "development" if place < TEST_SHARE + DEVELOPMENT_SHARE else "training"


def split_of(names: tuple[str, ...]) -> Split:
    """Where a composition belongs: one held-out pair anywhere in it holds it out."""
    found = {split_of_pair(a, b) for a, b in itertools.combinations(names, 2)}
    return "test" if "test" in found else "development" if "development" in found else "training"


@functools.cache
def _following() -> dict[Kind, tuple[Operation, ...]]:
    found: dict[Kind, tuple[Operation, ...]] = {}
    for one in OPERATIONS:
        found[one.takes] = (*found.get(one.takes, ()), one)
    return found


def draw_steps(drawn: random.Random, split: Split) -> tuple[Step, ...]:
    """Random steps of a composition that belongs to `split`; no operation twice."""
    while True:
        wanted = drawn.choices((1, 2, 3), LENGTHS[split])[0]
        chosen = [drawn.choice(OPERATIONS)]
        while len(chosen) < wanted:
            after = [one for one in _following().get(chosen[-1].gives, ()) if one not in chosen]
            if not after:
                break
            chosen.append(drawn.choice(after))
        if len(chosen) == wanted and split_of(tuple(one.name for one in chosen)) == split:
            return tuple(Step(one, drawn.choice(one.choices) if one.choices else None) for one in chosen)


def draw_task(drawn: random.Random, split: Split) -> Task:
    """A random task of `split`."""
    steps = draw_steps(drawn, split)
    argument = drawn.choice(ARGUMENTS[steps[0].operation.takes])
    return Task(steps, _name(drawn, steps, argument), argument, _sentence(drawn, steps, argument))


def _name(drawn: random.Random, steps: tuple[Step, ...], argument: str) -> str:
    words = [drawn.choice(step.operation.words) for step in steps]
    if len(words) > 2:
        words.pop(drawn.randrange(len(words)))
    parts = drawn.choice((words, words[::-1], [*words, argument], [argument, *words]))
    name = "_".join(parts)
    taken = keyword.iskeyword(name) or hasattr(builtins, name) or name == argument
    return f"{name}_{argument}" if taken else name


def _sentence(drawn: random.Random, steps: tuple[Step, ...], argument: str) -> str:
    if drawn.random() < 0.6:
        noun = argument
        for step in steps:
            noun = drawn.choice(step.operation.nouns).replace("{x}", noun)
            noun = noun.replace("{k}", str(step.parameter))
        return f"{drawn.choice(VERBS)} {noun}."
    orders = [drawn.choice(step.operation.orders).replace("{k}", str(step.parameter)) for step in steps]
    told = ", then ".join(orders)
    start = drawn.choice(("Given {x}, {told}.", "Take {x}, {told}.", "From {x}: {told}."))
    return start.replace("{x}", argument).replace("{told}", told)
