"""`seedline demo`, `materialize` and `plan`: running the pipeline and saying before what would run."""

import sys
import time
import tomllib
from typing import Annotated

import dagster as dg
import typer
from dagster._core.definitions.assets.graph.asset_graph import AssetGraph
from dagster_shared.error import DagsterError
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from assets.corpus_dump.asset import KEY as CORPUS_DUMP
from pipeline_defs.commands.deployment import Deployment, open_deployment
from pipeline_defs.commands.report import print_funnel, print_places, print_rows, print_scores
from pipeline_defs.dumps import fingerprint_of
from pipeline_defs.recipes.model import Recipe, RecipeError
from pipeline_defs.runs import Batch, RunFailedError, in_batches, judge_of, run_batch
from pipeline_defs.settings import DEMO_CONFIG_FILE, Settings
from pipeline_defs.staleness import Work, find_stale
from resources.corpus_source.base import SourceError
from resources.parquet_store.address import DUMPS as CORPUS_DUMP_TABLE

console = Console(width=None if sys.stdout.isatty() else 140)
"""Where nobody watches (a log, a pipe) lines are as wide as the tables need."""

DEMO_DUMP = "installed-packages"
DEMO_RECIPE = "demo"

RecipeName = Annotated[
    str | None, typer.Option("--recipe", help="Name of a recipe that is on, or path of a YAML file.")
]
DumpNames = Annotated[
    list[str] | None,
    typer.Option(
        "--dump",
        help="Dump to read; may be repeated. Default: those named, known, or complete where dumps are watched.",
    ),
]
Languages = Annotated[
    list[str] | None,
    typer.Option("--language", help="Language; may be repeated. Default: all of the recipe's."),
]


def demo() -> None:
    """The whole line on this machine's own Python code: every artifact, a checkpoint and its scores."""
    started = time.monotonic()
    deployment = open_deployment(DEMO_RECIPE)
    if DEMO_DUMP not in deployment.settings.dumps.named:
        demo_settings = Settings.model_validate(tomllib.loads(DEMO_CONFIG_FILE.read_text(encoding="utf-8")))
        deployment.settings.dumps.named[DEMO_DUMP] = demo_settings.dumps.named[DEMO_DUMP]
    recipe = deployment.recipe(DEMO_RECIPE)
    work = bring_up_to_date(deployment, recipe, list(recipe.languages), [DEMO_DUMP])
    store = deployment.store()
    print_funnel(console, store, recipe.name)
    print_scores(console, store, recipe.name)
    print_rows(console, store, recipe.name)
    print_places(console, deployment.settings, recipe.name)
    done = f"{len(work)} partitions rebuilt" if work else "everything was up to date"
    console.print(f"\n[bold]Done[/] in {time.monotonic() - started:.0f} s: {done}.")


def materialize(
    recipe: RecipeName = None,
    language: Languages = None,
    dump: DumpNames = None,
    select: Annotated[
        str | None,
        typer.Option("--select", help="Dagster asset selection, e.g. 'key:\"demo/sft_dataset\"+'."),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Rebuild what is selected even if it is up to date.")
    ] = False,
) -> None:
    """Rebuild what is out of date: of one recipe, and of the corpus that it needs."""
    deployment = open_deployment(recipe)
    chosen = deployment.recipe(recipe)
    work = bring_up_to_date(
        deployment, chosen, _languages(chosen, language), _dumps(deployment, dump), select=select, force=force
    )
    if not work:
        console.print("everything is up to date")


def plan(recipe: RecipeName = None, language: Languages = None, dump: DumpNames = None) -> None:
    """Say what would be rebuilt, and why, without running anything."""
    deployment = open_deployment(recipe)
    chosen = deployment.recipe(recipe)
    work = _stale(
        deployment, deployment.definitions(), chosen, _languages(chosen, language), _dumps(deployment, dump)
    )
    if not work:
        console.print("everything is up to date")
        return
    table = Table("asset", "partition", "why", title=f"{len(work)} partitions are out of date")
    for item in work:
        table.add_row(item.key.to_user_string(), item.partition or "-", item.reason)
    console.print(table)


