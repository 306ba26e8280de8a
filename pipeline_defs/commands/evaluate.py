"""`seedline evaluate`: a model's scores on benchmarks, beside another model's, without a recipe and without Dagster."""

from pathlib import Path
from typing import Annotated, Any

import polars as pl
import typer
from pydantic import ValidationError

from assets.benchmarks.problem import BenchmarkError
from assets.eval_scores.presets import PRESETS
from assets.eval_scores.settings import EvaluationSettings
from assets.eval_scores.tasks import joined_name, split_name
from pipeline_defs.commands.output import AsCsv, AsJson, Output
from pipeline_defs.commands.tables import check_output, write_table
from pipeline_defs.commands.terminal import Console
from pipeline_defs.commands.text_batches import progress_bars
from pipeline_defs.configuration.run_settings import parse_changes
from pipeline_defs.configuration.settings import SettingsError, load_settings
from pipeline_defs.configuration.validation_messages import problems as words_of
from pipeline_defs.evaluating.evaluate import Evaluated, registered
from pipeline_defs.evaluating.evaluate import evaluate as evaluated

DETAIL = 200
"""Characters of an error that are shown."""


def evaluate(
    model: Annotated[str, typer.Argument(help="folder, hub id, or the model's name on a server")],
    benchmarks: Annotated[
        list[str],
        typer.Option(
            "--benchmarks",
            "-b",
            help="a registered benchmark, or NAME=PATH of a file of problems; with a task behind a colon where it is "
            "not completion (humanevalpack:fix); may be given again",
        ),
    ],
    engine: Annotated[
        str, typer.Option(help="what runs the model: transformers, vllm, vllm_server or openai")
    ] = "transformers",
    server: Annotated[
        str | None, typer.Option(help="address of an OpenAI-compatible server, http://host:port/v1")
    ] = None,
    base: Annotated[
        str | None, typer.Option(help="another model to put beside it, run in the same way")
    ] = None,
    preset: Annotated[str, typer.Option(help="whose way of asking: " + ", ".join(PRESETS))] = "seedline",
    completion: Annotated[
        bool, typer.Option("--completion", help="bare prompts, for base models, instead of chat")
    ] = False,
    limit: Annotated[
        int | None, typer.Option(min=1, help="only so many problems of each benchmark, spread over it")
    ] = None,
    changes: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            help="another field of the evaluation or the engine: samples=10, temperature=0.2, k=[1,10], "
            "engine.revision=main; may be given again",
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="write every answer with its code and verdict to this Parquet file")
    ] = None,
    json: AsJson = False,
    csv: AsCsv = False,
) -> None:
    """Score any model on benchmarks: ask it, run its answers in the sandbox, print pass@k with 95 % intervals."""
    output = Output(json, csv)
    if out is not None:
        check_output(out)
    settings = load_settings()
    names, files = _named(benchmarks)
    problems = registered(settings, names, files)
    given = parse_changes(changes or [])
    of_engine = {
        key.removeprefix("engine."): given.pop(key) for key in list(given) if key.startswith("engine.")
    }
    if server is not None:
        backend = {"openai": settings.engines.openai.model_copy(update={"base_url": server})}
        settings = settings.model_copy(update={"engines": settings.engines.model_copy(update=backend)})
        engine = "openai"
    style = {"prompt_style": "completion"} if completion else {}
    evaluation = _evaluation({"benchmarks": names, "preset": preset, **style, **given})
    found: list[Evaluated] = []
    with progress_bars(Console(stderr=True)) as bars:
        for one in (model, *([base] if base else [])):
            task = bars.add_task(one, total=None)
            found.append(
                evaluated(
                    settings,
                    one,
                    problems,
                    evaluation,
                    backend=engine,
                    limit=limit,
                    engine=of_engine,
                    progress=lambda what, done, of, task=task, one=one: bars.update(
                        task, description=f"{one}: {what}", completed=done, total=of
                    ),
                )
            )
    if out is not None:
        write_table(pl.concat([one.samples for one in found]), out)
        output.say(f"every answer is in {out}")
    _print(output, found)


def _named(places: list[str]) -> tuple[list[str], dict[str, str]]:
    """The names to evaluate, and the files of those that were given as NAME=PATH."""
    files, names = dict[str, str](), list[str]()
    for place in places:
        name, is_path, path = place.partition("=")
        benchmark, task = _split(name)
        if is_path:
            files[benchmark] = path
        names.append(joined_name(benchmark, task))
    return names, files


def _split(name: str) -> tuple[str, str]:
    try:
        return split_name(name)
    except ValueError as error:
        raise BenchmarkError(str(error)) from error


def _evaluation(given: dict[str, Any]) -> EvaluationSettings:
    try:
        return EvaluationSettings.model_validate(given)
    except ValidationError as error:
        lines = words_of(error, EvaluationSettings, given)
        raise SettingsError("\n".join(["the evaluation cannot be made so:", *lines])) from error


def _print(output: Output, found: list[Evaluated]) -> None:
    scores = pl.concat([one.scores for one in found])
    many_languages, many_k = scores["language"].n_unique() > 1, scores["k"].n_unique() > 1
    value = "pass@k" if many_k else f"pass@{scores['k'][0]}"
    shown = scores.select(
        pl.col("checkpoint_id").map_elements(_short, pl.String).alias("model"),
        pl.struct("benchmark", "task")
        .map_elements(lambda one: joined_name(one["benchmark"], one["task"]), pl.String)
        .alias("benchmark"),
        *(["language"] if many_languages else []),
        *(["k"] if many_k else []),
        _with_interval("pass_at_k").alias(value),
        pl.col("problems").alias("of"),
        _percent("cut_off").alias("cut"),
        _percent("without_code").alias("no code"),
    )
    output.table(scores, f"asked as {scores['preset'][0]} asks; in percent, with 95 % intervals", shown=shown)
    if len(found) > 1:
        gained = found[0].against(found[1])
        title = f"{_short(found[0].model)} over {_short(found[1].model)}, in percent, paired"
        said = gained.select(
            "benchmark",
            "language",
            _with_interval("difference", signed=True),
            pl.format("{} of {}", "won", "problems").alias("won"),
            pl.format("{} of {}", "lost", "problems").alias("lost"),
        )
        if output.for_people:
            output.table(gained, title, shown=said)
        else:
            output.say(f"{title}: {gained.write_json()}")
    for one in found[:1]:
        for row in one.failing_references.iter_rows(named=True):
            output.say(
                f"{row['problem_id']}: its own solution does not pass here ({row['verdict']}: "
                f"{(row['detail'] or '')[:DETAIL]}), so no answer can"
            )
        unverified = int(one.scores["unverified_problems"].sum())
        if unverified:
            output.say(f"{unverified} problems are left out: this machine could not judge an answer to them")
    output.say(
        f"{sum(one.calls for one in found):,} answers were computed, the others came from the row cache"
    )


def _percent(name: str) -> pl.Expr:
    """A share in percent with one digit."""
    return (pl.col(name) * 100).round(1)


def _with_interval(name: str, *, signed: bool = False) -> pl.Expr:
    """A share with its 95 % interval, in percent."""

    def digits(column: str) -> pl.Expr:
        mark = "+" if signed else ""
        return (pl.col(column) * 100).map_elements(lambda share: f"{share:{mark}.1f}", pl.String)

    return pl.format("{} ({} to {})", digits(name), digits("low"), digits("high")).alias(name)


def _short(model: str) -> str:
    """A folder by its last name; a hub id as it is."""
    return Path(model).name if Path(model).is_dir() else model
