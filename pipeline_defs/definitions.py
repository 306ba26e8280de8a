"""What exists: assets of the corpus and of every enabled recipe, their resources, jobs, sensors and checks.

`build_defs` takes settings and resource overrides, so that tests build the real graph over their own engines
and stores. Importing this module reads no settings and imports nothing heavy;
what Dagster loads is `code_location.py`.
"""

import warnings
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial
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
from assets.asking.own_prompts import OwnPrompts
from assets.audit.context import of_tables_alone
from assets.audit.door import Question, questions
from assets.benchmarks.pins import read_pins
from assets.publishing.recipe_assets import RecipeAssets
from assets.publishing.step import AUTOMATED
from pipeline_defs.configuration.freshness import FreshnessSettings
from pipeline_defs.configuration.settings import Settings, load_settings
from pipeline_defs.deployment import Deployment
from pipeline_defs.graph.asset_pages import with_pages
from pipeline_defs.graph.automation import Looks, rebuild_when_inputs_change
from pipeline_defs.graph.partitions import CORPUS_DUMPS, language_partitions
from pipeline_defs.graph.resources import build_resources
from pipeline_defs.operating.failure_alerts import failure_sensor
from pipeline_defs.operating.full_check import KEY as FULL_CHECK
from pipeline_defs.operating.full_check import full_check_asset, full_check_schedule
from pipeline_defs.operating.jobs import corpus_dump_job, manage_dump
from pipeline_defs.operating.operating_jobs import operating_jobs
from pipeline_defs.operating.sensors import DumpLookout, dumps_check, folder_sensor, named_sensor, s3_sensor
from pipeline_defs.planning.staleness_asset import staleness_asset
from pipeline_defs.recipes.files import RecipeError
from pipeline_defs.recipes.model import Recipe, load_recipe
from pipeline_defs.report.asset import report_asset
from pipeline_defs.running.lost_runs import lost_runs_sensor
from pipeline_defs.running.runs import source_fingerprints
from pipeline_defs.taking_down.asset import receipts_asset
from resources.languages import LANGUAGES
from resources.parquet_store import StoreWatch


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
    used_resources = {**build_resources(settings), **(resources or {})}
    sources, watch = used_resources["corpus_sources"], StoreWatch(used_resources["store"].store())
    looks = Looks(watch, source_fingerprints(sources, settings))
    spared = partial(raw_corpus.spared_files, settings.raw_corpus, settings.s3)
    dumps = corpus_dump.build(CORPUS_DUMPS, settings.corpus, spared)
    lookout = DumpLookout(watch, sources, corpus_dump.version_of(settings.corpus))
    job = corpus_dump_job()
    status = dg.DefaultSensorStatus.RUNNING if settings.sensors_on else dg.DefaultSensorStatus.STOPPED
    sensors: list[dg.SensorDefinition] = [automation_sensor(status), lost_runs_sensor()]
    if settings.dumps.named:
        sensors.append(named_sensor(list(settings.dumps.named), lookout, job, status))
    if settings.dumps.folder is not None:
        sensors.append(folder_sensor(settings.dumps.folder, lookout, job, status))
    if settings.dumps.s3_prefix is not None:
        sensors.append(s3_sensor(settings.dumps.s3_prefix, lookout, job, status))
    if settings.alerts.wanted:
        sensors.append(failure_sensor(used_resources["alerts"]))
    rebuild, pins = rebuild_when_inputs_change(looks), read_pins(settings.benchmark_pins)
    deployment = Deployment(settings, tuple(enabled))
    assets = [
        dumps,
        raw_corpus.build(languages, CORPUS_DUMPS, settings.raw_corpus, rebuild, settings.s3),
        benchmarks.build(settings.benchmarks, rebuild, pins),
        *(asset for recipe in enabled for asset in recipe_assets(recipe, settings, looks)),
    ]
    return dg.Definitions(
        assets=[
            *with_pages(assets, settings, enabled),
            full_check_asset(deployment),
            staleness_asset(deployment, FULL_CHECK),
            receipts_asset(deployment),
            report_asset(deployment),
        ],
        asset_checks=[dumps_check(lookout, lambda: settings.dumps.named)],
        jobs=[job, manage_dump, *operating_jobs(deployment)],
        schedules=[full_check_schedule(settings.full_check_at, on=settings.sensors_on)],
        sensors=sensors,
        resources=used_resources,
        # the steps of a run wait for each other anyhow, and a process for each would import everything again; what
        # must give its memory back (a training, vLLM, the sandbox) has a process of its own
        executor=dg.in_process_executor,
    )