def bring_up_to_date(
    deployment: Deployment,
    recipe: Recipe,
    languages: list[str],
    dumps: list[str],
    *,
    select: str | None = None,
    force: bool = False,
) -> list[Work]:
    """Run what is stale of `recipe` and of the corpus it needs; returns what was run, in order.

    A dump that cannot be read holds up nothing that can be made without it; it is raised at the end. What turns
    out not to have changed on the way is not run.
    """
    defs = deployment.definitions()
    work = _stale(deployment, defs, recipe, languages, dumps, select=select, force=force)
    done: list[Work] = []
    bad: list[str] = []
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with deployment.instance() as instance, Progress(*columns, console=console) as progress:
        total = progress.add_task("materializing", total=len(work))
        for planned in in_batches(work):
            current = _still_stale(deployment, defs, instance, planned, force=force)
            names = ", ".join(key.path[-1] for key in planned.keys)
            progress.update(total, description=f"{names} ({planned.partition or 'whole'})"[:100])
            for batch in in_batches(current):
                try:
                    run_batch(defs, instance, batch)
                except RunFailedError as error:
                    if CORPUS_DUMP not in batch.keys:
                        raise
                    bad.append(f"dump {batch.partition}: {error}")
                else:
                    done += current
            progress.advance(total, len(planned.keys))
    if bad:
        built = "; the rest is up to date" if done else ""
        raise RunFailedError("\n".join([*bad, f"{len(bad)} dumps could not be read{built}"]))
    return done


def _still_stale(
    deployment: Deployment,
    defs: dg.Definitions,
    instance: dg.DagsterInstance,
    batch: Batch,
    *,
    force: bool,
) -> list[Work]:
    judge = judge_of(defs, deployment.store(), deployment.sources(), deployment.settings.benchmarks)
    only = [] if batch.partition is None else [batch.partition]
    of_dumps = CORPUS_DUMP in batch.keys
    languages, dumps = ([], only) if of_dumps else (only, [])
    return find_stale(judge, instance, selected=batch.keys, languages=languages, dumps=dumps, force=force)


def _stale(
    deployment: Deployment,
    defs: dg.Definitions,
    recipe: Recipe,
    languages: list[str],
    dumps: list[str],
    *,
    select: str | None = None,
    force: bool = False,
) -> list[Work]:
    graph = defs.resolve_asset_graph()
    keys = [key for key in graph.toposorted_asset_keys if len(key.path) == 1 or key.path[0] == recipe.name]
    if select is not None:
        keys = _selected(select, graph, keys)
    judge = judge_of(defs, deployment.store(), deployment.sources(), deployment.settings.benchmarks)
    stored = set(judge.snapshot.partitions(CORPUS_DUMP_TABLE))
    for dump in dumps:
        if dump not in stored:
            deployment.sources().open(
                dump
            ).fingerprint()  # nothing leads to it: that is said before anything runs
        elif fingerprint_of(dump, deployment.sources()) is None:
            console.print(f"dump {dump}: its source is gone; what is stored of it is used")
    with deployment.instance() as instance:
        return find_stale(judge, instance, selected=keys, languages=languages, dumps=dumps, force=force)


def _selected(select: str, graph: AssetGraph, keys: list[dg.AssetKey]) -> list[dg.AssetKey]:
    try:
        wanted = dg.AssetSelection.from_string(select).resolve(graph)
    except DagsterError as error:
        raise typer.BadParameter(f"--select {select!r}: {error}") from error
    found = [key for key in keys if key in wanted]
    if not found:
        names = ", ".join(key.to_user_string() for key in keys)
        raise typer.BadParameter(f"--select {select!r} matches none of {names}")
    return found


def _languages(recipe: Recipe, wanted: list[str] | None) -> list[str]:
    unknown = sorted(set(wanted or ()) - set(recipe.languages))
    if unknown:
        raise RecipeError(
            f"recipe {recipe.name} has no language {', '.join(unknown)}; it has {', '.join(recipe.languages)}"
        )
    return wanted or list(recipe.languages)


def _dumps(deployment: Deployment, wanted: list[str] | None) -> list[str]:
    """The dumps to look at: those asked for, or all that were found and can be read."""
    if wanted:
        return wanted
    with deployment.instance() as instance:
        states = deployment.dump_states(instance)
    if not states:
        raise SourceError(
            "there is no dump to read: name one in the settings (dumps.named), or watch a folder or prefix that "
            "has one (dumps.folder, dumps.s3_prefix; a dump is complete when its folder holds _SUCCESS)"
        )
    for state in states:
        if state.state == "failed":
            console.print(
                f"dump {state.name} is left out: {state.detail} (seedline dumps retry {state.name})"
            )
    chosen = [state.name for state in states if state.state not in ("failed", "forgotten")]
    if not chosen:
        names = "; ".join(f"{state.name}: {state.detail}" for state in states)
        raise SourceError(f"there is no dump that can be read: {names}")
    return chosen
