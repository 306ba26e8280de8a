"""What the lab reads: a dump of code that seedling was not trained on, and the held-out problems.

The dump is in The Stack's form, by the same careful and careless authors, and holds copies as the world's code
does. The problems are in HumanEval's form and of compositions that are in no dump and no training document.
"""

import json
import random
from collections.abc import Iterator
from pathlib import Path

from pipeline_defs.lab.seedling.asserts import draw_inputs, expected, undetected, written
from pipeline_defs.lab.seedling.bodies import choose_ways, function
from pipeline_defs.lab.seedling.documents import testable_task, write
from pipeline_defs.lab.seedling.tasks import Split, Task

COPIES = 0.3
"""Share of functions that were copied from another repository, under a name of their own."""

OFTEN_COPIED = 60
"""Functions that all copies are made of."""

FUNCTIONS_A_FILE = 4
ASSERTS = 8
"""Asserts of a problem; together they tell every single slip."""


def write_dump(folder: Path, *, seed: int, functions: int) -> None:
    """Write a dump of `functions` documented functions as JSON lines (`content, path, max_stars_repo_name, ...`)."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "python.jsonl").open("w", encoding="utf-8") as file:
        for row in dump_files(seed, functions):
            file.write(json.dumps(row) + "\n")


def dump_files(seed: int, functions: int) -> Iterator[dict[str, str]]:
    """The files of a dump, as rows of The Stack's form."""
    sources = list(dump_functions(seed, functions))
    for number, start in enumerate(range(0, len(sources), FUNCTIONS_A_FILE)):
        yield {
            "content": "\n\n\n".join(sources[start : start + FUNCTIONS_A_FILE]) + "\n",
            "language": "python",
            "repo": f"grammar/part_{number // 50}",
            "path": f"module_{number}.py",
            "commit": f"{seed:040x}",
            "license": "Apache-2.0",
        }


def dump_functions(seed: int, functions: int) -> Iterator[str]:
    """The functions of a dump, in its order."""
    drawn = random.Random(f"seedling dump {seed}")
    popular: list[tuple[Task, str]] = []
    for _ in range(functions):
        if len(popular) == OFTEN_COPIED and drawn.random() < COPIES:
            task, source = drawn.choice(popular)
            name = f"{task.name}_{drawn.choice(('copy', 'new', 'of_mine', 'alt', 'again'))}"
            yield source.replace(f"{task.name}(", f"{name}(")
            continue
        one = write(drawn, testable_task(drawn, "training"))
        if len(popular) < OFTEN_COPIED:
            popular.append((one.task, one.documented))
        yield one.documented


def write_problems(path: Path, *, seed: int, count: int, split: Split = "test") -> None:
    """Write `count` different problems of `split` as JSON lines in HumanEval's form."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8") as file:
        for number, problem in enumerate(problems(seed, count, split)):
            file.write(json.dumps({"task_id": f"Seedling/{split}/{number}", **problem}) + "\n")


def problems(seed: int, count: int, split: Split) -> Iterator[dict[str, str]]:
    """`count` problems of `split`, no sentence twice: `prompt, entry_point, canonical_solution, test`."""
    drawn = random.Random(f"seedling problems {split} {seed}")
    seen: set[str] = set()
    while len(seen) < count:
        task = testable_task(drawn, split)
        inputs = draw_inputs(drawn, task, ASSERTS, sharp=True)
        if task.sentence in seen or len(inputs) < ASSERTS or undetected(task, inputs):
            continue
        seen.add(task.sentence)
        ways = choose_ways(drawn, task.steps, [False] * len(task.steps))
        head, *body = function(drawn, task, ways).split("\n")
        lines = [
            f"    assert candidate({written(value)}) == {written(expected(task, value))}" for value in inputs
        ]
        yield {
            "prompt": f'{head}\n    """{task.sentence}"""\n',
            "entry_point": task.name,
            "canonical_solution": "\n".join(body) + "\n",
            "test": "\n".join(["def check(candidate):", *lines]) + "\n",
        }
