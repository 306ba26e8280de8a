"""Pages of the reference, written from the code when the documentation is built (a hook of MkDocs).

Belongs here: settings, recipe fields, commands, tables, reasons and verdicts. Everything else is written by hand under
`pages/`. `tests/test_docs.py` holds the pages against the code.
"""

import importlib
import re
import sys
import types
import typing
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any

import click
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from assets.rows.outcome import REJECTION_SCHEMA
from assets.rows.reasons import MEANING, Reason
from assets.rows.table import Table
from pipeline_defs.commands.registry import every_command
from pipeline_defs.recipes.model import Recipe
from pipeline_defs.settings import PREFIX, Settings
from resources.doors import Chosen
from resources.sandbox.base import MEANING as VERDICT_MEANING
from resources.sandbox.base import VERDICT_SCHEMA, Verdict

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "docs"))
import notebook as notebook_pages  # noqa: E402 - stands beside this file, which MkDocs loads by its path

ARTIFACTS = (
    "corpus_dump",
    "raw_corpus",
    "benchmarks",
    "filtered_seeds",
    "instructions",
    "candidate_responses",
    "verified_responses",
    "sft_dataset",
    "checkpoint",
    "eval_scores",
    "audit",
)
COMMANDS_LEAD = """# Commands

`seedline --install-completion` installs completion for the current shell.

**Tables.** Wherever a command prints a table, `--json` prints it as JSON lines and `--csv` as CSV, with whole values;
everything else then goes to standard error. A table that does not fit the terminal is printed row by row.

**Progress.** `materialize` and `demo` show bars in a terminal. Elsewhere (a log, a pipe, a scheduler) they print a line
for each step and one every few seconds: tables done and to do, rows of the running step with their rate and the time
left, model calls with tokens and cost. A summary by asset ends them.

**Stopping.** Ctrl-C ends a command with what is kept and how to go on; results are written batch by batch, so that the
same command goes on where it was.

**Exit status.** 0: done. 1: an error that the message explains. 2: the command was not called rightly. 130: stopped.
"""
COPIED = {
    "recipes.md": ROOT / "pipeline_defs" / "recipes" / "README.md",
    "measured.md": ROOT / "tests" / "benchmarks" / "README.md",
}
"""Pages that stand beside what they describe; links to files of the project become plain text."""


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the generated pages (called by MkDocs)."""
    for name, text in pages().items():
        files.append(File.generated(config, f"reference/{name}.md", content=text))
    for notebook in sorted((ROOT / "docs" / "pages" / "tutorials").glob("*.ipynb")):
        page = notebook_pages.markdown(notebook_pages.read(notebook))
        files.append(File.generated(config, f"tutorials/{notebook.stem}.md", content=page))
    for name, source in COPIED.items():
        files.append(
            File.generated(config, name, content=_without_links_to_files(source.read_text(encoding="utf-8")))
        )
    return files


def pages() -> dict[str, str]:
    """Name (without folder and ending) to Markdown of every generated page."""
    return {
        "settings": settings_page(),
        "recipe_fields": recipe_page(),
        "commands": commands_page(),
        "tables": tables_page(),
        "reasons": reasons_page(),
    }


def settings_page() -> str:
    """Every setting of a deployment: path in the TOML file, type, default, meaning."""
    lead = (
        "# Settings\n\nRead from the environment over the TOML file that `SEEDLINE_CONFIG` names, else "
        "`seedline.toml`, else the demo's. In the environment a setting has the prefix "
        f"`{PREFIX}` and two underscores for each point: `raw_corpus.allow` is `{PREFIX}RAW_CORPUS__ALLOW`. "
        "S3 credentials come from the standard AWS variables, profiles or roles and are no settings. The Dagster "
        "instance is in `<home>/dagster` (its `dagster.yaml` is yours to edit) unless `DAGSTER_HOME` says "
        "otherwise.\n"
    )
    return lead + fields_of(Settings)


def recipe_page() -> str:
    """Every field of a recipe file."""
    lead = (
        "# Recipe fields\n\n`seedline recipes NAME` prints a recipe with every default filled in. Where a stage has "
        "several methods, each has a section of its own.\n"
    )
    return lead + fields_of(Recipe)


def fields_of(model: type[BaseModel]) -> str:
    """Sections of `model` and of every model in its fields: a table of fields each."""
    return "".join(_section(path, one) for path, one in walk(model))


def walk(model: type[BaseModel], path: str = "") -> Iterator[tuple[str, type[BaseModel]]]:
    """`model` and the models in its fields, each once, with the path that leads to it."""
    seen: set[type[BaseModel]] = set()

    def visit(one: type[BaseModel], at: str) -> Iterator[tuple[str, type[BaseModel]]]:
        if one in seen:
            return
        seen.add(one)
        yield at, one
        for name, field in one.model_fields.items():
            below = f"{at}.{name}" if at else name
            for inner, many in [*_models(field.annotation), *_chosen(field)]:
                yield from visit(inner, f"{below}.<name>" if many else below)

    yield from visit(model, path)


def _models(annotation: Any, many: bool = False) -> Iterator[tuple[type[BaseModel], bool]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation, many
    many = many or typing.get_origin(annotation) is dict
    for inner in typing.get_args(annotation):
        yield from _models(inner, many)


def _chosen(field: FieldInfo) -> Iterator[tuple[type[BaseModel], bool]]:
    """The models that a field can hold by the name of what they are the settings of."""
    for choice in field.metadata:
        if isinstance(choice, Chosen):
            yield from ((model, False) for model in choice.models().values())


def _section(path: str, model: type[BaseModel]) -> str:
    title = f"`{path}`: {model.__name__}" if path else model.__name__
    text = f"\n## {title}\n\n{_paragraph(model.__doc__)}\n\n| field | type | default | meaning |\n|---|---|---|---|\n"
    for name, field in model.model_fields.items():
        choices = [one for one in field.metadata if isinstance(one, Chosen)]
        kind = (
            f"by its `{choices[0].tag}`: {', '.join(choices[0].door.names())}"
            if choices
            else _type(field.annotation)
        )
        cells = (f"`{name}`", kind, _default(field), field.description or "")
        text += f"| {' | '.join(cell(one) for one in cells)} |\n"
    return text


def _default(field: FieldInfo) -> str:
    if field.default is not PydanticUndefined:
        value = field.default.value if isinstance(field.default, StrEnum) else field.default
        return "see its section" if isinstance(value, BaseModel) else f"`{value!r}`"
    if field.default_factory is None:
        return "required"
    made = field.default_factory()  # pyright: ignore[reportCallIssue] - none of ours takes the other values
    return "see its section" if isinstance(made, BaseModel) else f"`{made!r}`"


def _type(annotation: Any) -> str:
    origin = typing.get_origin(annotation)
    if origin is typing.Annotated:
        return _type(typing.get_args(annotation)[0])
    if origin is typing.Literal:
        return ", ".join(f"`{value}`" for value in typing.get_args(annotation))
    if origin in (typing.Union, types.UnionType):
        return " or ".join("null" if one is type(None) else _type(one) for one in typing.get_args(annotation))
    if origin is not None:
        inner = ", ".join(_type(one) for one in typing.get_args(annotation) if one is not Ellipsis)
        return f"{'list' if origin is tuple else origin.__name__} of {inner}"
    return getattr(annotation, "__name__", str(annotation))


def commands_page() -> str:
    """Every command with its arguments and options."""
    text = COMMANDS_LEAD
    commands = [found for name, command in every_command().items() for found in _commands(command, name)]
    for name, one in sorted(commands, key=lambda found: found[0]):
        usage = " ".join(["seedline", name, *(_usage(parameter) for parameter in one.params)])
        text += f"\n## seedline {name}\n\n{_paragraph(one.help)}\n\n```text\n{usage}\n```\n"
        shown = [parameter for parameter in one.params if parameter.name != "help"]
        if shown:
            text += "\n| parameter | meaning | default |\n|---|---|---|\n"
        for parameter in shown:
            names = ", ".join(f"`{option}`" for option in [*parameter.opts, *parameter.secondary_opts])
            default = (
                ""
                if parameter.default in (None, False, ()) or callable(parameter.default)
                else str(parameter.default)
            )
            text += f"| {names} | {cell(getattr(parameter, 'help', '') or '')} | {cell(default)} |\n"
    return text


def _commands(command: Any, name: str) -> Iterator[tuple[str, Any]]:
    """A command, or the sub-commands of one, each with its name."""
    if not hasattr(command, "commands"):
        yield name, command
        return
    for inner, one in command.commands.items():
        yield from _commands(one, f"{name} {inner}")


def _usage(parameter: click.Parameter) -> str:
    if parameter.param_type_name == "argument":
        shown = (parameter.name or "").upper() + ("..." if parameter.nargs < 0 else "")
        return shown if parameter.required else f"[{shown}]"
    return f"[{parameter.opts[0]}]"


def tables() -> dict[str, Table]:
    """Artifact to the declaration of its table."""
    found = {}
    for artifact in ARTIFACTS:
        if artifact == "raw_corpus":  # the same columns as corpus_dump
            continue
        found[artifact] = importlib.import_module(f"assets.{artifact}.table").TABLE
    return found


def tables_page() -> str:
    """Every artifact's table with its columns, and the tables beside it."""
    text = (
        "# Tables\n\nOne Parquet file a partition: `<store>/<recipe>/<artifact>/language=<language>/data.parquet`; "
        "`raw_corpus` has the columns of `corpus_dump`.\n"
    )
    for artifact, table in tables().items():
        text += f"\n## {artifact}\n\nKey: `{table.key}`.\n\n| column | type | meaning |\n|---|---|---|\n"
        for column in table.columns:
            text += f"| `{column.name}` | `{cell(str(column.dtype))}` | {cell(column.description)} |\n"
    text += "\n## `<artifact>__rejected`\n\nWhat each step dropped: " + ", ".join(
        f"`{name}`" for name in REJECTION_SCHEMA
    )
    text += ". [Reasons](reasons.md) are a closed list.\n"
    text += "\n## `verified_responses__verdicts`\n\nColumns of a verdict: " + ", ".join(
        f"`{name}`" for name in VERDICT_SCHEMA
    )
    return text + ".\n"


def reasons_page() -> str:
    """Every reason of a rejection, and every verdict."""
    text = "# Reasons and verdicts\n\n## Reasons of a rejection\n\n| reason | meaning |\n|---|---|\n"
    text += "".join(f"| `{reason.value}` | {cell(MEANING[reason])} |\n" for reason in Reason)
    text += "\n## Verdicts of the sandbox\n\n| verdict | meaning |\n|---|---|\n"
    return text + "".join(
        f"| `{verdict.value}` | {cell(VERDICT_MEANING[verdict])} |\n" for verdict in Verdict
    )


def _without_links_to_files(text: str) -> str:
    """Links to files beside the page become their text: the site does not hold those files."""
    return re.sub(r"!?\[([^\]]*)\]\((?!https?:|#)[^)]*\)", r"\1", text)


def cell(text: str) -> str:
    """Text as a cell of a Markdown table."""
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")


def _paragraph(text: str | None) -> str:
    return " ".join((text or "").split())
