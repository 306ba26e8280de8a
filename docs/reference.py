"""Pages of the reference, written from the code when the documentation is built (a hook of MkDocs).

Belongs here: settings, recipe fields, commands, tables, reasons and verdicts. Everything else is written by hand under
`pages/`. `tests/test_docs.py` holds the pages against the code.
"""

import importlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

from assets.exports.table import ROWS as EXPORTED_ROWS
from assets.exports.table import TABLE as EXPORTS
from assets.publishing.markdown import cell, code_cell, table
from assets.rows.outcome import REJECTION_SCHEMA
from assets.rows.reasons import MEANING, Reason
from assets.rows.table import Table
from pipeline_defs.commands.registry import every_command
from pipeline_defs.configuration.settings import PREFIX, Settings
from pipeline_defs.recipes.model import Recipe
from resources.sandbox.base import MEANING as VERDICT_MEANING
from resources.sandbox.base import VERDICT_SCHEMA, Verdict

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "docs"))
import notebook as notebook_pages  # noqa: E402 - it and the next are beside this file, which MkDocs loads by its path
from reference_fields import fields_of, paragraph  # noqa: E402

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


def commands_page() -> str:
    """Every command with its arguments and options."""
    text = COMMANDS_LEAD
    commands = [found for name, command in every_command().items() for found in _commands(command, name)]
    for name, one in sorted(commands, key=lambda found: found[0]):
        usage = " ".join(["seedline", name, *(_usage(parameter) for parameter in one.params)])
        text += f"\n## seedline {name}\n\n{paragraph(one.help)}\n\n```text\n{usage}\n```\n"
        shown = [parameter for parameter in one.params if parameter.name != "help"]
        rows = []
        for parameter in shown:
            names = ", ".join(f"`{option}`" for option in [*parameter.opts, *parameter.secondary_opts])
            default = (
                ""
                if parameter.default in (None, False, ()) or callable(parameter.default)
                else str(parameter.default)
            )
            rows.append((names, cell(getattr(parameter, "help", "") or ""), cell(default)))
        if rows:
            text += f"\n{table(['parameter', 'meaning', 'default'], rows)}\n"
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
    return found | {"exports": EXPORTS, "exports__rows": EXPORTED_ROWS}


def tables_page() -> str:
    """Every artifact's table with its columns, and the tables beside it."""
    text = (
        "# Tables\n\nOne Parquet file a partition: `<store>/<recipe>/<artifact>/language=<language>/data.parquet`; "
        "`raw_corpus` has the columns of `corpus_dump`.\n"
    )
    for artifact, declared in tables().items():
        rows = [
            (f"`{column.name}`", code_cell(column.dtype), cell(column.description))
            for column in declared.columns
        ]
        text += f"\n## {artifact}\n\nKey: `{declared.key}`.\n\n{table(['column', 'type', 'meaning'], rows)}\n"
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
    reasons = table(["reason", "meaning"], [(f"`{one.value}`", cell(MEANING[one])) for one in Reason])
    verdicts = table(
        ["verdict", "meaning"], [(f"`{one.value}`", cell(VERDICT_MEANING[one])) for one in Verdict]
    )
    return (
        f"# Reasons and verdicts\n\n## Reasons of a rejection\n\n{reasons}\n"
        f"\n## Verdicts of the sandbox\n\n{verdicts}\n"
    )


def _without_links_to_files(text: str) -> str:
    """Links to files beside the page become their text: the site does not hold those files."""
    return re.sub(r"!?\[([^\]]*)\]\((?!https?:|#)[^)]*\)", r"\1", text)
