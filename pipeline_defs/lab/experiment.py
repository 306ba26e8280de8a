"""The lab's course: a corpus and held-out problems from the grammar, every arm through the real assets, the scores.

Everything is kept below one folder: stopped and started again, it goes on where it was. What is printed and drawn
stands in `picture` and in the command.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import dagster as dg
import polars as pl

from assets.benchmarks.passages import find_contamination
from assets.benchmarks.problem_files import read_problems
from assets.sft_dataset.decontamination import patterns
from pipeline_defs.commands.deployment import Deployment
from pipeline_defs.commands.materialize import bring_up_to_date
from pipeline_defs.lab.arms import VERIFIED, Arm, arms, second_round
from pipeline_defs.lab.scores import evaluations, solved
from pipeline_defs.recipes.model import Recipe, load_recipe
from pipeline_defs.resources import build_resources
from pipeline_defs.settings import DumpSettings, Settings, load_settings
from resources.corpus_source.settings import Dump
from resources.parquet_store import TableAddress
from resources.seedling.corpus import write_dump, write_problems
from resources.seedling.tasks import Split

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
    for arm in chosen:
        _run(arm, chosen, settings, problems, found, say)
    if size.second_round:
        for arm in [one for one in chosen if one.label == VERIFIED]:
            again = second_round(arm, _weights(settings, arm))
            _run(again, [*chosen, again], settings, problems, found, say)
    found.seconds = time.monotonic() - started
    return found


def lab_settings(folder: Path, held_out: Path, batch_size: int) -> Settings:
    """The deployment's settings with everything kept below `folder`, over the lab's dump and problems."""
    known = load_settings()
    return load_settings(
        home=folder,
        store=None,
        cache=None,
        models=None,
        recipes=[],
        dumps=DumpSettings(named={DUMP: Dump(path=str(folder / "dump"))}),
        benchmarks={BENCHMARK: held_out},
        engines=known.engines.model_copy(update={"batch_size": batch_size}),
    )


def _run(
    arm: Arm, known: list[Arm], settings: Settings, problems: pl.DataFrame, found: Found, say: Say
) -> None:
    began = time.monotonic()
    if arm.recipe is not None:
        recipes = tuple(one.recipe for one in known if one.recipe is not None)
        deployment = Deployment(settings, recipes)
        bring_up_to_date(deployment, arm.recipe, list(arm.recipe.languages), [DUMP])
        found.stages[arm.recipe.name] = stage_figures(deployment, arm.recipe)
        store = deployment.store()
        address = TableAddress.of((arm.recipe.name, "checkpoint"))
        found.rows.setdefault(arm.label, store.scan(address).select("rows").collect().item())
    made = time.monotonic()
    greedy = next(one.recipe for one in known if one.recipe is not None).evaluation
    model = TEACHER if arm.recipe is None else _weights(settings, arm)
    resources = build_resources(settings)
    with resources["sandbox"].open() as sandbox:
        cache = resources["row_cache"].for_user(f"lab/{arm.label}")
        for way, asked in evaluations(greedy).items():
            shares = solved(model, problems, asked, resources["engines"], sandbox, cache)
            found.shares.setdefault(arm.label, {}).setdefault(way, []).append(shares)
    share = found.shares[arm.label]
    scores = ", ".join(
        f"{way} {100 * float(one[-1]['share'].to_numpy().mean()):.1f} %" for way, one in share.items()
    )
    say(f"{arm.label}: {scores} ({made - began:.0f} s to make, {time.monotonic() - made:.0f} s to score)")


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
            metadata = event.asset_materialization.metadata
            reported[key.path[-1]] = {
                name: value.value
                for name, value in metadata.items()
                if isinstance(value, dg.IntMetadataValue | dg.FloatMetadataValue)
            }
    return reported


def _contaminated(dump: Path, problems: pl.DataFrame) -> int:
    """Files of the dump in which the project's own detectors find a held-out problem."""
    files = pl.read_ndjson(dump / "python.jsonl")
    settings = load_recipe("seedling").sft.decontamination
    hits = find_contamination(files, patterns(problems, settings, seed=0), pl.col("content"), "path")
    return hits["path"].n_unique()
