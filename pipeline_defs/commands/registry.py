"""Every command with its sentence, without importing any: a command's module is loaded when it is called.

So that `seedline --help` and the stage tools do not wait for what runs the pipeline. `tests/pipeline_defs` holds the
sentences against the functions' own.
"""

import importlib
from dataclasses import dataclass
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

PIPELINE = "The pipeline"
DATA = "Looking at the data"
TOOLS = "Stages as tools"

NOTHING = "nothing was written"
VERDICTS = (
    "no table was written; verdicts so far are kept where --cache named a folder, and are not run again"
)
STOPPED = 130
"""Exit status after Ctrl-C, as shells have it."""


@dataclass(frozen=True)
class Listed:
    """A command: where its function (or, of several sub-commands, its Typer app) stands, and the sentence of its help.

    `kept` says what is left of the work when it is stopped by Ctrl-C.
    """

    name: str
    panel: str
    place: str
    sentence: str
    kept: str = NOTHING

    def load(self) -> Any:
        """The command itself."""
        module, _, attribute = self.place.partition(":")
        found = getattr(importlib.import_module(f"pipeline_defs.commands.{module}"), attribute)
        if isinstance(found, typer.Typer):
            command = get_command(found)
        else:
            app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
            app.command(self.name, rich_help_panel=self.panel)(found)
            command = get_command(app)
        command.name = self.name
        return command


