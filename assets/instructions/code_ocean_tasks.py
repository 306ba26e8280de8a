"""CodeOcean's four tasks, and which of them a seed becomes; prompts of each are in `prompts/code_ocean_*.jinja`."""

import re

from assets.asking.draws import draw_number
from assets.instructions.settings import CodeOcean, CodeOceanTask

TASK_NAMES: dict[CodeOceanTask, str] = {
    "generation": "code generation",
    "summarisation": "code summarisation",
    "translation": "code translation",
    "repair": "code repair",
}
"""The tasks as rows and prompts name them."""

_KNOWN_BY: dict[CodeOceanTask, str] = {
    "generation": r"generat|synthes",
    "summarisation": r"summar|explain|explanation",
    "translation": r"translat",
    "repair": r"repair|fix|debug",
}


def task_named(text: str) -> CodeOceanTask | None:
    """The task that a model means by `text`; None: none of the four, or more than one."""
    meant: list[CodeOceanTask] = [
        task for task, words in _KNOWN_BY.items() if re.search(words, text, re.IGNORECASE)
    ]
    return meant[0] if len(meant) == 1 else None


def draw_task(settings: CodeOcean, seed_id: str) -> CodeOceanTask:
    """The task of a seed, drawn by the shares."""
    place = draw_number(settings.seed, "task", seed_id) / 2**31
    reached = 0.0
    drawn: CodeOceanTask = "generation"
    for task, share in settings.shares.items():
        drawn = task if share else drawn  # the last stays drawn where the shares' sum was rounded down
        reached += share
        if place < reached:
            break
    return drawn


def draw_target(settings: CodeOcean, seed_id: str, language: str) -> str | None:
    """The language that a translation goes to: another one than the seed's; None where there is none."""
    others = [target for target in settings.target_languages if target != language]
    return others[draw_number(settings.seed, "target language", seed_id) % len(others)] if others else None
