"""Files of worked examples that are beside a stage's prompts: read and checked for form.

What an example is and how a prompt shows it is the stage's matter; so are rules over a whole file.
"""

from importlib.resources.abc import Traversable
from typing import TypeVar

import yaml
from pydantic import BaseModel, TypeAdapter, ValidationError

Example = TypeVar("Example", bound=BaseModel)


def read_examples(file: Traversable, example: type[Example], what: str) -> tuple[Example, ...]:
    """The list of `example` in the YAML `file`; raises `ValueError` that says `what`, where, and what is wrong."""
    try:
        listed = TypeAdapter(tuple[example, ...])  # pyright: ignore[reportInvalidTypeForm] - known when it runs
        return listed.validate_python(yaml.safe_load(file.read_text("utf-8")))
    except (yaml.YAMLError, ValidationError) as error:
        raise ValueError(f"{what} {file} is not well-formed: {error}") from error
