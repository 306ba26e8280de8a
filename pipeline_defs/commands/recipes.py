"""`seedline recipes`: which recipes there are, and what one says in full."""

from typing import Annotated

import polars as pl
import typer
import yaml
from rich.syntax import Syntax

from pipeline_defs.commands.output import AsCsv, AsJson, Output
from pipeline_defs.commands.terminal import Console
from pipeline_defs.configuration.settings import load_settings
from pipeline_defs.recipes.files import read_recipe, shipped_recipes


def recipes(
    name: Annotated[
        str | None, typer.Argument(help="Name or path of a recipe; none: list those that are shipped or on.")
    ] = None,
    json: AsJson = False,
    csv: AsCsv = False,
) -> None:
    """List the recipes, or print one with every default filled in."""
    output, console = Output(json, csv), Console()
    if name is not None:
        from pipeline_defs.recipes.model import load_recipe

        content = load_recipe(name).model_dump(mode="json")
        text = yaml.safe_dump(content, sort_keys=False, allow_unicode=True)
        if console.is_terminal:
            console.print(Syntax(text, "yaml"))
        else:  # into a file, as the start of a recipe of one's own
            print(text, end="")  # noqa: T201 - every character as the file has it
        return
    enabled = load_settings().recipes
    rows = []
    for listed in dict.fromkeys([*shipped_recipes(), *enabled]):
        path, recipe = read_recipe(listed)  # as it stands there: checking it would load every stage
        engine = recipe.get("engine")
        rows.append(
            {
                "recipe": str(recipe.get("name", path.stem)),
                "on": listed in enabled,
                "languages": [str(one) for one in recipe.get("languages") or ()],
                "engine": str(engine.get("backend", "")) if isinstance(engine, dict) else "",
                "what it does": str(recipe.get("description", "")).strip(),
            }
        )
    frame = pl.DataFrame(rows)
    shown = frame.with_columns(
        pl.col("languages").list.join(", "), pl.when("on").then(pl.lit("yes")).alias("on")
    )
    output.table(frame, shown=shown)
