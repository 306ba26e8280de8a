"""CodeOcean's bank of good and bad cases: it starts with a few of our own and grows by what the judge said.

For each task the bank keeps the first good and the first bad cases of the run's order, up to a bound. A prompt
shows those that hash lowest with its row, so that a larger bank changes a prompt only where a new case is drawn.
"""

import functools
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib import resources
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from assets.asking.draws import draw_number
from assets.asking.worked_examples import read_examples
from assets.instructions.settings import CodeOceanTask

Quality = Literal["good", "bad"]
FILE = "cases/code_ocean.yaml"


class Case(BaseModel):
    """One worked case with what is to be said of it; `name` is unique (of a grown one: its seed's id)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1)
    task: CodeOceanTask
    quality: Quality
    language: str = Field(min_length=1)
    code: str = Field(min_length=1)
    instruction: str = Field(min_length=1)
    information: str | None
    solution: str = Field(min_length=1)
    analysis: str = Field(min_length=1)


@functools.cache
def start_cases() -> tuple[Case, ...]:
    """The cases every run starts with; an error names the file and what is wrong in it."""
    file = resources.files("assets.instructions").joinpath(FILE)
    cases = read_examples(file, Case, "the bank of cases")
    if len({case.name for case in cases}) < len(cases):
        raise ValueError(f"the bank of cases {file} has two cases of one name")
    return cases


def start_cases_digest() -> str:
    """SHA-256 over the file of the start bank: part of the code version of the stage that shows it."""
    return hashlib.sha256(resources.files("assets.instructions").joinpath(FILE).read_bytes()).hexdigest()


@dataclass(frozen=True)
class CaseBank:
    """The start cases, and up to `most` grown ones for each task and quality, the earliest."""

    most: int
    cases: dict[tuple[CodeOceanTask, Quality], tuple[Case, ...]] = field(default_factory=dict)
    grown: dict[tuple[CodeOceanTask, Quality], int] = field(default_factory=dict)

    @classmethod
    def start(cls, most: int) -> "CaseBank":
        """The bank before the first row."""
        cases: dict[tuple[CodeOceanTask, Quality], tuple[Case, ...]] = {}
        for case in start_cases():
            cases[case.task, case.quality] = (*cases.get((case.task, case.quality), ()), case)
        return cls(most, cases)

    def with_cases(self, judged: Iterable[Case]) -> "CaseBank":
        """The bank with `judged`, in their order, as far as there is room."""
        cases, grown = dict(self.cases), dict(self.grown)
        for case in judged:
            kind = (case.task, case.quality)
            if grown.get(kind, 0) < self.most:
                cases[kind] = (*cases.get(kind, ()), case)
                grown[kind] = grown.get(kind, 0) + 1
        return CaseBank(self.most, cases, grown)

    def draw(
        self, task: CodeOceanTask, quality: Quality, count: int, *, seed: int, row_id: str
    ) -> list[Case]:
        """`count` cases for a row, or as many as there are; the same for a row whatever else is in the frame."""
        there = self.cases.get((task, quality), ())
        ranked = sorted(
            there, key=lambda case: (draw_number(seed, f"{quality} case/{case.name}", row_id), case.name)
        )
        return ranked[:count]
