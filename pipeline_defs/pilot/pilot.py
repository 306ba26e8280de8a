"""A pilot: a sample of files or seeds through a whole recipe, in a place of its own, and what the whole would come to.

Its tables are below `pilot/<recipe>` in the store and in no Dagster instance, so that nothing takes them for the
real ones. The row cache is the real one: what a pilot asks of models is not paid for again.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import dagster as dg
import polars as pl

from assets.publishing.progress import Paid
from assets.publishing.step import PILOT
from pipeline_defs.configuration.settings import Settings
from pipeline_defs.definitions import build_defs
from pipeline_defs.deployment import Deployment
from pipeline_defs.pilot.measures import Sampled, measured
from pipeline_defs.pilot.place import FOLDER, Unit, Wanted, put_sample, settings_of_pilot
from pipeline_defs.planning.rebuild import Interrupted
from pipeline_defs.recipes.model import Recipe
from pipeline_defs.running.runs import Batch, DumpsFailedError, Figures, RunFailedError, run_batch
from resources.parquet_store import ParquetStore, TableAddress
from resources.parquet_store.locks import TableLock
from resources.row_cache.resource import RowCacheResource
from resources.storage import Storage

FEW = 30
TRAINING = ("checkpoint", "eval_scores")

Say = Callable[[str], None]


class PilotError(ValueError):
    """There is nothing to take a pilot from, or it cannot be taken so; the message says what to do."""


@dataclass(frozen=True)
class Pilot:
    """What a pilot came to.

    `sampled` has a row a language (language, sampled, of); `estimate` the measures (`pilot_measures.ESTIMATE`);
    `notes` what to bear in mind with them. `paid` is what this pilot's own model calls cost, `store` where its
    tables are, `failure` why it ended before its end.
    """

    recipe: str
    unit: Unit
    sampled: pl.DataFrame
    estimate: pl.DataFrame
    notes: tuple[str, ...]
    paid: Paid
    saved: int
    store: str
    seconds: float
    run_settings: Mapping[str, Any] = field(default_factory=dict)
    failure: str = ""

    def together(self) -> pl.DataFrame:
        """The measures over all languages."""
        return self.estimate.filter(pl.col("language").is_null()).drop("language")


def run_pilot(
    deployment: Deployment,
    recipe: str | None = None,
    *,
    size: int,
    unit: Unit = "files",
    languages: Sequence[str] | None = None,
    dumps: Sequence[str] | None = None,
    train: bool = True,
    say: Say = lambda _line: None,
) -> Pilot:
    """`size` files or seeds of each language through the recipe; `train` also trains and scores the checkpoint.

    The corpus (with `unit="seeds"` the seeds too) is brought up to date first, for real. Raises `PilotError`, and
    `RunFailedError` where that fails.
    """
    began = time.monotonic()
    chosen = deployment.recipe(recipe)
    wanted = list(languages or chosen.languages)
    if unit == "seeds" and chosen.seeds.docstring_judge is not None:
        raise PilotError(
            f"recipe {chosen.name} asks a model which seeds to keep (seeds.docstring_judge), so that a pilot of "
            "seeds would ask it about all of them; take a pilot of files"
        )
    basis = "raw_corpus" if unit == "files" else f"{chosen.name}/filtered_seeds"
    say(f"bringing {basis} up to date")
    notes = []
    try:
        deployment.materialize(chosen.name, languages=wanted, dumps=dumps, select=f'+key:"{basis}"')
    except DumpsFailedError as error:  # the sample is drawn from the dumps that could be read
        notes = str(error).splitlines()
    settings = settings_of_pilot(deployment.settings, chosen.name)
    place = TableAddress((FOLDER, chosen.name))
    lock = TableLock.take(
        deployment.store().storage, place, f"a pilot of {chosen.name}", lambda who: say(f"waiting for {who}")
    )
    try:
        return _Run(deployment, chosen, settings, unit, size, say, began, notes=notes).through(wanted, train)
    except KeyboardInterrupt as stop:
        raise Interrupted(
            "stopped: the pilot is not finished and nothing is estimated; what a model answered and what ran in the "
            "sandbox is in the row cache, and is not paid for twice. The same command goes on from there."
        ) from stop
    finally:
        lock.release()


@dataclass
class _Run:
    """One pilot on its way."""

    deployment: Deployment
    recipe: Recipe
    settings: Settings
    unit: Unit
    size: int
    say: Say
    began: float
    figures: list[Figures] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def through(self, languages: Sequence[str], train: bool) -> Pilot:
        store = ParquetStore(Storage(self.settings.store_root, self.settings.s3))
        store.storage.remove(store.storage.root)
        samples = [
            one
            for language in languages
            if (one := put_sample(self.deployment.store(), store, self._wanted(language))) is not None
        ]
        self.notes += [
            f"{one.language} has only {one.of} {self.unit}: all of them were taken"
            for one in samples
            if one.of < self.size
        ]
        if not samples:
            raise PilotError(
                f"the corpus has no {self.unit} in {', '.join(languages)}: read a dump that has some "
                "(seedline dumps), or look where they went (seedline audit yield_funnel)"
            )
        failure = ""
        try:
            self._stages(store, [one.language for one in samples], train)
        except RunFailedError as error:
            failure = str(error)
        self._bear_in_mind(samples)
        estimate = measured(store, self.recipe, samples, self.settings.engines.prices)
        result = Pilot(
            self.recipe.name,
            self.unit,
            pl.DataFrame(
                {
                    "language": [one.language for one in samples],
                    "sampled": [len(one.ids) for one in samples],
                    "of": [one.of for one in samples],
                }
            ),
            estimate,
            tuple(self.notes),
            Paid(
                int(self._sum("engine_calls")),
                int(self._sum("prompt_tokens") + self._sum("completion_tokens")),
                self._sum("cost"),
            ),
            int(self._sum("engine_calls_saved")),
            store.storage.root,
            time.monotonic() - self.began,
            self.deployment.run_settings,
            failure,
        )
        address = TableAddress((self.recipe.name, "pilot_estimate"))
        store.commit(address, store.stage(address, estimate, estimate.schema))
        return result

    def _wanted(self, language: str) -> Wanted:
        return Wanted(self.recipe.name, language, self.unit, self.size)

    def _sum(self, name: str) -> float:
        return sum(figures.get(name, 0) for figures in self.figures)

    def _stages(self, store: ParquetStore, languages: Sequence[str], train: bool) -> None:
        cache = RowCacheResource(
            root=self.settings.cache_root, prefix=f"{FOLDER}/", **self.settings.s3.model_dump()
        )
        defs = build_defs(self.settings, recipes=[self.recipe], resources={"row_cache": cache})
        graph = defs.resolve_asset_graph()
        keys = [key for key in graph.toposorted_asset_keys if key.path[0] == self.recipe.name]
        by_language = [key for key in keys if graph.get(key).partitions_def is not None]
        if self.unit == "seeds":
            by_language = [key for key in by_language if key.path[-1] != "filtered_seeds"]
        whole = [key for key in keys if graph.get(key).partitions_def is None]
        trained = [key for key in whole if key.path[-1] in TRAINING]
        with dg.DagsterInstance.ephemeral() as instance:
            self._run(defs, instance, Batch((dg.AssetKey("benchmarks"),), None))
            for language in languages:
                self._run(defs, instance, Batch(tuple(by_language), language))
            rows = sum(
                store.scan(address).select(pl.len()).collect().item()
                for address in store.partitions((self.recipe.name, "sft_dataset"))
            )
            if train and not rows:
                self.notes.append(
                    "no training row came of the sample, so nothing was trained: take a larger one"
                )
            if not (train and rows):
                whole = [key for key in whole if key not in trained]
            if whole:
                self._run(defs, instance, Batch(tuple(whole), None))

    def _run(self, defs: dg.Definitions, instance: dg.DagsterInstance, batch: Batch) -> None:
        self.say(str(batch))
        made = run_batch(
            defs, instance, batch, run_settings=self.deployment.run_settings, tags={PILOT: self.recipe.name}
        )
        self.figures += made.values()

    def _bear_in_mind(self, samples: Sequence[Sampled]) -> None:
        if any(len(one.ids) < min(FEW, one.of) for one in samples):
            self.notes.append(f"with fewer than {FEW} {self.unit} the intervals are rather too narrow")
        if self.unit == "files" and self.recipe.seeds.near_duplicates is not None:
            self.notes.append(
                "a small sample has fewer near-duplicates than the whole: the rows of the whole are rather too many"
            )
        if self._sum("calls_not_sent"):
            self.notes.append(
                f"the budget ended the asking before {self._sum('calls_not_sent'):,.0f} calls: what comes after "
                "them is too low"
            )
