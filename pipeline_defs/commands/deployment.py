"""What nearly every command opens first: settings, definitions, the instance, the store."""

from dataclasses import dataclass
from pathlib import Path

import dagster as dg

from assets.corpus_dump.asset import version_of as corpus_dump_version
from pipeline_defs.definitions import build_defs
from pipeline_defs.dumps import DumpState, being_read, dump_states, remembered
from pipeline_defs.instance import open_instance
from pipeline_defs.recipes.model import Recipe, RecipeError, load_recipe
from pipeline_defs.sensors import complete_dumps_in_folder, complete_dumps_on_s3
from pipeline_defs.settings import Settings, load_settings
from resources.corpus_source.resource import CorpusSourcesResource
from resources.parquet_store import ParquetIOManager, ParquetStore, StoreWatch
from resources.storage import Storage


@dataclass(frozen=True)
class Deployment:
    """Settings and the recipes that are on."""

    settings: Settings
    recipes: tuple[Recipe, ...]

    def definitions(self) -> dg.Definitions:
        """The definitions over these recipes."""
        return build_defs(self.settings, recipes=self.recipes)

    def instance(self) -> dg.DagsterInstance:
        """The shared Dagster instance."""
        return open_instance(self.settings)

    def store(self) -> ParquetStore:
        """The Parquet store."""
        return ParquetIOManager(root=self.settings.store_root, **self.settings.s3.model_dump()).store()

    def cache_storage(self) -> Storage:
        """Where the row cache is."""
        return Storage(self.settings.cache_root, self.settings.s3)

    def sources(self) -> CorpusSourcesResource:
        """The corpus sources."""
        from pipeline_defs.resources import build_resources

        return build_resources(self.settings)["corpus_sources"]

    def dump_states(self, instance: dg.DagsterInstance) -> list[DumpState]:
        """The state of every dump that is named, watched, stored or was tried."""
        reading, snapshot = being_read(instance), StoreWatch(self.store()).look()
        dumps = self.settings.dumps
        found = {*dumps.named, *remembered(snapshot)}
        if dumps.folder is not None:
            found.update(complete_dumps_in_folder(dumps.folder))
        if dumps.s3_prefix is not None:
            from pipeline_defs.resources import build_resources

            client = build_resources(self.settings)["s3"].get_client()
            found.update(complete_dumps_on_s3(client, dumps.s3_prefix, found))
        return dump_states(
            found,
            snapshot=snapshot,
            sources=self.sources(),
            reading=reading,
            code_version=corpus_dump_version(self.settings.corpus),
        )

    def recipe(self, name: str | None) -> Recipe:
        """The recipe `name` (or the one in that file), or the only one. Raises `RecipeError`."""
        if name is None:
            if len(self.recipes) != 1:
                names = ", ".join(recipe.name for recipe in self.recipes)
                raise RecipeError(f"several recipes are on ({names}): say which with --recipe")
            return self.recipes[0]
        known = {recipe.name: recipe for recipe in self.recipes}
        if name not in known and Path(name).is_file():
            name = load_recipe(name).name
        if name in known:
            return known[name]
        raise RecipeError(
            f"recipe {name!r} is not on; on are {', '.join(recipe.name for recipe in self.recipes)} "
            "(setting SEEDLINE_RECIPES)"
        )


def open_deployment(extra_recipe: str | None = None) -> Deployment:
    """This process's deployment; `extra_recipe` (a name or a path) is on whether or not the settings name it."""
    settings = load_settings()
    loaded = [load_recipe(name) for name in settings.recipes]
    if extra_recipe is not None and extra_recipe not in {recipe.name for recipe in loaded}:
        extra = load_recipe(extra_recipe)
        if extra not in loaded:  # a file that is on already, under whatever path
            loaded.append(extra)
    return Deployment(settings, tuple(loaded))
