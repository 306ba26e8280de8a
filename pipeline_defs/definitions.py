"""What exists: assets of the corpus and of every enabled recipe, their resources, jobs, sensors and checks.

`build_defs` takes settings and resource overrides, so that tests build the real graph over their own engines
and stores. Importing this module reads no settings and imports nothing heavy;
what Dagster loads is `code_location.py`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import dagster as dg

import assets.audit.asset as audit
import assets.benchmarks.asset as benchmarks
import assets.candidate_responses.asset as candidate_responses
import assets.checkpoint.asset as checkpoint
import assets.corpus_dump.asset as corpus_dump
import assets.eval_scores.asset as eval_scores
import assets.filtered_seeds.asset as filtered_seeds
import assets.instructions.asset as instructions
import assets.raw_corpus.asset as raw_corpus
import assets.sft_dataset.asset as sft_dataset
import assets.verified_responses.asset as verified_responses
from assets.publishing.recipe_assets import RecipeAssets
from pipeline_defs.automation import rebuild_when_inputs_change
from pipeline_defs.partitions import CORPUS_DUMPS, language_partitions
from pipeline_defs.recipes.model import Recipe, RecipeError, load_recipe
from pipeline_defs.resources import build_resources
from pipeline_defs.sensors import corpus_dump_job, folder_sensor, s3_sensor
from pipeline_defs.settings import Settings, load_settings
from resources.languages.names import LANGUAGES


def build_defs(
    settings: Settings | None = None,
    *,
    recipes: Sequence[Recipe] | None = None,
    resources: Mapping[str, Any] | None = None,
) -> dg.Definitions:
    """The whole graph. `recipes` default to those that the settings name; `resources` override single ones."""
    settings = settings or load_settings()
    enabled = list(recipes) if recipes is not None else [load_recipe(name) for name in settings.recipes]
    names = [recipe.name for recipe in enabled]
    if len(set(names)) != len(names):
        raise RecipeError(f"two enabled recipes have one name: {', '.join(sorted(names))}")
    used = {language for recipe in enabled for language in recipe.languages}
    languages = language_partitions([language for language in LANGUAGES if language in used])
    job = corpus_dump_job()
    sensors: list[dg.SensorDefinition] = [automation_sensor()]
    if settings.dumps.folder is not None:
        sensors.append(folder_sensor(settings.dumps.folder, job))
    if settings.dumps.s3_prefix is not None:
        sensors.append(s3_sensor(settings.dumps.s3_prefix, job))
    return dg.Definitions(
        assets=[
            corpus_dump.build(CORPUS_DUMPS, settings.corpus),
            raw_corpus.build(
                languages, CORPUS_DUMPS, settings.raw_corpus, rebuild_when_inputs_change(), settings.s3
            ),
            benchmarks.build(settings.benchmarks),
            *(asset for recipe in enabled for asset in recipe_assets(recipe, settings)),
        ],
        asset_checks=[check for recipe in enabled for check in recipe_checks(recipe, settings)],
        jobs=[job],
        sensors=sensors,
        resources={**build_resources(settings), **(resources or {})},
        executor=dg.multiprocess_executor.configured({"max_concurrent": 2}),
    )


def recipe_assets(recipe: Recipe, settings: Settings) -> list[dg.AssetsDefinition]:
    """The assets of one recipe, in the order the data flows."""
    shared = shared_of(recipe, settings)
    return [
        filtered_seeds.build(shared, recipe.seeds, recipe.engine),
        instructions.build(shared, recipe.instructions, recipe.engine),
        candidate_responses.build(shared, recipe.responses, recipe.engine),
        verified_responses.build(shared, recipe.verification, recipe.engine),
        sft_dataset.build(shared, recipe.sft, recipe.engine),
        checkpoint.build(shared, recipe.checkpoint),
        eval_scores.build(shared, recipe.evaluation),
        *audit.build(shared),
    ]


def recipe_checks(recipe: Recipe, settings: Settings) -> Sequence[dg.AssetChecksDefinition]:
    """Checks that stand beside the assets of one recipe and run over finished tables."""
    return audit.checks(shared_of(recipe, settings))


def shared_of(recipe: Recipe, settings: Settings) -> RecipeAssets:
    """What the assets of `recipe` share."""
    return RecipeAssets(
        recipe=recipe.name,
        languages=recipe.languages,
        partitions=language_partitions(recipe.languages),
        rebuild=rebuild_when_inputs_change(),
        rebuild_on_data_only=rebuild_when_inputs_change(on_code_change=settings.rebuild_gpu_on_code_change),
    )


def automation_sensor() -> dg.AutomationConditionSensorDefinition:
    """Evaluates the conditions of all assets; off until somebody switches it on in the UI."""
    return dg.AutomationConditionSensorDefinition(
        "rebuild_when_inputs_change", target=dg.AssetSelection.all(), minimum_interval_seconds=30
    )
