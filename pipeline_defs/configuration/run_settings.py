"""Settings of one run: fields of a recipe and limits of this machine, changed without editing a file.

`recipe.responses.samples=4` changes a recipe, `engines.budget.tokens=100000` what the run may use. What shared
tables are made from, and where things are kept, cannot be changed for one run. A table that was made under such
settings says so (`assets/publishing/step.py`), and counts as out of date against the recipe as it is written.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError

from pipeline_defs.configuration.settings import Settings, SettingsError
from pipeline_defs.configuration.validation_messages import problems
from pipeline_defs.recipes.model import Recipe
from resources.documents import DocumentError, yaml_value

OF_RECIPE = "recipe"
OF_MACHINE = ("engines", "sandbox", "workers")
"""Settings of the deployment that may be others for one run."""

FIXED = {
    "recipe.name": "it says where the tables stand; copy the recipe to a file of another name",
    "recipe.languages": "choose among them with --language, or with the field `languages` of a job",
    "engines.openai.api_key": "keys stand in no table; set the variable OPENAI_API_KEY",
}
"""What cannot be changed for one run, and what to do instead."""

Changes = Mapping[str, Any]
"""Dotted path of a setting to its value."""


def parse_changes(texts: Sequence[str]) -> dict[str, Any]:
    """Changes from texts such as `recipe.responses.samples=4`; values are YAML. Raises `SettingsError`."""
    changes: dict[str, Any] = {}
    for text in texts:
        path, equals, value = text.partition("=")
        if not equals or not path.strip():
            raise SettingsError(f"{text!r} sets nothing: write it as recipe.responses.samples=4")
        try:
            changes[path.strip()] = yaml_value(value)
        except DocumentError as error:
            raise SettingsError(f"{text[:200]!r}: the value is {error}") from error
    return changes


def with_changes(settings: Settings, recipe: Recipe, changes: Changes) -> tuple[Settings, Recipe]:
    """`settings` and `recipe` as they are for one run. Raises `SettingsError` that names what is wrong."""
    updates: dict[str, Any] = {}
    content = recipe.model_dump(mode="json")
    for path, value in changes.items():
        head, *way = path.split(".")
        if path in FIXED:
            raise SettingsError(f"{path} cannot be changed for one run: {FIXED[path]}")
        if head == OF_RECIPE and way:
            _put(content, way, value, path)
        elif head in OF_MACHINE:
            at = updates.setdefault(head, _plain(getattr(settings, head)))
            if not way:
                updates[head] = value
            elif isinstance(at, dict):
                _put(at, way, value, path)
            else:
                raise SettingsError(f"{path}: {head} holds no further settings")
        else:
            raise SettingsError(
                f"{path} cannot be changed for one run; what can be starts with {OF_RECIPE}, "
                f"{', '.join(OF_MACHINE)}. Everything else is said in seedline.toml"
            )
    return _settings(settings, updates), _recipe(recipe, content)


def for_one_run(
    settings: Settings, recipes: Sequence[Recipe], changes: Changes, meant: Collection[str] | None
) -> tuple[Settings, tuple[Recipe, ...]]:
    """`settings` and `recipes`, of which those that are `meant` (None: all) are changed. Raises `SettingsError`."""
    changed = [
        with_changes(settings, recipe, changes) if meant is None or recipe.name in meant else (None, recipe)
        for recipe in recipes
    ]
    return next((one for one, _ in changed if one), settings), tuple(recipe for _, recipe in changed)


def _plain(value: Any) -> Any:
    return value.model_dump() if isinstance(value, BaseModel) else value


def _put(content: dict[str, Any], way: Sequence[str], value: Any, path: str) -> None:
    *before, last = way
    for name in before:
        inner = content.get(name)
        if inner is None:
            inner = content[name] = {}
        if not isinstance(inner, dict):
            raise SettingsError(f"{path}: {name} holds no further settings")
        content = inner
    content[last] = value


def _settings(settings: Settings, updates: dict[str, Any]) -> Settings:
    whole = {name: getattr(settings, name) for name in type(settings).model_fields} | updates
    try:
        return Settings(**whole) if updates else settings
    except ValidationError as error:
        found = "\n".join(problems(error, Settings, noun="setting"))
        raise SettingsError(f"settings of this run are wrong:\n{found}") from error


def _recipe(recipe: Recipe, content: dict[str, Any]) -> Recipe:
    try:
        return Recipe.model_validate(content)
    except ValidationError as error:
        found = "\n".join(problems(error, Recipe, content))
        raise SettingsError(
            f"settings of this run are wrong for the recipe {recipe.name}:\n{found}"
        ) from error
