"""The few-shot banks: worked examples from seed to tests, one YAML file a language, written for this project.

Here they are read, checked for form and drawn from. That each example's code passes its own tests is shown by
the test suite, which runs them; what a prompt shows of an example is up to the prompt's template.
"""

import functools
import random
from collections.abc import Sequence
from importlib import resources
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from assets.asking.draws import draw_number
from assets.asking.worked_examples import read_examples
from resources.digests import contents_sha256, folder_contents

NEXT_EXAMPLE = "\n## Example"
"""What a base model writes when it goes on to the next example: the stop of the completion prompts."""


class Example(BaseModel):
    """One worked example; `code` and `tests` are plain source in `language`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1)
    language: str = Field(min_length=1)
    seed: str = Field(min_length=1)
    concepts: tuple[str, ...] = Field(min_length=1)
    category: str = Field(min_length=1)
    difficulty: Literal["easy", "medium", "hard"]
    instruction: str = Field(min_length=1)
    reasoning: str = Field(min_length=1)
    code: str = Field(min_length=1)
    explanation: str = Field(min_length=1)
    tests: str = Field(min_length=1)


@functools.cache
def bank(language: str) -> tuple[Example, ...]:
    """All examples in `language`, in the file's order; an error names the file and what is wrong in it."""
    file = resources.files("assets.instructions").joinpath("few_shot", f"{language}.yaml")
    if not file.is_file():
        raise ValueError(
            f"no few-shot bank for language {language!r}: write assets/instructions/few_shot/{language}.yaml"
        )
    examples = read_examples(file, Example, "few-shot bank")
    names = [example.name for example in examples]
    if len(set(names)) < len(names):
        raise ValueError(f"few-shot bank {file} has two examples of one name")
    return examples


def bank_digest() -> str:
    """SHA-256 over all bank files: part of the code version of the stages that show examples."""
    return contents_sha256(
        folder_contents(resources.files("assets.instructions").joinpath("few_shot"), (".yaml",))
    )


def draw_shots(
    examples: Sequence[Example], count: int, *, seed: int, purpose: str, row_id: str
) -> list[Example]:
    """`count` different examples in random order, drawn for this row: the same whatever the frame's order.

    All of them where the bank holds fewer.
    """
    # a generator of its own for each row: published as seed + row index, here seed with the row's id
    return random.Random(draw_number(seed, purpose, row_id)).sample(list(examples), min(count, len(examples)))
