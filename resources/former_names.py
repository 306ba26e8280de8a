"""Names that an earlier release wrote and that are still read, for one release, with a warning.

Here stand the names alone: which column, field or question is called otherwise now. Ids and keys of the row cache
do not follow a name: what was computed and paid for under the old one is found again.
"""

import warnings
from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import BaseModel, model_validator

COLUMNS = {"licence": "license"}
"""Columns of tables."""

QUESTIONS = {"licence_mix": "license_mix"}
"""Audit questions."""


class ReadsFormerNames(BaseModel):
    """A model that also takes its fields by their `former_names` (former to present)."""

    former_names: ClassVar[Mapping[str, str]] = {}

    @model_validator(mode="before")
    @classmethod
    def _present_names(cls, given: Any) -> Any:
        return present_names(given, cls.former_names) if isinstance(given, Mapping) else given


def present_names(given: Mapping[str, Any], former_names: Mapping[str, str]) -> dict[str, Any]:
    """`given` with its fields under their present names; raises `ValueError` where one is there by both."""
    found: dict[str, Any] = {}
    for name, value in given.items():
        present = former_names.get(name, name)
        if present != name:
            if present in given:
                raise ValueError(
                    f"`{name}` is the former name of `{present}`, and both are given; leave it out"
                )
            warn_of_former_name(name, present, "the recipe or the settings")
        found[present] = value
    return found


def warn_of_former_name(former: str, present: str, where: str) -> None:
    """Say that `where` uses a name that the next release will not know."""
    warnings.warn(
        f"{where}: `{former}` is called `{present}` now; the next release will not know the former name",
        FutureWarning,
        stacklevel=3,
    )
