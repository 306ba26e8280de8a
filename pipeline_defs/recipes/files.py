"""Recipe files: which are shipped, where one is, and what is in it before it is validated.

Apart from the typed recipe, whose import loads every stage's settings.
"""

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from resources.documents import DocumentError, document_text, yaml_value


class RecipeError(ValueError):
    """A recipe file is wrong; the message names the file, the field and what is allowed there."""


def shipped_recipes() -> dict[str, Path]:
    """Name to file of the recipes that come with the project."""
    folder = files("pipeline_defs.recipes")
    return {
        Path(str(entry)).stem: Path(str(entry))
        for entry in sorted(folder.iterdir(), key=lambda entry: entry.name)
        if entry.name.endswith(".yaml")
    }


def read_recipe(name_or_path: str) -> tuple[Path, Mapping[str, Any]]:
    """The file of the recipe of that name, or that file, and its content. Raises `RecipeError`."""
    shipped = shipped_recipes()
    path = shipped.get(name_or_path, Path(name_or_path))
    if not path.exists():
        raise RecipeError(
            f"no recipe {name_or_path!r}: shipped are {', '.join(shipped)}; or give the path of a YAML file"
        )
    try:
        content = yaml_value(document_text(path))
    except DocumentError as error:
        raise RecipeError(f"{path}: {error}") from error
    if not isinstance(content, Mapping):
        raise RecipeError(f"{path}: a recipe is a mapping of fields, found {type(content).__name__}")
    return path, content
