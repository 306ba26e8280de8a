"""The project's own problems through the real sandbox: canonical solutions pass, wrong answers do not."""

import polars as pl
import pytest

from assets.benchmarks.registry import load_benchmarks
from assets.eval_scores.programs import canonical_answers, programs
from assets.eval_scores.settings import EvaluationSettings
from assets.eval_scores.tasks import asked
from resources.sandbox.base import PROGRAM_SCHEMA, SandboxUnavailable, Verdict
from resources.sandbox.resource import SandboxResource

OWN = asked(load_benchmarks(["seedline"]))


def verdicts(answers: pl.DataFrame, settings: EvaluationSettings) -> pl.DataFrame:
    asked = programs(answers, OWN, settings).with_columns(key="problem_id").select(PROGRAM_SCHEMA.names())
    try:
        with SandboxResource(workers=1).open() as sandbox:
            judged = pl.concat(sandbox.verify(asked))
    except SandboxUnavailable as error:
        pytest.skip(f"nothing isolates here: {error}")
    return asked.select("key").join(judged, on="key", how="left")


@pytest.mark.parametrize("style", ["chat", "completion"])
@pytest.mark.slow(seconds=1)
def test_canonical_solutions_pass_and_their_negations_do_not(style: str):
    settings = EvaluationSettings.model_validate({"prompt_style": style})
    right = canonical_answers(OWN, settings)
    judged = verdicts(right, settings)
    assert (
        judged.filter(pl.col("verdict") != Verdict.PASS.value).select("key", "verdict", "detail").rows() == []
    )
    wrong = right.with_columns(pl.col("text").str.replace_all(r"\breturn\b", "return not"))
    judged = verdicts(wrong, settings)
    assert judged.height == 30
    assert judged.filter(verdict=Verdict.PASS.value)["key"].to_list() == []
