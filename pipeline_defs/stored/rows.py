"""The tables of a deployment, read: rows, their origins, answers to audit questions. Dagster is not needed for it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from assets.audit.context import CONTEXT, version_tables
from assets.audit.door import Question, questions
from assets.audit.origin import Origin, UnknownIdError, trace_id
from assets.audit.questions import SHARED, ask
from assets.audit.staleness import read_staleness
from assets.audit.tree import Node, file_trees, row_tree
from assets.raw_corpus.take_down_rules import parse_take_downs
from assets.raw_corpus.take_downs import hits, looked_at
from pipeline_defs.configuration.settings import Settings
from pipeline_defs.recipes.files import RecipeError
from pipeline_defs.recipes.model import Recipe, load_recipe
from resources.parquet_store.store import MissingTableError, ParquetStore
from resources.storage import Storage


def terms_table(settings: Settings) -> pl.DataFrame:
    """The terms of use of models, as an audit question reads them."""
    rows = [(name, *one.as_row()) for name, one in settings.model_terms.items()]
    return pl.DataFrame(rows, schema=CONTEXT["model_terms"], orient="row")


@dataclass(frozen=True)
class StoredRows:
    """What `Deployment` reads of the store; see there."""

    settings: Settings
    recipes: tuple[Recipe, ...]
    run_settings: Mapping[str, Any] = field(default_factory=dict)
    """What `with_changes` changed; the tables that are made say so."""

    def recipe(self, name: str | None = None) -> Recipe:
        """The recipe of that name (or the one in that file), or the only one. Raises `RecipeError`."""
        if name is None:
            if len(self.recipes) != 1:
                names = ", ".join(recipe.name for recipe in self.recipes)
                raise RecipeError(f"several recipes are enabled ({names}): say which with --recipe")
            return self.recipes[0]
        known = {recipe.name: recipe for recipe in self.recipes}
        if name not in known and Path(name).is_file():
            name = load_recipe(name).name
        if name in known:
            return known[name]
        raise RecipeError(
            f"recipe {name!r} is not enabled; enabled are {', '.join(recipe.name for recipe in self.recipes)} "
            "(setting SEEDLINE_RECIPES)"
        )

    def scan(self, artifact: str, recipe: str | None = None) -> pl.LazyFrame:
        """All rows of an artifact, lazily: `sft_dataset`, `sft_dataset__rejected`, `demo/sft_dataset`, `raw_corpus`.

        Raises `MissingTableError` where it was not made yet.
        """
        key, store = self.key_of(artifact, recipe), self.store()
        addresses = store.partitions(key)
        if not addresses:
            there = store.tables(key[:-1])
            known = f"there are {', '.join(there)}" if there else "there is none yet (seedline materialize)"
            raise MissingTableError(f"no table {'/'.join(key)} below {store.storage.root}; {known}")
        return pl.concat([store.scan(address) for address in addresses], how="diagonal_relaxed")

    def key_of(self, artifact: str, recipe: str | None = None) -> tuple[str, ...]:
        """The key of an artifact named alone, or with its recipe as in the Dagster UI (`demo/sft_dataset`)."""
        if artifact.startswith("audit/"):  # of all recipes: receipts of take-downs
            return tuple(artifact.split("/"))
        if "/" in artifact:
            named, _, artifact = artifact.partition("/")
            return (self.recipe(named).name, artifact)
        if artifact.split("__")[0] in (*SHARED, "benchmarks"):
            return (artifact,)
        return (self.recipe(recipe).name, artifact)

    def trace(self, row_id: str, recipe: str | None = None) -> Origin:
        """The way from the row with this id back to its file, and what was made of it.

        Without `recipe`, all enabled ones are looked through. Raises `UnknownIdError`.
        """
        chosen = self.recipes if recipe is None else (self.recipe(recipe),)
        unknown: list[str] = []
        for one in chosen:
            try:
                return trace_id(row_id, self.store(), one.name)
            except UnknownIdError as error:
                unknown.append(str(error))
        raise UnknownIdError("\n".join(unknown) or "no recipe is enabled")

    def trace_tree(self, row_id: str, recipe: str | None = None) -> Node:
        """Everything that is known of the row with this id, kept, rejected or taken down, as a tree from its file.

        Without `recipe`, all that are on are looked through. Raises `UnknownIdError`.
        """
        chosen = self.recipes if recipe is None else (self.recipe(recipe),)
        unknown: list[str] = []
        for one in chosen:
            try:
                return row_tree(self.store(), one.name, row_id)
            except UnknownIdError as error:
                unknown.append(str(error))
        raise UnknownIdError("\n".join(unknown) or "no recipe is on")

    def trace_files(
        self, *, repo: str | None = None, path: str | None = None, recipe: str | None = None
    ) -> list[Node]:
        """The trees of all files of a repository, or with such a path: all that grew from them, in one recipe."""
        files = self.files_named(repo, path)
        chosen = self.recipes if recipe is None else (self.recipe(recipe),)
        if not files:
            raise UnknownIdError(
                f"no file of the dumps that are stored is in {' '.join(filter(None, (repo, path)))}"
            )
        return [tree for one in chosen for tree in file_trees(self.store(), one.name, files)]

    def files_named(self, repo: str | None, path: str | None) -> list[str]:
        """Ids of the files of the stored dumps in a repository, with such a path, or both, sorted by their place."""
        kind = f"repo {repo}" if path is None else f"path {repo or '*'} {path}"
        rules = parse_take_downs(kind, "what was asked for")
        found = []
        for address in self.store().partitions(("corpus_dump",)):
            files = self.store().scan(address).drop("content").with_row_index("row")
            hit = hits(looked_at(files, rules), rules).select("row")
            found.append(files.join(hit, on="row", how="semi").select("file_id", "repo", "path").collect())
        if not found:
            return []
        return pl.concat(found).unique().sort("repo", "path")["file_id"].unique(maintain_order=True).to_list()

    def questions(self, recipe: str | None = None) -> dict[str, Question]:
        """Name to audit question: those of the project, of packages and of the settings' folder, and the recipe's own.

        Without `recipe`, the own questions of every enabled recipe. Raises `QuestionError`.
        """
        chosen = self.recipes if recipe is None else (self.recipe(recipe),)
        return questions(self.settings.questions, *(one.questions for one in chosen))

    def audit(
        self, question: str, recipe: str | None = None, *, language: str | None = None, **given: str
    ) -> pl.DataFrame:
        """The answer to an audit question, `given` its parameters.

        Raises `UnknownQuestionError` and `QuestionError`.
        """
        chosen, store = self.recipe(recipe), self.store()
        known = questions(self.settings.questions, chosen.questions)
        words = known[question].words if question in known else frozenset()
        context = version_tables(store, chosen.name) if "versions" in words else {}
        if "cache_spaces" in words:
            context["cache_spaces"] = self._cache_spaces()
        if "staleness" in words:
            context["staleness"] = read_staleness(store)
        context["model_terms"] = terms_table(self.settings)
        return ask(
            question, store, chosen.name, language=language, questions=known, given=given, context=context
        )

    def _cache_spaces(self) -> pl.DataFrame:
        from pipeline_defs.stored.cache_table import cache_table

        return cache_table(self)

    def store(self) -> ParquetStore:
        """The Parquet store."""
        return ParquetStore(Storage(self.settings.store_root, self.settings.s3))
