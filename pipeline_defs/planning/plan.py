"""What is to be rebuilt of which recipes, languages and dumps, and why: a `Plan`, made without changing anything.

What makes a partition out of date is `graph/staleness.py`'s matter; running a plan is `rebuild.py`'s.
"""

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import dagster as dg
import polars as pl
from dagster_shared.error import DagsterError

from assets.benchmarks.pins import read_pins
from assets.benchmarks.problem_files import refuse_missing
from assets.benchmarks.registered import refuse_broken_pins
from assets.benchmarks.registry import benchmark_files, place_of
from assets.corpus_dump.asset import version_of as corpus_dump_version
from assets.raw_corpus.asset import read_take_downs
from assets.sft_dataset.decisions import read_decisions
from pipeline_defs.dagster_private import AssetGraph
from pipeline_defs.deployment import Deployment
from pipeline_defs.graph.dumps import DumpState, being_read, dump_states, fingerprint_of, remembered
from pipeline_defs.graph.staleness import Cause, Judge, Work, find_stale
from pipeline_defs.operating.sensors import complete_dumps_in_folder, complete_dumps_on_s3
from pipeline_defs.recipes.files import RecipeError
from pipeline_defs.recipes.model import Recipe
from pipeline_defs.running.runs import judge_of
from resources.corpus_source.base import SourceError
from resources.parquet_store import StoreWatch, TableAddress
from resources.parquet_store.address import DUMPS as CORPUS_DUMP_TABLE

PLAN = pl.Schema({"asset": pl.String, "partition": pl.String, "why": pl.String, "cause": pl.String})
"""Columns of a plan: asset key, partition (null: it has none), the reason in words, and its class (`Cause`)."""


class SelectionError(ValueError):
    """An asset selection cannot be read, or matches nothing; the message says what there is."""


@dataclass(frozen=True)
class Plan:
    """Partitions of assets that are out of date, in the order in which they are made.

    `notes` says what else a user should know: dumps that are left out, or whose source is gone. `forced` is a plan
    of everything that was selected, out of date or not. Iterating gives the work.
    """

    definitions: dg.Definitions
    recipes: tuple[Recipe, ...]
    work: tuple[Work, ...]
    notes: tuple[str, ...] = ()
    forced: bool = False

    def __len__(self) -> int:
        return len(self.work)

    def __iter__(self) -> Iterator[Work]:
        return iter(self.work)

    def frame(self) -> pl.DataFrame:
        """The plan as a table (`PLAN`), one row a partition of an asset."""
        rows = [(one.key.to_user_string(), one.partition, one.reason, one.cause.value) for one in self.work]
        return pl.DataFrame(rows, schema=PLAN, orient="row")


def plan(
    deployment: Deployment,
    recipes: Sequence[Recipe],
    *,
    languages: Sequence[str] | None = None,
    dumps: Sequence[str] | None = None,
    select: str | None = None,
    force: bool = False,
) -> Plan:
    """What is out of date of `recipes` and of the corpus that they need; see `Deployment.plan`."""
    wanted = chosen_languages(recipes, languages)
    refuse_missing_files(deployment, recipes)
    defs = deployment.definitions()
    graph = defs.resolve_asset_graph()
    names = {recipe.name for recipe in recipes}
    keys = [key for key in graph.toposorted_asset_keys if len(key.path) == 1 or key.path[0] in names]
    chosen = keys if select is None else _selected(select, graph, keys)
    notes: list[str] = []
    judge = judge_of(defs, deployment.store(), deployment.sources(), deployment.settings)
    with deployment.instance() as instance:
        read = list(dumps) if dumps is not None else _readable_dumps(deployment, instance, notes)
        notes += _gone(deployment, judge, read)
        notes += take_down_notes(deployment)
        if select is not None:
            whole = find_stale(judge, instance, selected=keys, languages=wanted, dumps=read)
            _refuse_missing_inputs(judge, whole, chosen, select)
        work = find_stale(judge, instance, selected=chosen, languages=wanted, dumps=read, force=force)
    return Plan(defs, tuple(recipes), tuple(work), tuple(notes), force)


def refuse_missing_files(deployment: Deployment, recipes: Sequence[Recipe]) -> None:
    """Raise `BenchmarkError`, `TakeDownError` or `DecisionError` where a file that settings or recipes name is missing,
    wrong, or not what was pinned.
    """
    settings = deployment.settings
    for name, source in benchmark_files(settings.benchmarks).items():
        if not source.is_on_hub:
            refuse_missing(name, place_of(name, source)[0])
    pins = read_pins(settings.benchmark_pins)
    for recipe in recipes:
        wanted = recipe.sft.decontamination
        read_decisions(wanted.decisions)
        refuse_broken_pins(settings.benchmarks, pins, wanted.required, wanted.benchmarks, recipe.name)
    read_take_downs(settings.raw_corpus, settings.s3)


