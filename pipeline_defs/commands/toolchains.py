"""`seedline toolchains`: which languages this machine can judge, with version, isolation and what to install."""

import platform
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from resources.sandbox.languages import LANGUAGES
from resources.sandbox.local import open_sandbox
from resources.sandbox.toolchains import found


def toolchains(
    backend: Annotated[str, typer.Option(help="auto, bwrap or landlock")] = "auto",
) -> None:
    """Show each language's toolchain, tried inside the sandbox; an error where nothing can isolate."""
    console = Console()
    with open_sandbox(workers=1, backend=backend) as sandbox:
        isolation = sandbox.identity("python")["isolation"]
    table = Table("language", "toolchain", "isolation", "to install")
    table.add_row("python", f"Python {platform.python_version()}", isolation, "")
    for language in LANGUAGES:
        line = found(language)
        remedy = "" if not line.problem else f"apt-get install {' '.join(line.packages)}"
        table.add_row(
            language,
            line.version or "none",
            isolation.removesuffix("-forkserver") if not line.problem else "",
            remedy,
        )
        if line.problem and line.version:
            typer.echo(line.problem, err=True)
    console.print(table)
