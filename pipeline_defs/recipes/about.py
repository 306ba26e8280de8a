"""What a recipe does, stage by stage, in words: the docstrings of the settings that it picked.

For the asset pages and the row viewer; the words themselves are beside the code of each method.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import yaml
from pydantic import BaseModel

from pipeline_defs.recipes.model import Recipe

STAGES = {
    "seeds": "filtered_seeds",
    "instructions": "instructions",
    "responses": "candidate_responses",
    "verification": "verified_responses",
    "sft": "sft_dataset",
    "checkpoint": "checkpoint",
    "evaluation": "eval_scores",
}
"""Field of a recipe to the artifact whose settings stand in it."""

ASKING = ("instructions", "responses")
"""Fields whose stages ask the recipe's engine whatever their method is."""


@dataclass(frozen=True)
class Step:
    """One part of a stage's settings: its path in the recipe, and what it does."""

    path: str
    does: str


@dataclass(frozen=True)
class Method:
    """A stage of a recipe: the artifact it makes, its method (empty: there is one way), its parts and settings."""

    artifact: str
    field: str
    name: str
    steps: list[Step]
    settings: str
    """As YAML, every default filled in."""


def methods_of(recipe: Recipe) -> list[Method]:
    """The stages of `recipe`, in the order the data flows."""
    return [_method(recipe, field, artifact) for field, artifact in STAGES.items()]


def _method(recipe: Recipe, field: str, artifact: str) -> Method:
    settings: BaseModel = getattr(recipe, field)
    shown = {field: settings.model_dump(mode="json")}
    if field in ASKING:
        shown = {"engine": recipe.engine.model_dump(mode="json"), **shown}
    text = yaml.safe_dump(shown, sort_keys=False, allow_unicode=True)
    return Method(artifact, field, getattr(settings, "method", ""), list(_steps(settings, field)), text)


def _steps(model: BaseModel, path: str) -> Iterator[Step]:
    does = " ".join((type(model).__doc__ or "").split())
    if does:
        yield Step(path, does)
    for name in type(model).model_fields:
        value = getattr(model, name)
        if isinstance(value, BaseModel):
            yield from _steps(value, f"{path}.{name}")
