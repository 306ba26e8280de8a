"""`seedline versions`: every version of a data set that was made, and what two of them do not share."""

from typing import Annotated

import polars as pl
import typer

from pipeline_defs.commands.output import AsCsv, AsJson, Output
from pipeline_defs.deployment import Deployment


def versions(
    artifact: Annotated[
        str,
        typer.Argument(help="sft_dataset, checkpoint or eval_scores, or with its recipe: demo/sft_dataset."),
    ] = "sft_dataset",
    diff: Annotated[
        tuple[str, str] | None,
        typer.Option(
            "--diff",
            metavar="OLD NEW",
            help="Rows that only one of two versions has.",
        ),
    ] = None,
    recipe: Annotated[str | None, typer.Option("--recipe", help="Recipe, where more than one is on.")] = None,
    json: AsJson = False,
    csv: AsCsv = False,
) -> None:
    """List every version of a data set that was made, also where its rows were replaced; compare two by row id."""
    from pipeline_defs.stored.versions import UnknownVersionError, difference, version_list

    deployment, output = Deployment.open().with_recipe(recipe), Output(json, csv)
    key, store = deployment.key_of(artifact, recipe), deployment.store()
    if diff is not None:
        try:
            found = difference(store, key, *diff)
        except UnknownVersionError as error:
            raise typer.BadParameter(str(error)) from error
        counts = dict(found.group_by("change").len().iter_rows())
        title = f"{counts.get('added', 0)} rows added, {counts.get('removed', 0)} removed"
        output.table(found, title, nothing="both versions have the same rows")
        return
    listed = version_list(store, key)
    shown = listed.select(
        "version",
        "table",
        "made",
        "rows",
        pl.when("current").then(pl.lit("yes")).otherwise(pl.lit("no")).alias("current"),
        "code_version",
        pl.col("used_by").list.join("; "),
    )
    output.table(listed, shown=shown, nothing=f"no version of {'/'.join(key)} was made yet")
