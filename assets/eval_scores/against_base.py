"""The base model beside its checkpoint: asked the same problems, judged the same way, compared problem by problem.

A base model that knows no chat is asked by the bare prompt: then the difference is that of model and way of asking
together, as in the papers' tables.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from assets.eval_scores.settings import EvaluationSettings
from resources.model_folder import located

BASE = "base"
"""What stands for the checkpoint's id in the samples of the base model."""

_DEFAULT_BRANCH = "default branch"


def asked_of_base(settings: EvaluationSettings) -> EvaluationSettings:
    """The settings by which the base model is asked."""
    if settings.against_base != "completion":
        return settings
    bare = {
        "preset": "seedline",
        "prompt_style": "completion",
        "begin_answer": False,
        "extraction": "attempts",
    }
    return EvaluationSettings.model_validate(settings.model_dump() | bare)


def base_of(checkpoint: Mapping[str, Any], made_here: Callable[[str], Path]) -> dict[str, str]:
    """Model and, for one on the hub, revision of the base of a checkpoint (its table's row), as an engine takes them.

    `made_here` gives the folder of a base model that was made on the spot, by its id.
    """
    name, revision = str(checkpoint["base_model"]), checkpoint["base_revision"]
    if name == "tiny":
        return {"model": str(made_here(revision))}
    folder = Path(located(name)).expanduser()
    if folder.is_dir():
        return {"model": str(folder)}
    return {"model": name} if revision in (None, _DEFAULT_BRANCH) else {"model": name, "revision": revision}
