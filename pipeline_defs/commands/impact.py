"""`seedline impact`: what rests on a repository, file, license, model, prompt, benchmark or dump."""

from typing import Annotated

import polars as pl
import typer

from pipeline_defs.commands.output import AsCsv, AsJson, Output
from pipeline_defs.deployment import Deployment


def impact(
    repo: Annotated[str | None, typer.Option(help="Repository, owner/name or owner/*.")] = None,
    path: Annotated[
        str | None, typer.Option(help="Path pattern, such as 'src/**', or 'owner/name src/**'.")
    ] = None,
    license: Annotated[str | None, typer.Option(help="SPDX identifier that a file's license names.")] = None,
    commit: Annotated[str | None, typer.Option(help="Commit or version, as the corpus names it.")] = None,
    author: Annotated[str | None, typer.Option(help="Author that the head of a file names.")] = None,
    file_id: Annotated[str | None, typer.Option("--file-id", help="Id of a file.")] = None,
    sha256: Annotated[str | None, typer.Option(help="SHA-256 of a file's content.")] = None,
    model: Annotated[
        str | None, typer.Option(help="Model or engine that wrote instructions or responses.")
    ] = None,
    prompt: Annotated[str | None, typer.Option(help="Name of a prompt template.")] = None,
    benchmark: Annotated[
        str | None, typer.Option(help="Benchmark whose problems were found in rows.")
    ] = None,
    dump: Annotated[str | None, typer.Option(help="Dump that files came with.")] = None,
    json: AsJson = False,
    csv: AsCsv = False,
) -> None:
    """Say which rows, data-set versions, exports, checkpoints and scores rest on something; nothing is computed."""
    from pipeline_defs.taking_down.impact import ImpactError
    from pipeline_defs.taking_down.impact import impact as impact_of

    given = {
        "repo": repo,
        "path": path,
        "license": license,
        "commit": commit,
        "author": author,
        "file_id": file_id,
        "sha256": sha256,
        "model": model,
        "prompt": prompt,
        "benchmark": benchmark,
        "dump": dump,
    }
    asked = {kind: value for kind, value in given.items() if value is not None}
    if len(asked) != 1:
        raise typer.BadParameter("say one thing whose impact is asked for, such as --repo owner/name")
    ((kind, value),) = asked.items()
    output = Output(json, csv)
    try:
        found = impact_of(Deployment.open(), kind, value)
    except ImpactError as error:
        raise typer.BadParameter(str(error)) from error
    shown = found.with_columns(
        pl.when(pl.col("of") > 0).then(pl.format("{} %", (100 * pl.col("share")).round(2))).alias("share")
    )
    output.table(found, shown=shown, nothing=f"nothing that is stored rests on {kind} {value}")
