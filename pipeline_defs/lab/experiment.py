"""The lab's course: a corpus and held-out problems from the grammar, every arm through the real assets, the scores.

Everything is kept below one folder: stopped and started again, it goes on where it was. What is printed and drawn
is in `picture` and in the command.
"""

import multiprocessing
import os
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from assets.benchmarks.passages import find_contamination
from assets.benchmarks.problem_files import read_problems
from assets.contamination.text_methods import patterns
from pipeline_defs.configuration.setting_groups import DumpSettings
from pipeline_defs.configuration.settings import Settings, load_settings
from pipeline_defs.deployment import Deployment
from pipeline_defs.graph.resources import build_resources
from pipeline_defs.lab.arms import VERIFIED, Arm, arms, second_round
from pipeline_defs.lab.scores import evaluations, solved
from pipeline_defs.lab.seedling.corpus import write_dump, write_problems
from pipeline_defs.lab.seedling.tasks import Split
from pipeline_defs.recipes.model import Recipe, load_recipe
from pipeline_defs.running.runs import figures_of
from resources.corpus_source.settings import Dump
from resources.parquet_store import TableAddress

BENCHMARK = "seedling_held_out"
DUMP = "grammar"
TEACHER = "seedling"

Say = Callable[[str], None]


@dataclass(frozen=True)
class Size:
    """How much an experiment does; `seed` is of corpus and problems, none of which seedling was trained on."""

    functions: int
    problems: int
    replicates: int = 1
    second_round: bool = True
    seed: int = 7
    split: Split = "test"  # development: what settings are chosen by, never reported


QUICK = Size(functions=1500, problems=520)
FULL = Size(functions=1500, problems=520, replicates=3)


@dataclass
class Found:
    """What an experiment found: for each arm and way of asking the shares of each replicate, and what it took."""

    problems: int = 0
    shares: dict[str, dict[str, list[pl.DataFrame]]] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    stages: dict[str, dict[str, Any]] = field(default_factory=dict)
    contaminated_functions: int = 0
    seconds: float = 0.0


def experiment(
    folder: Path, size: Size, *, recipe: str = "seedling", batch_size: int = 256, say: Say = print
) -> Found:
    """Run all arms below `folder` and score them."""
    started = time.monotonic()
    folder.mkdir(parents=True, exist_ok=True)
    write_dump(folder / "dump", seed=size.seed, functions=size.functions)
    held_out = folder / f"{BENCHMARK}.jsonl"
    write_problems(held_out, seed=size.seed, count=size.problems, split=size.split)
    settings = lab_settings(folder, held_out, batch_size)
    chosen = arms(load_recipe(recipe), benchmark=BENCHMARK, replicates=size.replicates)
    problems = read_problems(BENCHMARK, held_out)
    found = Found(problems.height, contaminated_functions=_contaminated(folder / "dump", problems))
    _run(chosen, chosen, settings, problems, found, say)
    if size.second_round:
        again = [second_round(arm, _weights(settings, arm)) for arm in chosen if arm.label == VERIFIED]
        _run(again, [*chosen, *again], settings, problems, found, say)
    found.seconds = time.monotonic() - started
    return found


def lab_settings(folder: Path, held_out: Path, batch_size: int) -> Settings:
    """The deployment's settings with everything kept below `folder`, over the lab's dump and problems."""
    known = load_settings()
    cores = len(os.sched_getaffinity(0))  # seedling is too small for one process to keep them busy
    return load_settings(
        home=folder,
        store=None,
        cache=None,
        models=None,
        recipes=[],
        dumps=DumpSettings(named={DUMP: Dump(path=str(folder / "dump"))}),
        benchmarks={BENCHMARK: held_out},
        engines=known.engines.model_copy(update={"batch_size": batch_size, "workers": cores}),
    )


