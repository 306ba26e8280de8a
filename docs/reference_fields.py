"""The fields of a settings model as Markdown: path, type, default and meaning, section by section."""

import types
import typing
from collections.abc import Iterator
from enum import StrEnum
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from assets.publishing.markdown import cell, table
from resources.doors import Chosen


def fields_of(model: type[BaseModel]) -> str:
    """Sections of `model` and of every model in its fields: a table of fields each."""
    return "".join(_section(path, one) for path, one in walk(model))


def walk(model: type[BaseModel], path: str = "") -> Iterator[tuple[str, type[BaseModel]]]:
    """`model` and the models in its fields, each once, with the path that leads to it."""
    seen: set[type[BaseModel]] = set()

    def visit(one: type[BaseModel], at: str) -> Iterator[tuple[str, type[BaseModel]]]:
        if one in seen:
            return
        seen.add(one)
        yield at, one
        for name, field in one.model_fields.items():
            below = f"{at}.{name}" if at else name
            for inner, many in [*_models(field.annotation), *_chosen(field)]:
                yield from visit(inner, f"{below}.<name>" if many else below)

    yield from visit(model, path)


def _models(annotation: Any, many: bool = False) -> Iterator[tuple[type[BaseModel], bool]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation, many
    many = many or typing.get_origin(annotation) is dict
    for inner in typing.get_args(annotation):
        yield from _models(inner, many)


def _chosen(field: FieldInfo) -> Iterator[tuple[type[BaseModel], bool]]:
    """The models that a field can hold by the name of what they are the settings of."""
    for choice in field.metadata:
        if isinstance(choice, Chosen):
            yield from ((model, False) for model in choice.models().values())


def _section(path: str, model: type[BaseModel]) -> str:
    title = f"`{path}`: {model.__name__}" if path else model.__name__
    rows = []
    for name, field in model.model_fields.items():
        choices = [one for one in field.metadata if isinstance(one, Chosen)]
        kind = (
            f"by its `{choices[0].tag}`: {', '.join(choices[0].door.names())}"
            if choices
            else _type(field.annotation)
        )
        cells = (f"`{name}`", kind, _default(field), field.description or "")
        rows.append([cell(one) for one in cells])
    return f"\n## {title}\n\n{paragraph(model.__doc__)}\n\n{table(['field', 'type', 'default', 'meaning'], rows)}\n"


def _default(field: FieldInfo) -> str:
    if field.default is not PydanticUndefined:
        value = field.default.value if isinstance(field.default, StrEnum) else field.default
        return "see its section" if isinstance(value, BaseModel) else f"`{value!r}`"
    if field.default_factory is None:
        return "required"
    made = field.default_factory()  # pyright: ignore[reportCallIssue] - none of ours takes the other values
    return "see its section" if isinstance(made, BaseModel) else f"`{made!r}`"


def _type(annotation: Any) -> str:
    origin = typing.get_origin(annotation)
    if origin is typing.Annotated:
        return _type(typing.get_args(annotation)[0])
    if origin is typing.Literal:
        return ", ".join(f"`{value}`" for value in typing.get_args(annotation))
    if origin in (typing.Union, types.UnionType):
        return " or ".join("null" if one is type(None) else _type(one) for one in typing.get_args(annotation))
    if origin is not None:
        inner = ", ".join(_type(one) for one in typing.get_args(annotation) if one is not Ellipsis)
        return f"{'list' if origin is tuple else origin.__name__} of {inner}"
    return getattr(annotation, "__name__", str(annotation))


def paragraph(text: str | None) -> str:
    """A docstring as one paragraph."""
    return " ".join((text or "").split())
