"""What every asset of a recipe shares: key, group, partitions, conditions, code version.

One `RecipeAssets` a recipe; the factories in each artifact's `asset.py` take it and the settings of their
stage. Which recipes exist is said in `pipeline_defs`.
"""

import functools
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

import dagster as dg
from pydantic import BaseModel

from assets.publishing.step import SourceOf, recorded
from assets.rows.table import Table
from resources.ids import text_id


@dataclass(frozen=True)
class RecipeAssets:
    """The common part of one recipe's assets."""

    recipe: str
    languages: tuple[str, ...]
    partitions: dg.PartitionsDefinition
    rebuild: dg.AutomationCondition | None
    rebuild_on_data_only: dg.AutomationCondition | None
    rebuild_expensive_on_code: bool = False
    """Whether a new prompt or setting alone lets automation rebuild what a model made."""
    around: Callable[[], AbstractContextManager[None]] = nullcontext
    """Entered while an asset runs: what the recipe changes for its stages, such as its own prompts."""
    freshness: dg.FreshnessPolicy | None = None
    """How long an output may go without being made again."""

    def key(self, artifact: str) -> dg.AssetKey:
        """The key `<recipe>/<artifact>`."""
        return dg.AssetKey([self.recipe, artifact])

    def asset(
        self,
        artifact: str,
        table: Table,
        *,
        version: str,
        settings: Iterable[BaseModel | str],
        kinds: Iterable[str] = (),
        partitioned: bool = True,
        expensive: bool = False,
        output: bool = False,
        **more: Any,
    ) -> Callable[[Callable[..., Any]], dg.AssetsDefinition]:
        """Decorator that makes the asset `artifact` of this recipe; `more` goes to `dg.asset` as it is.

        `version` is the stage's own version, raised when its code gives other rows; with `settings` (models,
        or digests of prompt files) it makes the code version. `expensive` assets do not start by themselves
        when only code or settings changed. An `output` is what a recipe is there for: its age is watched.
        """
        settings = list(settings)
        decorate = artifact_asset(
            settings=settings,
            key=self.key(artifact),
            group_name=self.recipe,
            kinds={"polars", "parquet", *kinds},
            code_version=code_version(artifact, version, settings),
            partitions_def=self.partitions if partitioned else None,
            automation_condition=self.rebuild_on_data_only if expensive else self.rebuild,
            freshness_policy=self.freshness if output else None,
            io_manager_key="store",
            metadata={"seedline/key_column": table.key},
            code_matters=not expensive or self.rebuild_expensive_on_code,
            **more,
        )

        def surrounded(function: Callable[..., Any]) -> dg.AssetsDefinition:
            @functools.wraps(function)
            def run(*given: Any, **named: Any) -> Any:
                with self.around():
                    return function(*given, **named)

            return decorate(run)

        return surrounded


def artifact_asset(
    *,
    source: SourceOf | None = None,
    code_matters: bool = True,
    settings: Iterable[BaseModel | str] = (),
    **arguments: Any,
) -> Callable[[Callable[..., Any]], dg.AssetsDefinition]:
    """`dg.asset`, for functions that return a `MaterializeResult` with a value and check results, as steps.

    `source` gives the fingerprint of an input that is no table; see `step.py` for `code_matters`. What is a model
    among `settings` is written into the table.

    The return annotation is hidden from Dagster: with checks beside the value it wants a tuple there, and a
    plain `MaterializeResult` would tell it that there is no value to store.
    """

    plain = {
        type(one).__name__: one.model_dump(mode="json") for one in settings if isinstance(one, BaseModel)
    }

    def decorate(function: Callable[..., Any]) -> dg.AssetsDefinition:
        function.__annotations__.pop("return", None)
        step = recorded(function, source=source, code_matters=code_matters, settings=plain)
        return dg.asset(**arguments)(step)

    return decorate


def code_version(artifact: str, version: str, settings: Iterable[BaseModel | str]) -> str:
    """`<artifact>/<version>-<digest of the settings>`: changes when a rebuild would give other rows."""
    parts = [item if isinstance(item, str) else item.model_dump_json() for item in settings]
    return f"{artifact}/{version}-{text_id(*parts)[:12]}"
