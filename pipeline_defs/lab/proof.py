"""Whether a recipe's checkpoint is better than what it was trained from: both ways of asking, paired by problem.

The assets ask greedily; what they asked comes from the row cache. The samples are drawn here, of both models at a time.
"""

import os
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

import polars as pl

from assets.eval_scores.settings import EvaluationSettings
from pipeline_defs.configuration.settings import Settings
from pipeline_defs.deployment import Deployment
from pipeline_defs.graph.resources import build_resources
from pipeline_defs.lab.scores import Score, gain, score, solved
from pipeline_defs.recipes.model import Recipe
from resources.parquet_store import TableAddress

SAMPLES = 2
TEMPERATURE = 0.8


@dataclass(frozen=True)
class Change:
    """pass@1 before and after, and the difference with its paired interval over problems."""

    before: Score
    after: Score
    gain: Score


@dataclass(frozen=True)
class Proof:
    """What came of training, by way of asking; `problems` were asked, `rows` trained on."""

    changes: dict[str, Change]
    problems: int
    rows: int

    @property
    def is_clear(self) -> bool:
        """Whether every interval lies above 0."""
        return all(change.gain.low > 0 for change in self.changes.values())


def prove(deployment: Deployment, recipe: Recipe) -> Proof:
    """Score the checkpoint of `recipe`, which is made already, and its base."""
    store = deployment.store()
    checkpoint = store.scan(TableAddress.of((recipe.name, "checkpoint"))).collect().row(0, named=True)
    wanted = pl.col("benchmark").is_in(recipe.evaluation.benchmarks)
    problems = store.scan(TableAddress.of(("benchmarks",))).filter(wanted).collect()
    sampled = EvaluationSettings.model_validate(
        recipe.evaluation.model_dump() | {"samples": SAMPLES, "temperature": TEMPERATURE}
    )
    ways = {"greedy": recipe.evaluation, f"{SAMPLES} samples": sampled}
    models = (str(checkpoint["base_model"]), str(checkpoint["weights"]))
    at_once = min(len(os.sched_getaffinity(0)), len(models))
    settings = deployment.settings
    threads = max(1, len(os.sched_getaffinity(0)) // at_once)
    share = settings.engines.model_copy(update={"workers": 1, "threads": threads})
    settings = settings.model_copy(update={"engines": share})
    # of their own each: Polars' threads do not survive a fork
    with ProcessPoolExecutor(at_once, mp_context=get_context("spawn")) as pool:
        before, after = pool.map(_asked, models, *([one] * 2 for one in (problems, ways, settings)))
    changes = {
        way: Change(score([before[way]]), score([after[way]]), gain([after[way]], [before[way]]))
        for way in ways
    }
    return Proof(changes, problems.height, checkpoint["rows"])


def _asked(
    model: str, problems: pl.DataFrame, ways: dict[str, EvaluationSettings], settings: Settings
) -> dict[str, pl.DataFrame]:
    """The share of each problem's samples that pass, by way of asking. Runs in a process of its own."""
    resources = build_resources(settings)
    cache = resources["row_cache"].for_user(f"demo/{'base' if model == 'seedling' else 'checkpoint'}")
    with resources["sandbox"].open() as sandbox:
        return {
            way: solved(model, problems, asked, resources["engines"], sandbox, cache)
            for way, asked in ways.items()
        }
