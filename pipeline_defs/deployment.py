"""Seedline from Python: a deployment, opened with its settings, and what can be done with it.

The command prints what these methods return. Dagster is imported by those that run the pipeline or look at its
runs; reading tables needs none of it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, TypeAdapter

from pipeline_defs.configuration.run_settings import for_one_run
from pipeline_defs.configuration.settings import load_settings
from pipeline_defs.recipes.model import load_recipe
from pipeline_defs.stored.rows import StoredRows
from resources.engines.base import Engine
from resources.engines.resource import EnginesResource
from resources.engines.spec import EngineSpec
from resources.storage import Storage

if TYPE_CHECKING:
    import datetime

    import dagster as dg
    import polars as pl

    from assets.exports.settings import ExportSettings
    from pipeline_defs.evaluating.evaluate import Evaluated
    from pipeline_defs.exporting.export import Exported
    from pipeline_defs.exporting.model import ExportedModel
    from pipeline_defs.graph.dumps import DumpState
    from pipeline_defs.pilot.pilot import Pilot
    from pipeline_defs.planning.plan import Plan
    from pipeline_defs.planning.rebuild import OnProgress, Rebuilt
    from resources.corpus_source.resource import CorpusSourcesResource


@dataclass(frozen=True)
class Deployment(StoredRows):
    """Settings and the enabled recipes: `Deployment.open()` gives that of this process.

    Where a method takes `recipe`, it is the name of an enabled one, or the path of its file; None stands for the
    only one (`RecipeError` where several are enabled).
    """

    @classmethod
    def open(
        cls, settings: str | PathLike[str] | Mapping[str, Any] | None = None, **changes: Any
    ) -> "Deployment":
        """The deployment of these settings.

        `settings` is the path of a TOML file, or a mapping as such a file holds; None: the file that the command
        reads. The environment (`SEEDLINE_...`) goes before it, and `changes`, single settings, before both:
        `home="/data/seedline", recipes=["mine.yaml"]`. Raises `SettingsError` and `RecipeError`.
        """
        given = Path(settings) if isinstance(settings, str | PathLike) else settings
        read = load_settings(given, **changes)
        return cls(read, tuple(load_recipe(name) for name in read.recipes))

    def with_recipe(self, name_or_path: str | None) -> "Deployment":
        """The same deployment where this recipe is enabled too, whether or not the settings name it."""
        if name_or_path is None or name_or_path in {recipe.name for recipe in self.recipes}:
            return self
        extra = load_recipe(name_or_path)
        if extra in self.recipes:  # a file that is enabled already, under whatever path
            return self
        return replace(self, recipes=(*self.recipes, extra))

    def with_changes(
        self, changes: Mapping[str, Any], recipes: str | Sequence[str] | None = None
    ) -> "Deployment":
        """The same with settings of one run, `{"recipe.responses.samples": 4}`; a recipe's are those of `recipes`."""
        names = [recipes] if isinstance(recipes, str) else recipes
        meant = None if names is None else {self.recipe(name).name for name in names}
        settings, changed = for_one_run(self.settings, self.recipes, changes, meant)
        said = {**self.run_settings, **changes}
        return replace(self, settings=settings, recipes=changed, run_settings=said)

    def plan(
        self,
        recipes: str | Sequence[str] | None = None,
        *,
        languages: Sequence[str] | None = None,
        dumps: Sequence[str] | None = None,
        select: str | None = None,
        force: bool = False,
    ) -> "Plan":
        """What is out of date, and why; nothing is run or changed.

        `recipes` are names of enabled recipes, `languages` some of theirs, `dumps` what to read; None: all of
        them. `select` is a Dagster asset selection, such as `key:"demo/sft_dataset"+`. `force` takes all that is
        selected for out of date.
        """
        from pipeline_defs.planning.plan import plan

        names = [recipes] if isinstance(recipes, str) else recipes
        chosen = self.recipes if names is None else [self.recipe(name) for name in names]
        return plan(self, chosen, languages=languages, dumps=dumps, select=select, force=force)

    def cost(self, plan: "Plan") -> "pl.DataFrame":
        """What carrying out `plan` would ask for: calls, tokens, programs, time, money, by artifact and language.

        The row cache is asked, nothing is computed for good, and nothing is written; see `plan_cost.COST`.
        """
        from pipeline_defs.planning.cost import cost

        return cost(self, plan)

    def materialize(
        self,
        recipes: str | Sequence[str] | None = None,
        *,
        languages: Sequence[str] | None = None,
        dumps: Sequence[str] | None = None,
        select: str | None = None,
        force: bool = False,
        on_progress: "OnProgress | None" = None,
    ) -> "Rebuilt":
        """Bring what `plan` finds with these arguments up to date; as `carry_out`."""
        planned = self.plan(recipes, languages=languages, dumps=dumps, select=select, force=force)
        return self.carry_out(planned, on_progress)

    def carry_out(self, plan: "Plan", on_progress: "OnProgress | None" = None) -> "Rebuilt":
        """Run a plan, in this process, as runs of the Dagster instance that the UI shows.

        `on_progress` is told how far it is, from the thread that does the work. What turns out not to have changed
        on the way is not run. A dump that cannot be read, or a recipe that fails, holds up nothing that can be made
        without it: `RunFailedError` is raised at the end.
        """
        from pipeline_defs.planning.rebuild import carry_out

        return carry_out(self, plan, on_progress)

    def pilot(
        self,
        recipe: str | None = None,
        *,
        size: int = 50,
        unit: Literal["files", "seeds"] = "files",
        languages: Sequence[str] | None = None,
        dumps: Sequence[str] | None = None,
        train: bool = True,
        say: Callable[[str], None] = lambda _line: None,
    ) -> "Pilot":
        """`size` files or seeds of each language through a recipe, apart from the real tables; see `run_pilot`."""
        from pipeline_defs.pilot.pilot import run_pilot

        where = {"languages": languages, "dumps": dumps}
        return run_pilot(self, recipe, size=size, unit=unit, train=train, say=say, **where)

    def evaluate(
        self,
        model: str,
        benchmarks: Sequence[str] = ("seedline",),
        *,
        engine: str = "transformers",
        limit: int | None = None,
        **evaluation: Any,
    ) -> "Evaluated":
        """Score any model (folder, hub id, name on a server) on registered benchmarks; see `evaluating.evaluate`.

        `evaluation` are fields of `EvaluationSettings`: `samples=10, temperature=0.2`.
        """
        from assets.eval_scores.settings import EvaluationSettings
        from pipeline_defs.evaluating.evaluate import evaluate, registered

        asked = EvaluationSettings.model_validate({"benchmarks": benchmarks, **evaluation})
        problems = registered(self.settings, asked.benchmarks)
        return evaluate(self.settings, model, problems, asked, backend=engine, limit=limit)

    def export(
        self,
        recipes: str | Sequence[str] | None,
        to: str | PathLike[str],
        settings: "ExportSettings | Mapping[str, Any] | None" = None,
        *,
        title: str | None = None,
        papers: bool = False,
        push_to: str | None = None,
        private: bool = True,
        date: "datetime.date | None" = None,
    ) -> "Exported":
        """Training rows of `recipes` (None: of all enabled ones) as a folder that is ready to be handed on.

        `settings` says which rows, split how, in which form: `{"format": "prompt_completion", "held_out": 0.05}`.
        With `papers`, Croissant, SPDX and the EU's summary stand beside the card; they state `date` (None: today) as
        the day of release. `push_to` is a data set repository of a hub that gets the files in one commit, made
        `private` where it is not there yet. The same rows and settings give the same bytes; the store keeps a record.
        Raises `ExportError`.
        """
        from assets.exports.settings import ExportSettings, export_settings
        from pipeline_defs.exporting.export import export

        names = [recipes] if isinstance(recipes, str) else recipes
        chosen = self.recipes if names is None else [self.recipe(name) for name in names]
        asked = settings if isinstance(settings, ExportSettings) else export_settings(settings or {})
        return export(
            self,
            chosen,
            Path(to),
            asked,
            title=title,
            papers=papers,
            push_to=push_to,
            private=private,
            date=date,
        )

    def export_model(
        self,
        recipe: str | None,
        to: str | PathLike[str],
        *,
        push_to: str | None = None,
        private: bool = True,
    ) -> "ExportedModel":
        """The recipe's checkpoint as a folder that is ready to be handed on, its card written from what is known now.

        The card says what the base model is and its license, which version of the data set it learnt, licenses of the
        rows, raw and clean scores, and how many of the rows were taken down since. `push_to` is a model repository of
        a hub that gets the files in one commit, made `private` where it is not there yet. Raises `ExportError`.
        """
        from pipeline_defs.exporting.model import export_model

        return export_model(self, self.recipe(recipe), Path(to), push_to=push_to, private=private)

    def engine(self, which: str | BaseModel | Mapping[str, Any] | None = None) -> Engine:
        """A recipe's engine, or the one that a recipe's field `engine` would describe, as a context manager.

        Nothing is loaded before the first request; leaving releases the model.
        """
        if isinstance(which, BaseModel):
            spec = which
        elif isinstance(which, Mapping):
            spec = TypeAdapter(EngineSpec).validate_python(which)
        else:
            spec = self.recipe(which).engine
        return EnginesResource(self.settings.engines, self.settings.home / "engines").open(spec)

    def dumps(self) -> "list[DumpState]":
        """The state of every dump that is named, watched, stored or was tried."""
        from pipeline_defs.planning.plan import dump_states_of

        with self.instance() as instance:
            return dump_states_of(self, instance)

    def cache_storage(self) -> Storage:
        """Where the row cache is."""
        return Storage(self.settings.cache_root, self.settings.s3)

    def sources(self) -> "CorpusSourcesResource":
        """The corpus sources."""
        from pipeline_defs.graph.resources import build_resources

        return build_resources(self.settings)["corpus_sources"]

    def definitions(self) -> "dg.Definitions":
        """The Dagster definitions over these recipes."""
        from pipeline_defs.definitions import build_defs

        return build_defs(self.settings, recipes=self.recipes)

    def instance(self) -> "dg.DagsterInstance":
        """The Dagster instance that the command, the UI and the daemon share; a context manager."""
        from pipeline_defs.running.instance import open_instance

        return open_instance(self.settings)