def recipe_assets(recipe: Recipe, settings: Settings, looks: Looks) -> list[dg.AssetsDefinition]:
    """The assets of one recipe, in the order the data flows."""
    shared = shared_of(recipe, settings, looks)
    with shared.around():  # the digests of a recipe's own prompts are a part of the code versions
        return _artifacts(recipe, settings, shared)


def _artifacts(recipe: Recipe, settings: Settings, shared: RecipeAssets) -> list[dg.AssetsDefinition]:
    return [
        filtered_seeds.build(shared, recipe.seeds, recipe.engine),
        instructions.build(shared, recipe.instructions, recipe.engine),
        candidate_responses.build(shared, recipe.responses, recipe.engine),
        verified_responses.build(shared, recipe.verification, recipe.engine),
        sft_dataset.build(
            shared, recipe.sft, recipe.engine, audit.broken_lineage, read_pins(settings.benchmark_pins)
        ),
        checkpoint.build(shared, recipe.checkpoint),
        eval_scores.build(shared, recipe.evaluation),
        audit.build(shared, asked_of_tables(settings, recipe)),
    ]


def asked_of_tables(settings: Settings, recipe: Recipe) -> dict[str, Question]:
    """The questions of a recipe's audit asset."""
    known = questions(settings.questions, recipe.questions)
    return {name: one for name, one in known.items() if of_tables_alone(one)}


def shared_of(recipe: Recipe, settings: Settings, looks: Looks) -> RecipeAssets:
    """What the assets of `recipe` share."""
    return RecipeAssets(
        recipe=recipe.name,
        languages=recipe.languages,
        partitions=language_partitions(recipe.languages),
        rebuild=rebuild_when_inputs_change(looks),
        rebuild_on_data_only=rebuild_when_inputs_change(
            looks, on_code_change=settings.rebuild_gpu_on_code_change
        ),
        rebuild_expensive_on_code=settings.rebuild_gpu_on_code_change,
        around=OwnPrompts.read(recipe.prompts).in_use,
        freshness=freshness_policy(settings.freshness),
    )


def freshness_policy(settings: FreshnessSettings) -> dg.FreshnessPolicy | None:
    """The policy of a recipe's outputs; None where the settings want none."""
    if settings.fail_days is None:
        return None
    warn = None if settings.warn_days is None else timedelta(days=settings.warn_days)
    return dg.FreshnessPolicy.time_window(fail_window=timedelta(days=settings.fail_days), warn_window=warn)


def automation_sensor(status: dg.DefaultSensorStatus) -> dg.AutomationConditionSensorDefinition:
    """Evaluates the conditions of all assets; `status` says whether it is on before anybody switches it.

    In the code server, where the conditions can look into the store; as runs and not as backfills, which would
    wait for more ticks.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", dg.BetaWarning)
        return dg.AutomationConditionSensorDefinition(
            "rebuild_when_inputs_change",
            target=dg.AssetSelection.all(),
            description="Rebuilds what is missing or out of date, one run a language, when its inputs are there.",
            minimum_interval_seconds=10,
            default_status=status,
            run_tags={AUTOMATED: "true"},
            emit_backfills=False,
            use_user_code_server=True,
        )
