"""Jobs for daily work from the launchpad: each does what the command of the same name does, in a run that shows it.

What is rebuilt runs as Dagster runs of its own, in the process of the job's run. The models that are filled in stand
in `job_configs.py`.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dagster as dg
import polars as pl

from assets.corpus_dump.asset import KEY as CORPUS_DUMP
from assets.publishing.markdown import markdown_table
from assets.raw_corpus.asset import KEY as RAW_CORPUS
from pipeline_defs.deployment import Deployment
from pipeline_defs.expected_errors import is_expected
from pipeline_defs.operating.job_configs import (
    AuditConfig,
    EvaluationConfig,
    ExportConfig,
    LanguageConfig,
    PilotConfig,
    ReadDumpConfig,
    RecipeConfig,
    TakeDownConfig,
)
from pipeline_defs.pilot.place import remove_pilots
from pipeline_defs.pilot.shown import as_shown
from pipeline_defs.taking_down.apply import apply_take_downs

if TYPE_CHECKING:
    from pipeline_defs.planning.rebuild import Progress, Rebuilt

ROWS_SHOWN = 100
LINE_EVERY_S = 10.0


def operating_jobs(deployment: Deployment) -> list[dg.JobDefinition]:
    """The jobs over `deployment`, each with a run config that works as it stands."""
    first = deployment.recipes[0].name if deployment.recipes else ""
    language = next((language for recipe in deployment.recipes for language in recipe.languages), "")
    dumps = [*deployment.settings.dumps.named, "name"]
    return [
        _job(deployment, "read_dump", _read_dump, ReadDumpConfig(dump=dumps[0])),
        _job(deployment, "materialize_recipe", _materialize_recipe, RecipeConfig(recipe=first)),
        _job(
            deployment,
            "materialize_language",
            _materialize_language,
            LanguageConfig(language=language),
        ),
        _job(deployment, "pilot", _pilot, PilotConfig(recipe=first)),
        _job(deployment, "evaluate_model", _evaluate_model, EvaluationConfig(recipe=first)),
        _job(deployment, "audit", _audit, AuditConfig(recipe=first)),
        _job(deployment, "export", _export, ExportConfig(recipes=[first] if first else [])),
        _job(deployment, "take_down", _take_down, TakeDownConfig()),
    ]


Work = Callable[[Deployment, dg.OpExecutionContext, Any], None]


def _job(deployment: Deployment, name: str, work: Work, filled_in: dg.Config) -> dg.JobDefinition:
    """A job of one op, whose config is the model of `filled_in`, which the launchpad shows."""

    def compute(context: dg.OpExecutionContext, config: Any) -> None:
        with _errors_without_traceback():
            work(deployment, context, config)

    compute.__annotations__["config"] = type(filled_in)
    op = dg.op(name=name, description=work.__doc__)(compute)

    @dg.graph(name=f"{name}_graph", description=work.__doc__)
    def graph() -> None:
        op()

    return graph.to_job(
        name=name,
        description=work.__doc__,
        config=dg.RunConfig(ops={name: filled_in}),
        executor_def=dg.in_process_executor,
    )


def _read_dump(deployment: Deployment, context: dg.OpExecutionContext, config: ReadDumpConfig) -> None:
    """Read one dump into the store: a new one, one that failed, or one that changed."""
    select = f'key:"{CORPUS_DUMP.to_user_string()}"'
    _rebuild(deployment, context, dumps=[config.dump], select=select, force=config.again)


def _materialize_recipe(deployment: Deployment, context: dg.OpExecutionContext, config: RecipeConfig) -> None:
    """Bring a recipe up to date, with the corpus that it needs: what is out of date is rebuilt and nothing else."""
    recipe = config.recipe or None
    _rebuild(
        deployment.with_changes(config.changes(), recipe),
        context,
        recipe,
        languages=config.languages or None,
        dumps=config.dumps or None,
        select=config.select or None,
        force=config.force,
    )


def _materialize_language(
    deployment: Deployment, context: dg.OpExecutionContext, config: LanguageConfig
) -> None:
    """Bring one language of the recipes that have it up to date, with what they make of all their languages."""
    recipes = config.recipes or [one.name for one in deployment.recipes if config.language in one.languages]
    changed = deployment.with_changes(config.changes(), recipes)
    _rebuild(changed, context, recipes or None, languages=[config.language])


def _pilot(deployment: Deployment, context: dg.OpExecutionContext, config: PilotConfig) -> None:
    """A sample through a whole recipe, apart from the real tables, and what the whole would come to."""
    recipe = deployment.recipe(config.recipe or None).name
    pilot = deployment.with_changes(config.changes(), recipe).pilot(
        recipe,
        size=config.size,
        unit=config.unit.value,
        languages=config.languages or None,
        train=config.train,
        say=context.log.info,
    )
    rows = pilot.together().filter(pl.col("artifact") == "sft_dataset", pl.col("measure") == "rows out")
    described = {
        "estimate": dg.MetadataValue.md(markdown_table(as_shown(pilot))),
        "sampled": dg.MetadataValue.md(markdown_table(pilot.sampled)),
        "notes": "; ".join(pilot.notes) or "-",
        "training_rows_of_the_whole": float(rows["whole"].sum()),
        "calls_paid": pilot.paid.calls,
        "calls_saved": pilot.saved,
        "money_paid": pilot.paid.money,
        "seedline/run_settings": dg.MetadataValue.json(dict(pilot.run_settings)),
        "store": pilot.store,
    }
    context.log_event(
        dg.AssetMaterialization(
            ["pilot", recipe], description="A pilot, and what the whole comes to", metadata=described
        )
    )
    context.add_output_metadata(described)
    if pilot.failure:
        raise dg.Failure(f"the pilot ended early: {pilot.failure}")


def _evaluate_model(deployment: Deployment, context: dg.OpExecutionContext, config: EvaluationConfig) -> None:
    """Score the checkpoint of a recipe as it stands, or any other model, on the recipe's benchmarks or on others."""
    if config.model:
        scores = _scores_of(deployment, config)
        context.add_output_metadata({"scores": dg.MetadataValue.md(markdown_table(scores))})
        return
    recipe = deployment.recipe(config.recipe or None).name
    changes = {"recipe.evaluation.benchmarks": config.benchmarks} if config.benchmarks else {}
    changed = deployment.with_changes(changes, recipe)
    _rebuild(changed, context, recipe, select=f'key:"{recipe}/eval_scores"', force=config.again)
    scores = changed.scan("eval_scores", recipe).drop("score_id", "checkpoint_id", strict=False).collect()
    context.add_output_metadata({"scores": dg.MetadataValue.md(markdown_table(scores))})