def _run(
    some: list[Arm], known: list[Arm], settings: Settings, problems: pl.DataFrame, found: Found, say: Say
) -> None:
    """The rows of one arm after the other, which share their answers; then models side by side, which share nothing."""
    recipes = tuple(arm.recipe for arm in known if arm.recipe is not None)
    for arm in some:
        if arm.recipe is not None:
            began = time.monotonic()
            last = f"{arm.recipe.name}/sft_dataset"
            deployment = Deployment(settings, recipes)
            deployment.materialize(arm.recipe.name, dumps=[DUMP], select=f'+key:"{last}"')
            say(f"{last}: {time.monotonic() - began:.0f} s")
    cores = len(os.sched_getaffinity(0))
    at_once = min(cores, len(some))
    share = settings.engines.model_copy(update={"workers": cores // at_once, "threads": cores // at_once})
    settings = settings.model_copy(update={"engines": share})
    say(f"training and scoring {len(some)} models, {at_once} at a time")
    spawn = multiprocessing.get_context("spawn")  # Polars' threads do not survive a fork
    with ProcessPoolExecutor(at_once, mp_context=spawn) as pool:
        longest_first = sorted(some, key=lambda arm: arm.recipe is None)  # the base has nothing to train
        made = [pool.submit(_train_and_score, arm, recipes, settings, problems) for arm in longest_first]
        for arm, future in zip(longest_first, made, strict=True):
            one = future.result()
            for way, shares in one.shares.items():
                found.shares.setdefault(arm.label, {}).setdefault(way, []).append(shares)
            if arm.recipe is not None:
                found.rows.setdefault(arm.label, one.rows)
                found.stages[arm.recipe.name] = one.stages
            scores = ", ".join(
                f"{way} {100 * float(shares['share'].to_numpy().mean()):.1f} %"
                for way, shares in one.shares.items()
            )
            say(f"{arm.label}: {scores} ({one.training_s:.0f} s to train, {one.scoring_s:.0f} s to score)")


@dataclass(frozen=True)
class _Scored:
    """What came of one arm's model: `shares` as `scores.solved` gives them, by way of asking."""

    shares: dict[str, pl.DataFrame]
    rows: int
    stages: dict[str, Any]
    training_s: float
    scoring_s: float


def _train_and_score(
    arm: Arm, recipes: tuple[Recipe, ...], settings: Settings, problems: pl.DataFrame
) -> _Scored:
    """The rest of an arm's assets, and the scores of its model. Runs in a process of its own."""
    began = time.monotonic()
    rows, stages, model = 0, {}, TEACHER
    if arm.recipe is not None:
        deployment = Deployment(settings, recipes)
        deployment.materialize(arm.recipe.name, dumps=[DUMP])
        stages = stage_figures(deployment, arm.recipe)
        address = TableAddress.of((arm.recipe.name, "checkpoint"))
        rows = deployment.store().scan(address).select("rows").collect().item()
        model = _weights(settings, arm)
    trained = time.monotonic()
    resources = build_resources(settings)
    shares = {}
    with resources["sandbox"].open() as sandbox:
        cache = resources["row_cache"].for_user(f"lab/{arm.label}")
        for way, asked in evaluations(recipes[0].evaluation).items():
            shares[way] = solved(model, problems, asked, resources["engines"], sandbox, cache)
    return _Scored(shares, rows, stages, trained - began, time.monotonic() - trained)


def _weights(settings: Settings, arm: Arm) -> str:
    assert arm.recipe is not None
    address = TableAddress.of((arm.recipe.name, "checkpoint"))
    return Deployment(settings, (arm.recipe,)).store().scan(address).select("weights").collect().item()


def stage_figures(deployment: Deployment, recipe: Recipe) -> dict[str, Any]:
    """Numbers that each asset of the recipe reported when it was last made."""
    reported: dict[str, Any] = {}
    keys = [
        key
        for key in deployment.definitions().resolve_asset_graph().toposorted_asset_keys
        if len(key.path) > 1
    ]
    with deployment.instance() as instance:
        for key in keys:
            if key.path[0] != recipe.name:
                continue
            event = instance.get_latest_materialization_event(key)
            if event is None or event.asset_materialization is None:
                continue
            reported[key.path[-1]] = figures_of(event.asset_materialization)
    return reported


def _contaminated(dump: Path, problems: pl.DataFrame) -> int:
    """Files of the dump in which the project's own detectors find a held-out problem."""
    files = pl.read_ndjson(dump / "python.jsonl")
    settings = load_recipe("seedling").sft.decontamination
    hits = find_contamination(files, patterns(problems, settings, seed=0), pl.col("content"), "path")
    return hits["path"].n_unique()
