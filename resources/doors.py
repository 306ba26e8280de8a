"""Doors: where methods, engines, filters, forms and sources come in, the project's own and those of others.

A door has a group of entry points (`seedline.<door>`), so that an installed package can add to it, and what the
project brings itself goes the same way. A name of the form `package.module:Name` needs no entry point. What stands
behind a door has one type, declared where the door is.
"""

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import entry_points
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

GROUP = "seedline."


Kind = TypeVar("Kind")


class DoorError(ValueError):
    """A name that a door does not know, or that leads to something else; the message says what there is."""


@dataclass(frozen=True)
class Door(Generic[Kind]):
    """One door: its name, the type of what comes in, and what the project brings (name to `module:attribute`)."""

    name: str
    kind: type[Kind]
    own: Mapping[str, str]

    @property
    def noun(self) -> str:
        """What one of its things is called in a message: `instruction method`."""
        return self.name.replace("_", " ").removesuffix("s")

    def names(self) -> list[str]:
        """Every name that can be written: the project's own in their order, then those of installed packages."""
        return [*self.own, *sorted(set(self._installed()) - set(self.own))]

    def open(self, name: str) -> Kind:
        """What stands behind `name`. Raises `DoorError`."""
        place = self.own.get(name) or self._installed().get(name)
        if place is None and ":" not in name:
            raise DoorError(
                f"no {self.noun} {name!r}; there are {', '.join(self.names())}; "
                "one of your own is named as package.module:Name"
            )
        found = _load(place or name, self.noun)
        if not isinstance(found, self.kind):
            raise DoorError(
                f"{self.noun} {name!r} is of type {type(found).__name__}; "
                f"it must be a {self.kind.__module__}.{self.kind.__qualname__}"
            )
        return found

    def _installed(self) -> dict[str, str]:
        return {one.name: one.value for one in entry_points(group=GROUP + self.name)}


def _load(place: str, noun: str) -> Any:
    module, _, attribute = place.partition(":")
    try:
        return getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError, ValueError) as error:
        raise DoorError(
            f"{noun} {place!r} cannot be loaded: {error}; it is written as package.module:Name, and "
            "its package must be installed where seedline runs"
        ) from error


@dataclass(frozen=True)
class Chosen:
    """Annotates a field of settings whose value names, in its field `tag`, what it is the settings of.

    What stands behind the door has an attribute `settings`, the model that validates the value:
    `Annotated[Any, Chosen(DOOR, "method")]`.
    """

    door: Door[Any]
    tag: str

    def model(self, name: str) -> type[BaseModel]:
        """The settings model of `name`. Raises `DoorError`."""
        return self.door.open(name).settings

    def models(self) -> dict[str, type[BaseModel]]:
        """Name to settings model of everything that the door knows."""
        return {name: self.model(name) for name in self.door.names()}

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self._validated)

    def _validated(self, value: Any) -> BaseModel:
        if isinstance(value, BaseModel) and isinstance(value, self.model(getattr(value, self.tag, ""))):
            return value
        if not isinstance(value, Mapping):
            raise DoorError(f"a mapping with the field {self.tag} is expected")
        name = value.get(self.tag)
        if not isinstance(name, str):
            raise DoorError(f"the field {self.tag} is missing; it is one of {', '.join(self.door.names())}")
        return self.model(name).model_validate(value)