def _scores_of(deployment: Deployment, config: EvaluationConfig) -> pl.DataFrame:
    asked: dict[str, Any] = deployment.recipe(config.recipe or None).evaluation.model_dump()
    benchmarks = config.benchmarks or asked["benchmarks"]
    others = {name: value for name, value in asked.items() if name != "benchmarks"}
    found = deployment.evaluate(config.model, benchmarks, engine=config.engine, **others)
    return found.scores.drop("score_id")


def _audit(deployment: Deployment, context: dg.OpExecutionContext, config: AuditConfig) -> None:
    """Answer a question over a recipe's tables as they stand, without storing the answer."""
    recipe = deployment.recipe(config.recipe or None).name
    answer = deployment.audit(config.question, recipe, language=config.language or None)
    shown = markdown_table(answer.head(ROWS_SHOWN)) if answer.height else "_no rows_"
    context.add_output_metadata({"answer": dg.MetadataValue.md(shown), "rows": answer.height})


def _export(deployment: Deployment, context: dg.OpExecutionContext, config: ExportConfig) -> None:
    """Write training rows of recipes as a folder ready to be handed on, and push it to a hub if asked."""
    recipes = config.recipes or [deployment.recipe(None).name]
    to = Path(config.to) if config.to else deployment.settings.home / "exports" / "-".join(sorted(recipes))
    made = deployment.export(
        recipes,
        to,
        {**config.settings, "format": config.format, "held_out": config.held_out},
        papers=config.papers,
        push_to=config.push_to or None,
        private=config.private,
    )
    context.add_output_metadata(
        {
            "folder": dg.MetadataValue.path(to.absolute()),
            "export_id": made.export_id,
            "rows": made.rows.height,
            "files": len(made.files),
            "funnel": dg.MetadataValue.md(markdown_table(made.funnel)),
            **({"pushed": dg.MetadataValue.url(made.pushed)} if made.pushed else {}),
        }
    )


def _take_down(deployment: Deployment, context: dg.OpExecutionContext, config: TakeDownConfig) -> None:
    """Apply the take-downs file now: its text leaves everything that is kept, and what it was in is rebuilt."""
    done = apply_take_downs(deployment, context.log.info)
    for warning in done.warnings:
        context.log.warning(warning)
    remove_pilots(deployment.settings)
    if done.receipt is not None:
        receipt = markdown_table(done.receipt.frame().drop("trained", "out_of_reach"))
        context.add_output_metadata({"receipt": dg.MetadataValue.md(receipt)})
    select = f'key:"{RAW_CORPUS.to_user_string()}"+'
    _rebuild(deployment, context, config.recipes or None, select=select)


def _rebuild(
    deployment: Deployment,
    context: dg.OpExecutionContext,
    recipes: str | Sequence[str] | None = None,
    **which: Any,
) -> "Rebuilt":
    """Bring what is chosen up to date; the run's log says how far it is, the output's metadata what was made."""
    plan = deployment.plan(recipes, **which)
    for note in plan.notes:
        context.log.warning(note)
    context.log.info(f"{len(plan)} partitions are out of date")
    rebuilt = deployment.carry_out(plan, _lines(context))
    context.add_output_metadata(
        {
            "partitions_rebuilt": len(rebuilt),
            "rebuilt": dg.MetadataValue.md(
                markdown_table(rebuilt.frame()) if rebuilt else "_everything was up to date_"
            ),
            "seedline/run_settings": dg.MetadataValue.json(dict(deployment.run_settings)),
        }
    )
    return rebuilt


def _lines(context: dg.OpExecutionContext) -> "Callable[[Progress], None]":
    last = ["", 0.0]

    def note(progress: "Progress") -> None:
        now = time.monotonic()
        if progress.running != last[0] or now - float(last[1]) >= LINE_EVERY_S:
            last[:] = [progress.running, now]
            context.log.info(
                f"{progress.done} of {progress.total} tables; {progress.running} {progress.step or ''}"
            )

    return note


@contextmanager
def _errors_without_traceback() -> Iterator[None]:
    """What a user can mend is said as it is said in a terminal."""
    try:
        yield
    except Exception as error:
        if not is_expected(error):
            raise
        raise dg.Failure(str(error), allow_retries=False) from None
