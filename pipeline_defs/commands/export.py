"""`seedline export`: training rows of recipes as a folder that is ready to be handed on."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from assets.exports.settings import DIMENSIONS, ExportError, ExportSettings, Format
from pipeline_defs.commands.output import AsCsv, AsJson, Output
from pipeline_defs.deployment import Deployment

RECIPES = typer.Argument(metavar="RECIPE...", help="recipes whose training rows are handed on")


def export(
    recipes: Annotated[list[str], RECIPES],
    to: Annotated[Path, typer.Option(help="folder to write; one that holds an earlier export is renewed")],
    format: Annotated[Format, typer.Option("--format", help="form of the rows")] = "messages",
    held_out: Annotated[
        float, typer.Option(help="share of rows that become the split test, by repository")
    ] = 0.0,
    split_by: Annotated[
        str, typer.Option(help="repository or file: what is never in both splits")
    ] = "repository",
    leak_threshold: Annotated[
        float, typer.Option(help="similarity to a held-out row from which a training row leaves")
    ] = 0.5,
    near_duplicates: Annotated[
        float, typer.Option(help="similarity from which two rows are near-duplicates; 0: none are looked for")
    ] = 0.7,
    weight: Annotated[
        list[str] | None,
        typer.Option(
            help=f"DIMENSION:VALUE=WEIGHT, of {', '.join(DIMENSIONS)}, for shares of the rows; * for all other values"
        ),
    ] = None,
    rows: Annotated[int | None, typer.Option(help="rows of the whole export")] = None,
    tokenizer: Annotated[
        str | None, typer.Option(help="folder or hub id of the tokenizer of the model that will learn")
    ] = None,
    max_tokens: Annotated[
        int | None,
        typer.Option(help="leave out longer rows, in tokens of --tokenizer, chat template included"),
    ] = None,
    chat_template: Annotated[
        str,
        typer.Option(
            help="of the training: model (the tokenizer's own), a recipe's name for one, or a Jinja file"
        ),
    ] = "model",
    system: Annotated[
        list[str] | None, typer.Option(help="system prompt; of several, each row gets one by its id")
    ] = None,
    keep_marked: Annotated[
        bool, typer.Option("--keep-marked", help="keep rows that the recipe marked as contaminated")
    ] = False,
    seed: Annotated[int, typer.Option(help="of the split, the sample and system prompts")] = 0,
    title: Annotated[str | None, typer.Option(help="title of the card")] = None,
    papers: Annotated[
        bool,
        typer.Option("--papers", help="write Croissant, SPDX and the EU's summary of training content too"),
    ] = False,
    push: Annotated[
        str | None, typer.Option(help="data set repository of the hub that gets the files: OWNER/NAME")
    ] = None,
    private: Annotated[
        bool, typer.Option("--private/--public", help="of a repository that --push makes")
    ] = True,
    date: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="day of release that papers state; without it, today"),
    ] = None,
    json: AsJson = False,
    csv: AsCsv = False,
) -> None:
    """Write training rows of recipes as a folder ready to be pushed: Parquet, card, attribution, split, funnel."""
    output = Output(json, csv)
    near: dict[str, Any] | None = {"threshold": near_duplicates} if near_duplicates else None
    try:
        settings = ExportSettings.model_validate(
            {
                "format": format,
                "held_out": held_out,
                "split_by": split_by,
                "leak_threshold": leak_threshold,
                "near_duplicates": near,
                "keep_marked": keep_marked,
                "weights": weights_of(weight or []),
                "rows": rows,
                "tokenizer": tokenizer,
                "max_tokens": max_tokens,
                "chat_template": chat_template,
                "system": tuple(system or ()),
                "seed": seed,
            }
        )
    except ValidationError as error:
        raise ExportError("; ".join(_said(one) for one in error.errors())) from error
    deployment = Deployment.open()
    for recipe in recipes:
        deployment = deployment.with_recipe(recipe)
    made = deployment.export(
        recipes,
        to,
        settings,
        title=title,
        papers=papers,
        push_to=push,
        private=private,
        date=None if date is None else date.date(),
    )
    output.table(made.funnel, f"Export {made.export_id}")
    splits = made.rows.group_by("split").len().sort("split", descending=True).rows()
    output.say(
        f"{', '.join(f'{count:,} rows {split}' for split, count in splits)} in {to}: {len(made.files)} files"
    )
    if made.pushed:
        output.say(f"pushed: {made.pushed}")


def weights_of(texts: list[str]) -> dict[str, dict[str, float]]:
    """`["language:python=2", "language:*=1"]` as weights by dimension and value. Raises `ExportError`."""
    weights: dict[str, dict[str, float]] = {}
    for text in texts:
        target, _, number = text.rpartition("=")
        dimension, _, value = target.partition(":")
        try:
            weight = float(number)
        except ValueError:
            weight = -1.0
        if dimension not in DIMENSIONS or not value or weight < 0:
            raise ExportError(
                f"--weight {text}: wanted is DIMENSION:VALUE=WEIGHT, for example language:python=2; dimensions are "
                f"{', '.join(DIMENSIONS)}"
            )
        weights.setdefault(dimension, {})[value] = weight
    return weights


def _said(error: Any) -> str:
    name = ".".join(str(part) for part in error["loc"])
    return f"--{name.replace('_', '-')}: {error['msg']}" if name else str(error["msg"])
