"""What the grammar writes: tasks as documents in the forms of the recipes' prompts, by careful and careless authors.

The forms are those of the prompt templates of `instructions` and `candidate_responses` without examples (the test
suite holds the two together), and plain documented functions. A document is prompt and completion.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline_defs.lab.seedling.asserts import UNDEFINED, assert_line, draw_inputs, expected, written
from pipeline_defs.lab.seedling.bodies import choose_ways, computed, function
from pipeline_defs.lab.seedling.tasks import Split, Task, draw_task

CAREFUL = 0.35
"""Share of careful authors; the others make each operation's slip with the slip's popularity."""

CAREFUL_SLIP = 0.06
CARELESS_SNAPSHOT = 0.12
"""Share of careless authors' tests that state what their own function gives, right or wrong."""

CARELESS_WRONG_TEST = 0.13
"""Share of careless authors' tests with one wrong result."""

SHARP = 0.85
"""Share of tests whose inputs are chosen to tell slips."""

ASSERTS = 2
"""Asserts of a document's tests."""

FORMS = {"response": 62, "code": 14, "concepts": 12, "instruction": 12}
"""Weights of the forms of documents."""

DIFFICULTIES = ("easy", "medium", "hard")
CATEGORY = "function implementation"
EXPLANATIONS = ("One step after the other.", "This does each step in turn.")


@dataclass(frozen=True)
class Written:
    """A task as one author wrote it: function and asserts, and whether they are what was asked for."""

    task: Task
    documented: str
    code: str
    tests: str
    right_code: bool
    right_tests: bool


@dataclass(frozen=True)
class Document:
    """A text to learn: `prompt` (empty for plain code) and its `completion`."""

    form: str
    prompt: str
    completion: str


def write(drawn: random.Random, task: Task, *, worked: bool = False) -> Written:
    """`task` by a random author; `worked` tests show, as comments, the results of the steps before the last,
    on tiny inputs."""
    careful = drawn.random() < CAREFUL
    shares = [CAREFUL_SLIP if careful else step.operation.popularity for step in task.steps]
    slipped = [drawn.random() < share for share in shares]
    ways = choose_ways(drawn, task.steps, slipped)
    style = drawn.getrandbits(32)
    code = function(random.Random(style), task, ways)
    documented = function(random.Random(style), task, ways, task.sentence)
    tests, right_tests = _tests(drawn, task, ways, careful=careful, worked=worked)
    return Written(task, documented, code, tests, not any(slipped), right_tests)


def documents(
    seed: int | str, count: int, split: Split = "training", *, worked: bool = False
) -> Iterator[Document]:
    """`count` documents; the same for the same seed on every machine."""
    drawn = random.Random(f"seedling documents {seed}")
    forms, weights = list(FORMS), list(FORMS.values())
    for _ in range(count):
        one = write(drawn, testable_task(drawn, split, tiny=worked), worked=worked)
        yield document(drawn, one, drawn.choices(forms, weights)[0])


def testable_task(drawn: random.Random, split: Split, *, tiny: bool = False) -> Task:
    """A random task that is defined on enough small inputs to be tested."""
    while True:
        task = draw_task(drawn, split)
        if len(draw_inputs(drawn, task, 4, sharp=False, tiny=tiny)) == 4:
            return task


def document(drawn: random.Random, one: Written, form: str) -> Document:
    """`one` in one of `FORMS`."""
    task = one.task
    if form == "code":
        return Document(form, "", one.documented + "\n")
    if form == "concepts":
        return Document(form, concepts_prompt(one.documented), ", ".join(task.concepts))
    if form == "instruction":
        prompt = instruction_prompt(task.concepts, drawn.choice(DIFFICULTIES))
        return Document(form, prompt, task.instruction)
    return Document(form, response_prompt(task.instruction), response(drawn, one))


def concepts_prompt(code: str) -> str:
    """What the recipe asks for concepts with."""
    return f"### Code\n```python\n{code}\n```\n### Concepts\n"


def instruction_prompt(concepts: tuple[str, ...], difficulty: str) -> str:
    """What the recipe asks for an instruction with."""
    return (
        f"### Property\ncategory: {CATEGORY}\nlanguage: python\nconcepts: {', '.join(concepts)}\n"
        f"difficulty: {difficulty}\n### Instruction\n"
    )


def response_prompt(instruction: str) -> str:
    """What the recipe asks for a response with, and how the model's chat template puts a user's turn."""
    return f"### Instruction\n{instruction}\n### Response\n"


def response(drawn: random.Random, one: Written) -> str:
    """The four sections."""
    orders = [step.operation.orders[0].replace("{k}", str(step.parameter)) for step in one.task.steps]
    plan = ", then ".join(orders)
    return (
        f"#### Reasoning\n{plan[0].upper()}{plan[1:]}.\n\n"
        f"#### Implementation\n```python\n{one.code}\n```\n\n"
        f"#### Explanation\n{drawn.choice(EXPLANATIONS)}\n\n"
        f"#### Tests\n```python\n{one.tests}\n```"
    )


def _tests(
    drawn: random.Random, task: Task, ways: tuple[str, ...], *, careful: bool, worked: bool
) -> tuple[str, bool]:
    inputs = draw_inputs(drawn, task, ASSERTS, sharp=drawn.random() < SHARP, tiny=worked)
    results = [expected(task, value) for value in inputs]
    mood = 1.0 if careful else drawn.random()
    stated = list(results)
    followed = tuple(step.operation.right[0] for step in task.steps)
    if mood < CARELESS_SNAPSHOT:
        stated = [_snapshot(task, ways, value, result) for value, result in zip(inputs, results, strict=True)]
        followed = ways
    elif mood < CARELESS_SNAPSHOT + CARELESS_WRONG_TEST:
        place = drawn.randrange(len(stated))
        stated[place] = _mistaken(drawn, stated[place])
    lines: list[str] = []
    for value, result in zip(inputs, stated, strict=True):
        if worked and len(task.steps) > 1:
            lines.append(worked_line(task, followed, value))
        lines.append(assert_line(task, value, result))
    return "\n".join(lines), stated == results


def worked_line(task: Task, ways: Sequence[str], value: object) -> str:
    """A comment with the input and what each step before the last makes of it."""
    shown = [value]
    for number in range(1, len(task.steps)):
        try:
            shown.append(computed(task.steps[:number], ways[:number], value))
        except UNDEFINED:
            break
    return "# " + " > ".join(written(one) for one in shown)


def _snapshot(task: Task, ways: tuple[str, ...], value: object, result: object) -> object:
    try:
        return computed(task.steps, ways, value)
    except UNDEFINED:
        return result


def _mistaken(drawn: random.Random, value: object) -> object:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + drawn.choice((1, -1, 2))
    if isinstance(value, str):
        return value[:-1] if value else "a"
    if isinstance(value, list) and value:
        return value[:-1] if drawn.random() < 0.5 else [*value, value[0]]
    return value
