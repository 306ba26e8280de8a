"""`seedline rows`: the row viewer in the browser."""

import webbrowser
from typing import Annotated

import typer

from pipeline_defs.commands.terminal import say
from pipeline_defs.deployment import Deployment


def rows(
    artifact: Annotated[
        str | None, typer.Argument(help="Table to open, e.g. sft_dataset or demo/sft_dataset__rejected.")
    ] = None,
    recipe: Annotated[str | None, typer.Option("--recipe", help="Recipe, where more than one is on.")] = None,
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 3001,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Open a browser, or print the address only.")
    ] = True,
) -> None:
    """Page, filter and search the rows of every table, with where each comes from. Runs beside `seedline ui` too."""
    from pipeline_defs.rows_page.serving import address_of, is_served, refuse_used_port, serve

    deployment = Deployment.open().with_recipe(recipe)
    address = address_of(host, port)
    opened = address + (f"/rows/{'/'.join(deployment.key_of(artifact, recipe))}" if artifact else "/")
    running = is_served(deployment.settings, address)
    if not running:
        refuse_used_port(host, port, what="the row viewer", options="--port or --host")
    say(f"{opened}{'' if running else '   (Ctrl-C ends it)'}")
    if browser:
        webbrowser.open(opened)
    if not running:
        serve(deployment, host, port)