COMMANDS = (
    Listed(
        "demo",
        PIPELINE,
        "demo:demo",
        "Real code to verified training rows, and a small model that gets better by rows that it wrote itself.",
        kept="what was made is kept, and the same command goes on from there",
    ),
    Listed(
        "init",
        PIPELINE,
        "init:init",
        "Start a project: settings with comments, a recipe, and a small dump of code to try them on.",
    ),
    Listed(
        "lab",
        PIPELINE,
        "lab:lab",
        "Train seedling on unverified, verified and other data, score each, and draw what came of it.",
        kept="what was made is kept in its folder, and the same command goes on from there",
    ),
    Listed(
        "materialize",
        PIPELINE,
        "materialize:materialize",
        "Rebuild what is out of date: of every enabled recipe, or of one, and of the corpus that they need.",
    ),
    Listed(
        "plan",
        PIPELINE,
        "materialize:plan",
        "Say what would be rebuilt, and why, and what it would ask for; nothing is written, no model is called.",
    ),
    Listed(
        "ui",
        PIPELINE,
        "ui:ui",
        "Open the Dagster UI, with its daemon and the row viewer, over the same instance that the command uses.",
    ),
    Listed(
        "recipes", PIPELINE, "recipes:recipes", "List the recipes, or print one with every default filled in."
    ),
    Listed(
        "prompts",
        PIPELINE,
        "prompts:prompts",
        "List the prompt templates, or print one, as the start of a template of your own.",
    ),
    Listed(
        "engine", PIPELINE, "engine:engine", "Model servers that the steps and runs of this machine share."
    ),
    Listed(
        "show",
        DATA,
        "show:show",
        "Show rows of an artifact, or of a table beside it (__rejected, __funnel, __verdicts).",
    ),
    Listed(
        "rows",
        DATA,
        "rows:rows",
        "Page, filter and search the rows of every table, with where each comes from. Runs beside `seedline ui` too.",
        kept="the row viewer is closed",
    ),
    Listed(
        "export",
        DATA,
        "export:export",
        "Write training rows of recipes as a folder ready to be pushed: Parquet, card, attribution, split, funnel.",
    ),
    Listed(
        "export-model",
        DATA,
        "export_model:export_model",
        "Write a recipe's checkpoint as a folder to hand on: weights, tokenizer, card with scores and licenses.",
    ),
    Listed(
        "audit",
        DATA,
        "audit:audit",
        "Ask an audit question: yields, lineage, licenses, contamination, costs, repositories, terms; or list them.",
    ),
    Listed(
        "trace",
        DATA,
        "trace:trace",
        "Follow a row back to repository, commit, path, lines and license, and forward to all that was made of it.",
    ),
    Listed(
        "report",
        DATA,
        "html_report:report",
        "Write a recipe's report, one HTML file without network, and open it.",
    ),
    Listed(
        "versions",
        DATA,
        "versions:versions",
        "List every version of a data set that was made, also where its rows were replaced; compare two by row id.",
    ),
    Listed(
        "checkpoints",
        DATA,
        "checkpoints:checkpoints",
        "Every checkpoint that was made, with its data's digests, its scores, and its share of rows taken down since.",
    ),
    Listed(
        "impact",
        DATA,
        "impact:impact",
        "Say which rows, data-set versions, exports, checkpoints and scores rest on something; nothing is computed.",
    ),
    Listed(
        "takedown",
        DATA,
        "takedown:takedown",
        "Take-downs: the rules and what they name, applying them at once, the receipts.",
        kept="what was taken out stays out; the same command goes on from there",
    ),
    Listed(
        "cache",
        DATA,
        "cache:cache",
        "Show the row cache: rows and bytes by stage, who used it last, and how many results were reused.",
    ),
    Listed(
        "benchmarks",
        DATA,
        "benchmarks:benchmarks",
        "List benchmarks: the registered ones, with what could not be read, and where to get the well-known others.",
    ),
    Listed(
        "sources",
        DATA,
        "sources:sources",
        "Say where files come from and count what they would bring: languages, licenses, sizes, rejections.",
    ),
    Listed(
        "verify-store",
        DATA,
        "verify_store:verify_store",
        "Hold every table against the digest of its rows; the damaged ones are named and count as out of date.",
    ),
    Listed("dumps", DATA, "dumps:dumps", "Dumps with their state: list, retry, forget."),
    Listed(
        "seeds",
        TOOLS,
        "seeds:seeds",
        "Take documented functions (or snippets, comment-code pairs, whole files) out of source files.",
    ),
    Listed(
        "typecheck",
        TOOLS,
        "typecheck:typecheck",
        "Check each source as a file of its own; any error rejects it.",
    ),
    Listed("dedup", TOOLS, "dedup:dedup", "Keep one row of each family of near-duplicates (MinHash, LSH)."),
    Listed(
        "decontaminate",
        TOOLS,
        "decontaminate:decontaminate",
        "Find the rows that hold a benchmark's problems: as they are, under other names, or in other words.",
    ),
    Listed(
        "coreset",
        TOOLS,
        "coreset:coreset",
        "Choose rows by exact k-center greedy over embeddings: each row chosen is the farthest from those before.",
    ),
    Listed(
        "verify",
        TOOLS,
        "verify:verify",
        "Run every program with its tests in the sandbox and write what they showed.",
        kept=VERDICTS,
    ),
    Listed(
        "score",
        TOOLS,
        "score:score",
        "Judge samples against a benchmark's tests and print pass@k with its 95 % interval.",
        kept=VERDICTS,
    ),
    Listed(
        "evaluate",
        TOOLS,
        "evaluate:evaluate",
        "Score any model on benchmarks: ask it, run its answers in the sandbox, print pass@k with 95 % intervals.",
        kept="answers and verdicts so far are in the row cache: the same command goes on from there",
    ),
    Listed(
        "toolchains",
        TOOLS,
        "toolchains:toolchains",
        "Show each language's toolchain, tried inside the sandbox; an error where nothing can isolate.",
    ),
    Listed(
        "doctor",
        TOOLS,
        "doctor:doctor",
        "Say what this machine has and lacks, with the remedies; fails where the demo could not run.",
    ),
)


def every_command() -> dict[str, Any]:
    """Every command by name, loaded."""
    return {one.name: one.load() for one in COMMANDS}


class LazyGroup(TyperGroup):
    """The command's group: its help names all commands, and only the one that is called is loaded."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.listed = {one.name: one for one in COMMANDS}
        self.commands.update(
            {
                one.name: TyperCommand(one.name, help=one.sentence, rich_help_panel=one.panel)
                for one in COMMANDS
            }
        )

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """The command that `args` begin with, loaded."""
        name, command, rest = super().resolve_command(ctx, args)
        return name, self.listed[name].load() if name in self.listed else command, rest

    def invoke(self, ctx: Any) -> Any:
        """Run the command; Ctrl-C says what is left of its work."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as stop:
            listed = self.listed.get(ctx.invoked_subcommand or "")
            from pipeline_defs.commands.terminal import say

            kept = str(stop) or f"stopped: {listed.kept if listed else NOTHING}"
            say(f"\n{kept}", error=True)
            raise typer.Exit(STOPPED) from None
        except typer.BadParameter as refused:  # it names what was given, and Typer prints it
            from resources.printable import visible

            refused.message = visible(refused.message)
            raise
