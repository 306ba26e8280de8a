"""Doors: where methods, engines, filters, forms and sources come in, the project's own and those of others.

A door has a group of entry points (`seedline.<door>`), so that an installed package can add to it, and what the
project brings itself goes the same way. A name of the form `package.module:Name` or `folder/file.py:Name` needs no
entry point. What is behind a door has one type, declared where the door is.
"""

import hashlib
import importlib
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.machinery import SourceFileLoader
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from resources.digests import file_sha256

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
        """What is behind `name`. Raises `DoorError`."""
        place = self.own.get(name) or self._installed().get(name)
        if place is None and ":" not in name:
            raise DoorError(
                f"no {self.noun} {name!r}; there are {', '.join(self.names())}; "
                "one of your own is named as package.module:Name or file.py:Name"
            )
        found = _load(place or name, self.noun)
        if not isinstance(found, self.kind):
            raise DoorError(
                f"{self.noun} {name!r} is of type {type(found).__name__}; "
                f"it must be a {self.kind.__module__}.{self.kind.__qualname__}"
            )
        file = _file_of(name)
        return found if file is None else _with_its_file(found, file)

    def _installed(self) -> dict[str, str]:
        return {one.name: one.value for one in entry_points(group=GROUP + self.name)}


def _load(place: str, noun: str) -> Any:
    module, _, attribute = place.partition(":")
    if (file := _file_of(place)) is not None:
        return _load_from_file(file, attribute, noun)
    try:
        return getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError, ValueError) as error:
        raise DoorError(
            f"{noun} {place!r} cannot be loaded: {error}; it is written as package.module:Name, and "
            "its package must be installed where seedline runs"
        ) from error


def _with_its_file(found: Any, file: Path) -> Any:
    """The same, where it says what belongs to its version, with the file that it is in."""
    if not hasattr(found, "data"):
        return found
    digest = file_sha256(file)
    return replace(found, data=lambda: (*found.data(), digest))


def own_file_digest(name: str) -> str:
    """SHA-256 of the file that `folder/file.py:Name` names; empty where it is another name, or not there."""
    file = _file_of(name)
    return file_sha256(file) if file is not None and file.is_file() else ""


def _file_of(name: str) -> Path | None:
    """The file that `folder/file.py:Name` names."""
    place = name.partition(":")[0]
    return Path(place).expanduser() if place.endswith(".py") else None


def _load_from_file(file: Path, attribute: str, noun: str) -> Any:
    if not file.is_file():
        raise DoorError(f"{noun} {attribute!r}: there is no file {file}")
    module = _module_of(file.resolve(), file_sha256(file), f"{noun} {attribute!r}")
    try:
        return getattr(module, attribute)
    except AttributeError as error:
        there = [name for name in vars(module) if not name.startswith("_")]
        raise DoorError(
            f"{noun} {attribute!r}: {file} has no such name; it has {', '.join(there)}"
        ) from error


@cache
def _module_of(file: Path, digest: str, what: str) -> ModuleType:
    """The file as a module of a name of its own: files may be called alike, and none hides an installed module."""
    name = f"seedline_file_{hashlib.sha256(f'{file} {digest}'.encode()).hexdigest()[:16]}"
    loader = SourceFileLoader(name, str(file))
    module = sys.modules[name] = ModuleType(name)
    module.__file__ = str(file)
    try:
        # not by its compiled form, which is known by time and size alone
        code = loader.source_to_code(loader.get_data(str(file)), str(file))
        exec(code, vars(module))
    except Exception as error:
        del sys.modules[name]
        raise DoorError(f"{what}: {file} cannot be loaded: {type(error).__name__}: {error}") from error
    return module


FOLDER = "folder"
"""In the context of a validation: the folder that relative paths begin at (of the recipe's file)."""


@dataclass(frozen=True)
class Chosen:
    """Annotates a field of settings whose value names, in its field `tag`, what it is the settings of.

    What is behind the door has an attribute `settings`, the model that validates the value:
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
        return core_schema.with_info_plain_validator_function(self._validated)

    def _validated(self, value: Any, info: core_schema.ValidationInfo[Any]) -> BaseModel:
        if isinstance(value, BaseModel) and isinstance(value, self.model(getattr(value, self.tag, ""))):
            return value
        if not isinstance(value, Mapping):
            raise DoorError(f"a mapping with the field {self.tag} is expected")
        name = value.get(self.tag)
        if not isinstance(name, str):
            raise DoorError(f"the field {self.tag} is missing; it is one of {', '.join(self.door.names())}")
        if (file := _file_of(name)) is not None:  # as the asset will look for it, whatever its folder is then
            place = ((info.context or {}).get(FOLDER, Path()) / file).resolve()
            name = f"{place}:{name.partition(':')[2]}"
        model = self.model(name)
        field = model.model_fields.get(self.tag)
        if field is None or (":" in name and field.annotation is not str):
            raise DoorError(f"{model.__name__}, the settings of {name!r}, needs a field `{self.tag}: str`")
        return model.model_validate({**value, self.tag: name}, context=info.context)
