"""What is wrong in a recipe or in the settings, in words: the place, what is allowed there, what was found.

Pydantic says where a value does not fit; here its findings become lines that a person can act on, with the name
that was probably meant. Which file the values came from is said by the caller.
"""

import difflib
from collections.abc import Iterable, Iterator, Mapping
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from resources.doors import Chosen, DoorError

LONGEST_VALUE = 100
"""Characters of a refused value that are shown."""


def problems(
    error: ValidationError, model: type[BaseModel], content: Any = None, *, noun: str = "field"
) -> list[str]:
    """One indented line for everything that is wrong; `noun` is what a name in `model` is called.

    `content` is what was validated: it names the method whose fields are meant, where several can be chosen.
    """
    return [_problem(found, model, content, noun) for found in error.errors()]


def _problem(found: Mapping[str, Any], model: type[BaseModel], content: Any, noun: str) -> str:
    place = ".".join(str(part) for part in found["loc"])
    if found["type"] == "extra_forbidden":
        allowed = fields_at(model, found["loc"][:-1], content)
        return f"  {place}: no such {noun}{did_you_mean(str(found['loc'][-1]), allowed)}"
    if found["type"] == "missing":
        return f"  {place}: missing"
    if place.endswith("_key"):
        return f"  {place}: {found['msg']}"  # it is a secret, even where it is wrong
    return f"  {place}: {found['msg']} (got {_shortened(repr(found['input']))})"


def _shortened(text: str) -> str:
    """A whole stage's settings say nothing that the message does not."""
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]} ..."


def did_you_mean(name: str, allowed: list[str]) -> str:
    """The allowed name nearest to `name`, else all of them, as the end of a message."""
    near = difflib.get_close_matches(name, allowed, n=1)
    if near:
        return f"; did you mean {near[0]!r}?"
    return f"; allowed are {', '.join(allowed)}" if allowed else ""


def fields_at(model: type[BaseModel], place: tuple[int | str, ...], content: Any = None) -> list[str]:
    """Names of the fields of the model at `place` (as pydantic gives it) in `content`; none where the way is lost."""
    annotation: Any = model
    for part in place:
        content = content.get(part) if isinstance(content, Mapping) else None
        annotation = _step(annotation, part, content)
    return sorted({name for found in _models(annotation) for name in found.model_fields})


def _step(annotation: Any, part: int | str, content: Any) -> Any:
    models = list(_models(annotation))
    for model in models:
        if part in model.model_fields:
            field = model.model_fields[str(part)]
            return _chosen(field.metadata, content) or field.annotation
    for model in models:  # pydantic names a member of a union by its tag
        if any(part in get_args(field.annotation) for field in model.model_fields.values() if _is_tag(field)):
            return model
    arguments = get_args(annotation)
    if models:
        return annotation
    inner = (
        arguments[-1] if arguments and arguments[-1] is not Ellipsis else arguments[0] if arguments else None
    )
    return _chosen(getattr(inner, "__metadata__", ()), content) or inner


def _chosen(metadata: Iterable[Any], content: Any) -> Any:
    """The settings model that `content` names, or any that could be; None where nothing is to be chosen."""
    for choice in metadata:
        if isinstance(choice, Chosen):
            name = content.get(choice.tag) if isinstance(content, Mapping) else None
            try:
                return choice.model(str(name))
            except DoorError:
                return Union[tuple(choice.models().values())]  # noqa: UP007 - of a tuple made just now
    return None


def _is_tag(field: Any) -> bool:
    return get_origin(field.annotation) is Literal


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models that a value of this type may be, not those inside lists and mappings."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    elif get_origin(annotation) in (Annotated, Union, UnionType):
        for argument in get_args(annotation):
            yield from _models(argument)
