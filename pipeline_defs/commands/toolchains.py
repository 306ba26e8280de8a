"""`seedline toolchains`: which languages this machine can judge, with version, isolation and what to install."""

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from pipeline_defs.commands.judging import BACKEND_HELP, machine_sandbox
from resources.sandbox import bubblewrap
from resources.sandbox.languages import LANGUAGES
from resources.sandbox.server_process import Backend
from resources.sandbox.toolchains import found


def toolchains(
    backend: Annotated[str, typer.Option(help=BACKEND_HELP)] = "",
) -> None:
    """Show each language's toolchain, tried inside the sandbox; an error where nothing can isolate."""
    console = Console()
    with machine_sandbox(workers=1, backend=backend) as sandbox:
        python = sandbox.identity("python")
    isolation = python["isolation"]
    table = Table("language", "toolchain", "isolation", "to install")
    table.add_row("python", python["toolchain"], isolation, "")
    with bubblewrap.using(Backend(isolation.removesuffix("-forkserver"))):
        lines = [found(language) for language in LANGUAGES]
    for line in lines:
        remedy = "" if not line.problem else f"apt-get install {' '.join(line.packages)}"
        table.add_row(
            line.language,
            line.version or "none",
            isolation.removesuffix("-forkserver") if not line.problem else "",
            remedy,
        )
        if line.problem and line.version:
            typer.echo(line.problem, err=True)
    console.print(table)
