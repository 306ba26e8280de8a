"""`seedline recipes`: which recipes there are, and what one says in full."""

from typing import Annotated

import typer
import yaml
from rich.console import Console
from rich.markup import escape
from rich.syntax import Syntax
from rich.table import Table

from pipeline_defs.recipes.model import load_recipe, shipped_recipes
from pipeline_defs.settings import load_settings


def recipes(
    name: Annotated[
        str | None, typer.Argument(help="Name or path of a recipe; none: list those that are shipped or on.")
    ] = None,
) -> None:
    """List the recipes, or print one with every default filled in."""
    console = Console()
    if name is not None:
        content = load_recipe(name).model_dump(mode="json")
        text = yaml.safe_dump(content, sort_keys=False, allow_unicode=True)
        if console.is_terminal:
            console.print(Syntax(text, "yaml"))
        else:  # into a file, as the start of a recipe of one's own
            print(text, end="")
        return
    enabled = load_settings().recipes
    table = Table("recipe", "on", "languages", "engine", "what it does")
    for listed in dict.fromkeys([*shipped_recipes(), *enabled]):
        recipe = load_recipe(listed)
        table.add_row(
            recipe.name,
            "yes" if listed in enabled else "",
            ", ".join(recipe.languages),
            recipe.engine.backend,
            escape(recipe.description.strip()),
        )
    console.print(table)