def take_down_notes(deployment: Deployment) -> list[str]:
    """What everybody should know of the take-downs: rules that name nothing, and text that is still to be removed."""
    from pipeline_defs.taking_down.applied import read_applied
    from pipeline_defs.taking_down.apply import pending
    from pipeline_defs.taking_down.named import named_files

    settings, store = deployment.settings, deployment.store()
    if not pending(deployment):
        applied = read_applied(store)
        return applied.warnings if applied is not None else []
    named = named_files(store, read_take_downs(settings.raw_corpus, settings.s3))
    files = named.files.filter(~pl.col("emptied"))["file_id"].n_unique()
    said = (
        [f"{files:,} files are to be taken down: their text leaves everything that is kept"] if files else []
    )
    return [*said, *named.warnings()]


def chosen_languages(recipes: Sequence[Recipe], wanted: Sequence[str] | None) -> list[str]:
    """`wanted`, or all languages of `recipes`. Raises `RecipeError` where no recipe has one of them."""
    there = list(dict.fromkeys(language for recipe in recipes for language in recipe.languages))
    unknown = sorted(set(wanted or ()) - set(there))
    if unknown:
        names = " and ".join(recipe.name for recipe in recipes)
        raise RecipeError(f"recipe {names} has no language {', '.join(unknown)}; it has {', '.join(there)}")
    return there if wanted is None else list(wanted)


def dump_states_of(deployment: Deployment, instance: dg.DagsterInstance) -> list[DumpState]:
    """The state of every dump that is named, watched, stored or was tried."""
    reading, snapshot = being_read(instance), StoreWatch(deployment.store()).look()
    dumps = deployment.settings.dumps
    found = {*dumps.named, *remembered(snapshot)}
    if dumps.folder is not None:
        found.update(complete_dumps_in_folder(dumps.folder))
    if dumps.s3_prefix is not None:
        from pipeline_defs.graph.resources import build_resources

        client = build_resources(deployment.settings)["s3"].get_client()
        found.update(complete_dumps_on_s3(client, dumps.s3_prefix, found))
    return dump_states(
        found,
        snapshot=snapshot,
        sources=deployment.sources(),
        reading=reading,
        code_version=corpus_dump_version(deployment.settings.corpus),
    )


def _readable_dumps(deployment: Deployment, instance: dg.DagsterInstance, notes: list[str]) -> list[str]:
    """All dumps that were found and can be read; those that cannot are noted."""
    states = dump_states_of(deployment, instance)
    if not states:
        raise SourceError(
            "there is no dump to read: name one in the settings (dumps.named), or watch a folder or prefix that "
            "has one (dumps.folder, dumps.s3_prefix; a dump is complete when its folder holds _SUCCESS)"
        )
    notes += [
        f"dump {state.name} is left out: {state.detail}"
        + ("" if state.misnamed else f" (seedline dumps retry {shlex.quote(state.name)})")
        for state in states
        if state.state == "failed"
    ]
    chosen = [state.name for state in states if state.state not in ("failed", "forgotten")]
    if not chosen:
        names = "; ".join(f"{state.name}: {state.detail}" for state in states)
        raise SourceError(f"there is no dump that can be read: {names}")
    return chosen


def _gone(deployment: Deployment, judge: Judge, dumps: Sequence[str]) -> Iterator[str]:
    """A note on each dump whose source is gone; raises `SourceError` where nothing of it is stored either."""
    stored, sources = set(judge.snapshot.partitions(CORPUS_DUMP_TABLE)), deployment.sources()
    for dump in dumps:
        if dump not in stored:
            sources.open(dump).fingerprint()  # nothing leads to it: that is said before anything runs
        elif fingerprint_of(dump, sources) is None:
            yield f"dump {dump}: its source is gone; what is stored of it is used"


def _refuse_missing_inputs(
    judge: Judge, whole: Sequence[Work], chosen: list[dg.AssetKey], select: str
) -> None:
    """Raise `SelectionError` where what is `chosen` reads tables that were never made and are not chosen either.

    `whole` is the plan without the selection.
    """
    missing = {
        TableAddress.of(tuple(one.key.path), one.partition) for one in whole if one.cause is Cause.MISSING
    }
    left_out = {address for address in missing if dg.AssetKey(address.key) not in chosen}
    no_dump = not judge.snapshot.partitions(CORPUS_DUMP_TABLE)
    for one in whole:
        if one.key not in chosen:
            continue
        reads = {*judge.inputs(one.key, one.partition)}
        if no_dump and any(
            tuple(parent.path) == CORPUS_DUMP_TABLE for parent in judge.graph.get(one.key).parent_keys
        ):
            reads |= {address for address in left_out if address.key == CORPUS_DUMP_TABLE}
        if lacking := sorted(str(address) for address in reads & left_out):
            name = one.key.to_user_string()
            said = f"{name} reads {lacking[0]}, which was never materialized and is not selected"
            raise SelectionError(
                f"--select {select!r}: {said}; take its inputs along: --select '+key:\"{name}\"'"
            )


def _selected(select: str, graph: AssetGraph, keys: list[dg.AssetKey]) -> list[dg.AssetKey]:
    try:
        wanted = dg.AssetSelection.from_string(select).resolve(graph)
    except DagsterError as error:
        raise SelectionError(f"--select {select!r}: {error}") from error
    found = [key for key in keys if key in wanted]
    if not found:
        names = ", ".join(key.to_user_string() for key in keys)
        raise SelectionError(f"--select {select!r} matches none of {names}")
    return found
