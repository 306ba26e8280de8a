"""`seedline prompts`: which prompt templates the stages send, and the text of one."""

from typing import Annotated

import typer
from rich.table import Table

from assets.asking.own_prompts import ASSETS, shipped_template, template_files
from pipeline_defs.commands.terminal import Console, say


def prompts(
    name: Annotated[str | None, typer.Argument(help="Name of a template; none: list them.")] = None,
) -> None:
    """List the prompt templates, or print one, as the start of a template of your own."""
    if name is not None:
        say(shipped_template(name).read_text(encoding="utf-8"), end="")
        return
    table = Table("template", "sent by")
    for template, file in template_files().items():
        table.add_row(template, str(file.parent.parent.relative_to(ASSETS)))
    Console().print(table)
