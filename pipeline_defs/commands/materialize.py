"""`seedline materialize` and `plan`: running the pipeline and saying before what would run."""

from typing import Annotated

import polars as pl
import typer

from pipeline_defs.commands.costs import print_costs, with_costs
from pipeline_defs.commands.output import AsCsv, AsJson, Output
from pipeline_defs.commands.pilot import PilotUnit, take_pilot
from pipeline_defs.commands.progress import paid_words, shown
from pipeline_defs.configuration.run_settings import parse_changes
from pipeline_defs.deployment import Deployment
from pipeline_defs.planning.plan import Plan, SelectionError
from pipeline_defs.planning.rebuild import Rebuilt
from pipeline_defs.planning.training_size import training_sizes
from resources.trainer.size import GPUS

RecipeName = Annotated[
    str | None,
    typer.Option(
        "--recipe",
        help="Name of an enabled recipe, or path of a YAML file. Default: all enabled recipes.",
    ),
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
Changed = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        help="Setting for this run alone, e.g. recipe.responses.samples=4 or engines.budget.tokens=100000; "
        "may be repeated.",
    ),
]


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
    changed: Changed = None,
    pilot: Annotated[
        int | None,
        typer.Option(
            "--pilot",
            min=1,
            help="Take so many files of each language through the whole recipe, in a place of its own, and say "
            "what the whole would come to.",
        ),
    ] = None,
    pilot_unit: Annotated[
        PilotUnit, typer.Option("--pilot-unit", help="With --pilot: what is counted.")
    ] = PilotUnit.files,
    untrained: Annotated[
        bool, typer.Option("--untrained", help="With --pilot: end with the training rows.")
    ] = False,
    json: AsJson = False,
    csv: AsCsv = False,
) -> None:
    """Rebuild what is out of date: of every enabled recipe, or of one, and of the corpus that they need."""
    deployment = _changed(recipe, changed)
    if pilot is not None:
        output = Output(json, csv)
        take_pilot(output, deployment, recipe, pilot, pilot_unit, language, dump, train=not untrained)
        return
    try:
        plan = deployment.plan(
            recipe, languages=language or None, dumps=dump or None, select=select, force=force
        )
    except SelectionError as error:
        raise typer.BadParameter(str(error)) from error
    output = Output(json, csv)
    rebuilt = _carried_out(deployment, plan, output)
    made = rebuilt.frame()
    nothing = "everything is up to date" if not rebuilt.joined else "nothing was left to make"
    output.table(made, shown=by_asset(made), nothing=nothing)
    if rebuilt:
        output.say(summary(rebuilt))
    if rebuilt.joined:
        output.say(f"tables that another run made meanwhile: {len(rebuilt.joined)}")


def plan(
    recipe: RecipeName = None,
    language: Languages = None,
    dump: DumpNames = None,
    changed: Changed = None,
    if_: Annotated[
        list[str] | None,
        typer.Option(
            "--if", help="As --set: what would it cost if recipe.responses.samples=20? May be repeated."
        ),
    ] = None,
    priced: Annotated[
        bool,
        typer.Option(
            "--cost/--no-cost", help="Say what it would ask for too: calls, tokens, programs, time, money."
        ),
    ] = True,
    gpu: Annotated[
        str | None,
        typer.Option(
            "--gpu", help=f"Reckon trainings on this GPU in place of those here: {', '.join(GPUS)}."
        ),
    ] = None,
    gpus: Annotated[
        int | None,
        typer.Option("--gpus", min=1, help="On so many GPUs; else on those here, or on the fewest that do."),
    ] = None,
    json: AsJson = False,
    csv: AsCsv = False,
) -> None:
    """Say what would be rebuilt, and why, and what it would ask for; nothing is written, no model is called."""
    if gpu is not None and gpu not in GPUS:
        raise typer.BadParameter(f"--gpu {gpu}: no such GPU; there are {', '.join(GPUS)}")
    deployment = _changed(recipe, [*(changed or []), *(if_ or [])])
    planned = deployment.plan(recipe, languages=language or None, dumps=dump or None)
    output = Output(json, csv)
    _say(planned, output)
    frame, title = planned.frame(), f"{len(planned)} partitions are out of date"
    if not priced or not len(planned):
        output.table(frame, title, nothing="everything is up to date")
        return
    asked = with_costs(frame, deployment.cost(planned))
    output.table(asked, title, shown=frame)
    if output.for_people:
        print_costs(output, asked)
        for size in training_sizes(deployment, planned, gpu=gpu, gpus=gpus):
            output.say(size if isinstance(size, str) else size.line())


def _changed(recipe: str | None, changed: list[str] | None) -> Deployment:
    """The deployment with this recipe on too, and the settings of this run."""
    return Deployment.open().with_recipe(recipe).with_changes(parse_changes(changed or []), recipe or None)


def by_asset(made: pl.DataFrame) -> pl.DataFrame:
    """The sums of `REBUILT` over an asset's partitions; columns that nothing has a value in are left out."""
    sums = [
        name for name in ("rows", "rejected", "calls", "calls_saved", "tokens", "cost") if made[name].count()
    ]
    return made.group_by("asset", maintain_order=True).agg(pl.len().alias("tables"), pl.col(sums).sum())


def summary(rebuilt: Rebuilt) -> str:
    """One line on what a materialization made and paid."""
    made = rebuilt.frame()
    text = f"{made.height} tables made in {rebuilt.seconds:,.0f} s: {made['rows'].sum():,} rows kept, "
    text += f"{made['rejected'].sum():,} rejected"
    if made["calls"].count():
        text += paid_words(rebuilt.paid()) or ", no model call paid for"
        text += f" ({made['calls_saved'].sum():,} calls saved)"
    return text


def _carried_out(deployment: Deployment, plan: Plan, output: Output) -> Rebuilt:
    _say(plan, output)
    with shown(output.console, len(plan)) as on_progress:
        return deployment.carry_out(plan, on_progress)


def _say(plan: Plan, output: Output) -> None:
    for note in plan.notes:
        output.say(note)
