"""The lab's scores: greedy and sampled pass@1 of a model on the held-out problems, and differences between arms.

By the same pure functions as the asset `eval_scores`; answers and verdicts come from the row cache, so what the
assets asked already is not asked again.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl

from assets.asking.asker import Asker
from assets.eval_scores.evaluation import checkpoint_samples
from assets.eval_scores.pass_at_k import bootstrap, wilson
from assets.eval_scores.settings import EvaluationSettings
from assets.eval_scores.tasks import asked
from resources.engines.resource import EnginesResource
from resources.engines.spec import TransformersSpec
from resources.row_cache import RowCache
from resources.sandbox.base import Sandbox

SAMPLED = {"samples": 10, "temperature": 0.8}
"""The second evaluation: ten samples a problem, drawn as the teacher draws."""


@dataclass(frozen=True)
class Score:
    """Share of problems solved, over problems and replicates, with its 95 % interval over problems."""

    share: float
    low: float
    high: float


def evaluations(greedy: EvaluationSettings) -> dict[str, EvaluationSettings]:
    """The two ways in which a model is asked."""
    return {
        "greedy": greedy,
        "sampled": EvaluationSettings.model_validate({**greedy.model_dump(), **SAMPLED}),
    }


def solved(
    model: str,
    problems: pl.DataFrame,
    settings: EvaluationSettings,
    engines: EnginesResource,
    sandbox: Sandbox,
    row_cache: RowCache,
    progress: Callable[[int, int], None] | None = None,
) -> pl.DataFrame:
    """`problem_id, share` (of its samples that pass) of the model in folder or of name `model`, by problem."""
    clean = pl.DataFrame(schema={"benchmark": pl.String, "problem_id": pl.String})
    with engines.open(TransformersSpec(model=model, form="instruct")) as engine:
        asker = Asker(engine, row_cache, progress, "instruct")
        samples = checkpoint_samples(
            asked(problems), settings, asker, sandbox, row_cache, clean, checkpoint_id=model
        )
    shares = samples.group_by("problem_id").agg(pl.col("passed").mean().alias("share"))
    return shares.sort("problem_id")


def score(replicates: list[pl.DataFrame], seed: int = 0) -> Score:
    """The score of an arm from `solved` of each of its replicates: problems are drawn anew, replicates averaged."""
    values = _by_problem(replicates)
    share = float(values.mean())
    if len(replicates) == 1 and np.isin(values, (0.0, 1.0)).all():
        return Score(share, *wilson(int(values.sum()), len(values)))
    return Score(share, *bootstrap(values, seed))


def gain(replicates: list[pl.DataFrame], over: list[pl.DataFrame], seed: int = 0) -> Score:
    """How much higher the first arm stands than the second on the same problems, paired."""
    difference = _by_problem(replicates) - _by_problem(over)
    return Score(float(difference.mean()), *bootstrap(difference, seed))


def _by_problem(replicates: list[pl.DataFrame]) -> np.ndarray:
    return np.mean([one.sort("problem_id")["share"].to_numpy() for one in replicates], axis=0)
