"""How a base model is found and asked beside its checkpoint."""

from pathlib import Path

import pytest

from assets.eval_scores.against_base import asked_of_base, base_of
from assets.eval_scores.settings import EvaluationSettings
from resources.model_folder import SHIPPED


def settings(**given: object) -> EvaluationSettings:
    return EvaluationSettings.model_validate({"benchmarks": ["humaneval"], **given})


def test_a_base_that_knows_no_chat_is_asked_by_the_bare_prompt() -> None:
    chat = settings(preset="magicoder", against_base="completion", max_tokens=99, seed=3)
    bare = asked_of_base(chat)
    assert (bare.prompt_style, bare.preset, bare.begin_answer, bare.extraction) == (
        "completion",
        "seedline",
        False,
        "attempts",
    )
    assert (bare.max_tokens, bare.seed, bare.mbpp_split) == (99, 3, "evalplus")
    same = settings(preset="magicoder", against_base="same")
    assert asked_of_base(same) == same


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (("tiny", "abc"), {"model": "/models/abc"}),
        (("seedling", "digest"), {"model": str(SHIPPED["seedling"])}),
        (("owner/model", "default branch"), {"model": "owner/model"}),
        (("owner/model", "c0ffee"), {"model": "owner/model", "revision": "c0ffee"}),
    ],
)
def test_the_base_is_the_one_that_was_trained_from(row: tuple[str, str], expected: dict[str, str]) -> None:
    checkpoint = {"base_model": row[0], "base_revision": row[1]}
    assert base_of(checkpoint, lambda name: Path("/models") / name) == expected
