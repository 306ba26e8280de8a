"""`seedline toolchains`: which languages this machine can judge, with version, isolation and what to install."""

from typing import Annotated

import polars as pl
import typer

from pipeline_defs.commands.judging import BACKEND_HELP, machine_sandbox
from pipeline_defs.commands.output import AsCsv, AsJson, Output
from pipeline_defs.commands.terminal import say
from resources.sandbox import bubblewrap
from resources.sandbox.languages import LANGUAGES
from resources.sandbox.server_process import Backend
from resources.sandbox.toolchains import found

TOOLCHAINS = pl.Schema(
    {"language": pl.String, "toolchain": pl.String, "isolation": pl.String, "to install": pl.String}
)
"""Columns of the table; null where there is none."""


def toolchains(
    backend: Annotated[str, typer.Option(help=BACKEND_HELP)] = "",
    json: AsJson = False,
    csv: AsCsv = False,
) -> None:
    """Show each language's toolchain, tried inside the sandbox; an error where nothing can isolate."""
    output = Output(json, csv)
    with machine_sandbox(workers=1, backend=backend) as sandbox:
        python = sandbox.identity("python")
    isolation = python["isolation"]
    rows: list[tuple[str, str | None, str | None, str | None]] = [
        ("python", python["toolchain"], isolation, None)
    ]
    with bubblewrap.using(Backend(isolation.removesuffix("-forkserver"))):
        lines = [found(language) for language in LANGUAGES]
    for line in lines:
        remedy = f"apt-get install {' '.join(line.packages)}" if line.problem else None
        used = None if line.problem else isolation.removesuffix("-forkserver")
        rows.append((line.language, line.version or None, used, remedy))
        if line.problem and line.version:
            say(line.problem, error=True)
    frame = pl.DataFrame(rows, schema=TOOLCHAINS, orient="row")
    output.table(frame, shown=frame.with_columns(pl.col("toolchain").fill_null("none")))
