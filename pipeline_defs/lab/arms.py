"""The lab's arms: variants of the recipe `seedling`, each with one thing changed.

Only recipes are made here; all of them share the row cache, so an arm pays for what is its own alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipeline_defs.recipes.model import Recipe

BASE, COMMENTS, UNVERIFIED, DUPLICATES, VERIFIED, SECOND_ROUND = LABELS = (
    "base",
    "comments",
    "unverified",
    "duplicates",
    "verified",
    "second round",
)
"""The arms, in the order in which they are shown."""


@dataclass(frozen=True)
class Arm:
    """One way to train seedling: its label, what it stands for, its recipe (None: not trained), its replicate."""

    label: str
    about: str
    recipe: Recipe | None
    replicate: int = 0


def arms(recipe: Recipe, *, benchmark: str, replicates: int = 1) -> list[Arm]:
    """The arms of each replicate; a replicate draws and trains with seeds of its own."""
    scored = varied(recipe, {"evaluation": {"benchmarks": (benchmark,)}})
    found = [Arm(BASE, "seedling as it comes", None)]
    for replicate in range(replicates):
        own = _reseeded(scored, replicate)
        found += [Arm(label, about, one, replicate) for label, about, one in _variants(own, replicate)]
    return found


def second_round(arm: Arm, teacher: str) -> Arm:
    """The arm `verified` again, with the checkpoint in folder `teacher` as the teacher, and as what goes on learning.

    A student that begins at the base again learns no more than the first (`tests/benchmarks/README.md`).
    """
    assert arm.recipe is not None
    changed = {
        "name": f"{arm.recipe.name}_second",
        "engine": {"model": teacher},
        "checkpoint": {"base_model": {"model": teacher}},
    }
    return Arm(
        SECOND_ROUND, "the verified model as teacher and student", varied(arm.recipe, changed), arm.replicate
    )


def varied(recipe: Recipe, changes: Mapping[str, Any]) -> Recipe:
    """`recipe` with `changes`, mappings taken as changes of what is there; validated as a file would be.

    A mapping that names another `method`, `kind` or `backend` stands for itself.
    """
    return Recipe.model_validate(_merged(recipe.model_dump(), changes))


def _variants(recipe: Recipe, replicate: int) -> list[tuple[str, str, Recipe]]:
    def named(name: str, changes: Mapping[str, Any]) -> Recipe:
        suffix = f"_{replicate}" if replicate else ""
        return varied(recipe, {"name": f"{name}{suffix}", **changes})

    return [
        (UNVERIFIED, "a random response to each instruction", named("seedling_unverified", NOT_VERIFIED)),
        (VERIFIED, "a response that passed its own tests", named("seedling", {})),
        (COMMENTS, "the corpus's own docstrings and functions", named("seedling_comments", WITHOUT_MODEL)),
        (DUPLICATES, "verified, near-duplicates left in", named("seedling_duplicates", NOT_DISTINCT)),
    ]


NOT_VERIFIED: dict[str, Any] = {"verification": {"method": "none"}}
NOT_DISTINCT: dict[str, Any] = {
    "seeds": {"near_duplicates": None},
    "sft": {"selection": {"unique_instructions": False, "unique_responses": False}},
}
WITHOUT_MODEL: dict[str, Any] = {
    "engine": {"backend": "offline"},
    "instructions": {"method": "from_docstring"},
    "responses": {"method": "as_written"},
    "verification": {"method": "none"},
}
_TAGS = ("method", "kind", "backend", "form")


def _reseeded(recipe: Recipe, replicate: int) -> Recipe:
    if replicate == 0:
        return recipe
    seeds = {"instructions": {"seed": 3407 + replicate}, "responses": {"seed": 3407 + replicate}}
    training = {"training": {"seed": recipe.checkpoint.training.seed + replicate}}
    return varied(recipe, {**seeds, "sft": {"seed": 3407 + replicate}, "checkpoint": training})


def _merged(old: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(old)
    for name, change in changes.items():
        before = merged.get(name)
        if isinstance(change, Mapping) and isinstance(before, Mapping) and not _other_kind(before, change):
            merged[name] = _merged(before, change)
        else:
            merged[name] = change
    return merged


def _other_kind(old: Mapping[str, Any], change: Mapping[str, Any]) -> bool:
    return any(tag in change and change[tag] != old.get(tag) for tag in _TAGS)
