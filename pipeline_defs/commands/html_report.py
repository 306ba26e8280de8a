"""`seedline report`: a recipe's report as one page that needs nothing beside it."""

import webbrowser
from pathlib import Path
from typing import Annotated

import typer

from pipeline_defs.commands.terminal import say
from pipeline_defs.deployment import Deployment


def report(
    recipe: Annotated[str | None, typer.Option("--recipe", help="Recipe, where more than one is on.")] = None,
    to: Annotated[
        Path | None, typer.Option(help="File to write. Default: in the store, audit/report.")
    ] = None,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Open a browser, or print the place only.")
    ] = True,
) -> None:
    """Write a recipe's report, one HTML file without network, and open it."""
    from pipeline_defs.report.asset import write_report
    from pipeline_defs.report.page import report_page

    deployment = Deployment.open().with_recipe(recipe)
    name = deployment.recipe(recipe).name
    if to is not None:
        to.write_text(report_page(deployment, name), encoding="utf-8")
        place = str(to.absolute())
    else:
        place = write_report(deployment, name)
    say(place)
    if browser and not place.startswith("s3://"):
        webbrowser.open(Path(place).absolute().as_uri())
