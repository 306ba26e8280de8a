"""`seedline export-model`: a recipe's checkpoint as a folder that is ready to be handed on."""

from pathlib import Path
from typing import Annotated

import typer

from pipeline_defs.commands.terminal import say
from pipeline_defs.deployment import Deployment


def export_model(
    recipe: Annotated[str, typer.Argument(metavar="RECIPE", help="recipe whose checkpoint is handed on")],
    to: Annotated[
        Path, typer.Option(help="folder to write; one that holds an earlier export of a model is renewed")
    ],
    push: Annotated[
        str | None, typer.Option(help="model repository of the hub that gets the files: OWNER/NAME")
    ] = None,
    private: Annotated[
        bool, typer.Option("--private/--public", help="of a repository that --push makes")
    ] = True,
) -> None:
    """Write a recipe's checkpoint as a folder to hand on: weights, tokenizer, card with scores and licenses."""
    deployment = Deployment.open().with_recipe(recipe)
    made = deployment.export_model(deployment.recipe(recipe).name, to, push_to=push, private=private)
    say(f"checkpoint {made.checkpoint_id} in {to}: {len(made.files)} files")
    if not made.scored:
        say("it was not scored yet, and its card says so")
    if made.rows_taken_down:
        say(f"{made.rows_taken_down:,} rows that it learnt were taken down since, and its card says so")
    if made.pushed:
        say(f"pushed: {made.pushed}")
