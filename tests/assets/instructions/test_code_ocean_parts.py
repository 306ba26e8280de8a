"""The four parts of a CodeOcean row, read from what models really write."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assets.instructions.code_ocean_parts import Parts, parse_parts, sentences
from assets.instructions.code_ocean_tasks import TASK_NAMES, task_named

GOOD = """### Task name
code generation
### Instruction
Write a Python function `twice(x)`.
### Information
None
### Solution
```python
def twice(x):
    # ### Instruction
    return 2 * x
```
"""
CODE = "```python\ndef twice(x):\n    # ### Instruction\n    return 2 * x\n```"
WANTED = Parts("Write a Python function `twice(x)`.", None, CODE)


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        GOOD.replace("\n", "\r\n"),
        "Sure! Here is your case:\n\n" + GOOD,
        GOOD + "\n### Analysis\nRule 1: yes - fine\n### More\nOverall: yes",
        GOOD.replace("### Task name", "## **Task Name:**").replace("### Solution", "# SOLUTION"),
        GOOD.replace("### Task name\n", "### Task name: ").replace(
            "### Information\nNone", "### Information: n/a"
        ),
        GOOD.replace("### Task name\n", "task_name: ")
        .replace("### Instruction\n", "Instruction: ", 1)
        .replace("### Information\n", "**Information**: ")
        .replace("### Solution", "solution:"),
        GOOD.replace("None", "No additional information is required."),
        GOOD.replace("None", "<noinput>"),
        GOOD.replace("None", ""),
        GOOD.replace("code generation", "Code Generation"),
    ],
)
def test_the_form_is_read_through_what_stands_around_it(text):
    assert parse_parts(text, "generation") == WANTED


def test_information_is_part_of_the_instruction():
    parts = parse_parts(GOOD.replace("None", "`x` is a number. It may be negative."), "generation")
    assert isinstance(parts, Parts)
    assert parts.information == "`x` is a number. It may be negative."
    assert parts.whole_instruction == f"{WANTED.instruction}\n\n`x` is a number. It may be negative."
    assert WANTED.whole_instruction == WANTED.instruction


def test_code_in_the_information_is_no_sentence():
    code = "This is it.\n````go\n// One. Two. Three.\n```\nx. y. z.\n````"
    text = GOOD.replace("None", code).replace("code generation", "Code Repair")
    parts = parse_parts(text, "repair")
    assert isinstance(parts, Parts) and parts.information == code


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "no task name, instruction, information, solution"),
        ("I cannot help with that.", "no task name"),
        (GOOD.replace("### Information\nNone\n", ""), "no information"),
        (GOOD.replace("### Solution\n", ""), "no solution"),
        (GOOD.split("### Solution")[0] + "### Solution\n  \n", "solution is empty"),
        (GOOD.replace("Write a Python function `twice(x)`.", ""), "instruction is empty"),
        (GOOD.replace("code generation", ""), "task name is empty"),
        (
            GOOD.replace("code generation", "code repair"),
            "the task is 'code repair', asked was 'code generation'",
        ),
        (GOOD.replace("code generation", "poetry"), "the task is 'poetry'"),
        (GOOD + GOOD, "not the four parts in their order"),
        (GOOD + "### Solution\nAnother", "not the four parts in their order"),
        (GOOD + "### Explanation\nIt doubles.", "a part that was not asked for: Explanation"),
        (GOOD.removesuffix("```\n"), "a code block is not closed"),
        (GOOD.replace("`twice(x)`.", "`twice(x)`. Make it fast. Test it."), "instruction of 3 sentences"),
        (GOOD.replace("None", "One. Two! Three?"), "information of 3 sentences"),
        (
            "### Instruction\na\n### Task name\ncode generation\n### Information\n-\n### Solution\nb",
            "not the four parts in their order: instruction, task name",
        ),
    ],
)
def test_what_is_not_these_four_is_named(text, fault):
    assert fault in str(parse_parts(text, "generation"))


def test_labels_in_the_prose_of_a_solution_are_no_parts_where_headings_are():
    text = GOOD.replace("code generation", "code summarisation").replace(
        CODE, "It has\nInformation: none at all."
    )
    parts = parse_parts(text, "summarisation")
    assert isinstance(parts, Parts) and parts.solution == "It has\nInformation: none at all."


def test_tasks_are_known_by_how_models_spell_them():
    assert all(task_named(name) == task for task, name in TASK_NAMES.items())
    assert task_named("Code Summarization") == "summarisation"
    assert task_named("bug fixing") == "repair"
    assert task_named("generation and translation") is None


@pytest.mark.parametrize(
    ("text", "count"), [("", 0), ("One", 1), ("A `x.y` b.", 1), ("A. B", 2), ("A?\nB!", 2)]
)
def test_sentences_are_counted_as_published(text, count):
    assert sentences(text) == count


@given(st.text())
def test_any_text_is_parts_or_a_fault(text):
    assert isinstance(parse_parts(text, "generation"), Parts | str)


word = st.text(st.characters(categories=["Ll", "Lu"]), min_size=1, max_size=12)


@given(word, st.none() | word, word, st.sampled_from(sorted(TASK_NAMES)))
def test_parts_written_are_parts_read(instruction, information, solution, task):
    told = information if information is None else f"about {information}"
    text = (
        f"### Task name\n{TASK_NAMES[task]}\n### Instruction\n{instruction}\n"
        f"### Information\n{told}\n### Solution\n{solution}"
    )
    assert parse_parts(text, task) == Parts(instruction, told, solution)
