"""Where a benchmark's problems come from, as the settings name it: a path, and which fields say what.

A bare path in the settings is a source of nothing but that. Fields are named where a file is in no published form.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from resources.languages import LANGUAGES, language_named


class BenchmarkSource(BaseModel):
    """One registered benchmark."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: str = Field(
        min_length=1,
        description="a file, a folder of files, hf://datasets/OWNER/NAME[@REVISION][/PATH] on the Hugging Face hub, or "
        "shipped:seedling_held_out, the problems of the demo's model",
    )
    question: str | None = Field(
        default=None, description="field that asks; names a file's fields where it is in no published form"
    )
    solution: str | None = Field(default=None, description="field with the reference solution")
    prompt: str | None = Field(default=None, description="field whose code the solution continues")
    entry_point: str | None = Field(
        default=None, description="field with the name of the solution's function"
    )
    id: str | None = Field(default=None, description="field with the problem's name; null: its number")
    language: str | None = Field(default=None, description="programming language of all its solutions")
    form: str | None = Field(
        default=None,
        description="a form of your own for its records: file.py:NAME, package.module:NAME, or an installed one's "
        "name; null: told by the records' fields",
    )

    @model_validator(mode="before")
    @classmethod
    def _bare_path(cls, value: object) -> object:
        return {"path": str(value)} if isinstance(value, str | Path) else value

    @field_validator("language")
    @classmethod
    def _known_language(cls, value: str | None) -> str | None:
        if value is not None and language_named(value) is None:
            raise ValueError(f"{value!r} is none of the languages {', '.join(LANGUAGES)}")
        return None if value is None else language_named(value)

    @model_validator(mode="after")
    def _question_with_others(self) -> Self:
        others = [name for name in ("solution", "prompt", "entry_point", "id") if getattr(self, name)]
        if self.form is not None and self.question is not None:
            raise ValueError("form reads the records by itself: name either form or question, not both")
        if others and self.question is None:
            raise ValueError(f"{others[0]} names a field and question names none: name the field that asks")
        return self

    @property
    def is_on_hub(self) -> bool:
        """Whether the path is one of the Hugging Face hub."""
        return self.path.startswith("hf://")


Sources = Mapping[str, str | Path | BenchmarkSource]
"""Registered benchmarks by name."""


def as_source(given: str | Path | BenchmarkSource) -> BenchmarkSource:
    """`given` as a source."""
    return given if isinstance(given, BenchmarkSource) else BenchmarkSource(path=str(given))
