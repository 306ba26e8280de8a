"""`seedline init`: a folder to start a project in: settings, a recipe, a small dump to try.

The files themselves are in `pipeline_defs/project`; nothing that exists is overwritten.
"""

import re
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from pipeline_defs.commands.terminal import Console
from pipeline_defs.configuration.settings import SettingsError

IGNORED = ".seedline/\n"
EXAMPLE = "example_dump"
EXTRA = "pip install 'seedline[train]'"
SOURCES = ("texts", "numbers", "lists")
"""Modules of the example dump: documented functions with doctests, under the MIT license."""


def init(
    folder: Annotated[Path, typer.Argument(help="Folder of the project; made if it is missing.")],
) -> None:
    """Start a project: settings with comments, a recipe, and a small dump of code to try them on."""
    written = write_project(folder)
    console = Console()
    console.print(
        f"{len(written)} files in {escape(str(folder))}: {escape(', '.join(written))}", soft_wrap=True
    )
    enter = "" if folder.resolve() == Path.cwd() else f"cd {folder} && "
    console.print("Next:")
    for command, meaning in (
        (f"{enter}seedline plan", "what would be computed, and why"),
        ("seedline materialize", "compute it"),
        ("seedline ui", "look at it in the browser"),
    ):
        console.print(f"  {escape(command):<40} # {meaning}", highlight=False, soft_wrap=True)
    if find_spec("torch") is None:
        console.print(
            escape(
                f"The checkpoint and its scores need {EXTRA}; everything before them is computed without it."
            ),
            highlight=False,
            soft_wrap=True,
        )


def write_project(folder: Path) -> list[str]:
    """Write the project's files into `folder`; returns their paths in it.

    Raises `SettingsError`, and writes nothing, where one of them exists already.
    """
    contents = _contents(folder)
    taken = [name for name in contents if (folder / name).exists()]
    if taken:
        raise SettingsError(
            f"{folder} holds {', '.join(taken)} already, so nothing was written: name another folder, or move them"
        )
    for name, content in contents.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return list(contents)


def _contents(folder: Path) -> dict[str, str]:
    templates = files("pipeline_defs.project")
    return {
        "seedline.toml": templates.joinpath("settings.toml").read_text(encoding="utf-8"),
        "recipe.yaml": templates.joinpath("recipe.yaml")
        .read_text(encoding="utf-8")
        .format(name=_name(folder)),
        ".gitignore": IGNORED,
        f"{EXAMPLE}/LICENSE": templates.joinpath("license.md").read_text(encoding="utf-8"),
    } | {
        f"{EXAMPLE}/{source}.py": templates.joinpath(f"{source}.py.txt").read_text(encoding="utf-8")
        for source in SOURCES
    }


def _name(folder: Path) -> str:
    """The folder's name as a recipe's: lower-case letters, digits and single underscores."""
    name = re.sub(r"[^a-z0-9]+", "_", folder.resolve().name.lower()).strip("_")
    return name if name[:1].isalpha() else f"project_{name}".rstrip("_")
