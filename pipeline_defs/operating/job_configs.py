"""What a person fills in on the launchpad, one model a job: typed, with defaults that work as they stand."""

from enum import Enum
from typing import Any

import dagster as dg
from pydantic import Field

from pipeline_defs.configuration.run_settings import parse_changes


class Unit(Enum):
    """What a pilot takes a number of."""

    files = "files"
    seeds = "seeds"


class ForOneRun(dg.Config):
    """Settings of this run alone; the tables that it makes say so."""

    samples: int | None = Field(
        default=None, description="Responses asked for an instruction. Empty: as the recipe says."
    )
    budget_tokens: int | None = Field(
        default=None, description="Each table stops asking its model after so many tokens. Empty: as set."
    )
    budget_money: float | None = Field(
        default=None, description="Each table stops asking its model after so much money. Empty: as set."
    )
    settings: list[str] = Field(
        default=[],
        description="Any other field of the recipe or limit of this machine, as in `--set`: "
        "recipe.responses.temperature=0.8, engines.openai.concurrency=16, sandbox.limits.cpu_s=5.",
    )

    def changes(self) -> dict[str, Any]:
        """The changed settings, by dotted path. Raises `SettingsError`."""
        named = {
            "recipe.responses.samples": self.samples,
            "engines.budget.tokens": self.budget_tokens,
            "engines.budget.money": self.budget_money,
        }
        return {
            **{path: value for path, value in named.items() if value is not None},
            **parse_changes(self.settings),
        }


class ReadDumpConfig(dg.Config):
    """One dump to read."""

    dump: str = Field(description="Name of a dump: one that the settings name, or that is watched.")
    again: bool = Field(default=False, description="Read it even if nothing changed since it was read.")


class RecipeConfig(ForOneRun):
    """A recipe to bring up to date."""

    recipe: str = Field(default="", description="Name of an enabled recipe. Empty: all enabled recipes.")
    languages: list[str] = Field(default=[], description="Languages. Empty: all of the recipe's.")
    dumps: list[str] = Field(
        default=[], description="Dumps to look at. Empty: all that can be read, new ones too."
    )
    select: str = Field(
        default="", description='Dagster asset selection, such as key:"demo/sft_dataset"+. Empty: everything.'
    )
    force: bool = Field(default=False, description="Rebuild what is selected even if it is up to date.")


class LanguageConfig(ForOneRun):
    """A language to bring up to date."""

    language: str = Field(description="Programming language.")
    recipes: list[str] = Field(default=[], description="Enabled recipes. Empty: all that have the language.")


class PilotConfig(ForOneRun):
    """A sample through a whole recipe."""

    recipe: str = Field(default="", description="Name of an enabled recipe. Empty: the only one.")
    size: int = Field(default=50, ge=1, description="Files or seeds of each language.")
    unit: Unit = Field(
        default=Unit.files,
        description="files: the filters are tried too; seeds: what comes after them, and all seeds are made.",
    )
    languages: list[str] = Field(default=[], description="Languages. Empty: all of the recipe's.")
    train: bool = Field(default=True, description="Also train and score the checkpoint on the pilot's rows.")


class EvaluationConfig(dg.Config):
    """A recipe's checkpoint to score, or any other model."""

    recipe: str = Field(default="", description="Name of an enabled recipe. Empty: the only one.")
    benchmarks: list[str] = Field(
        default=[], description="Registered benchmarks, such as humanevalpack:fix. Empty: as the recipe says."
    )
    again: bool = Field(default=False, description="Score it even if the scores are up to date.")
    model: str = Field(
        default="",
        description="Another model to score in the recipe's way: a folder, a hub id, or a name on a server. Its scores "
        "are shown with the run and are in no table. Empty: the recipe's checkpoint.",
    )
    engine: str = Field(
        default="transformers",
        description="What runs that other model: transformers, vllm, vllm_server or openai.",
    )


class AuditConfig(dg.Config):
    """A question to answer."""

    question: str = Field(
        default="yield_funnel", description="Name of a question: `seedline audit` lists them."
    )
    recipe: str = Field(default="", description="Name of an enabled recipe. Empty: the only one.")
    language: str = Field(default="", description="Only rows of this language. Empty: all.")


class ExportConfig(dg.Config):
    """Training rows to hand on as a folder."""

    recipes: list[str] = Field(
        default=[], description="Enabled recipes whose rows are handed on. Empty: the only one."
    )
    to: str = Field(
        default="",
        description="Folder to write; one that holds an earlier export is renewed. Empty: exports/ and the recipes' "
        "names, in seedline's home.",
    )
    format: str = Field(
        default="messages",
        description="Form of the rows: messages, prompt_completion, openai, sharegpt, alpaca, rlvr or harbor.",
    )
    held_out: float = Field(
        default=0.0, ge=0, lt=1, description="Share of rows that become the split test, by repository."
    )
    settings: dict[str, Any] = Field(
        default={},
        description="Other fields of an export, such as tokenizer, max_tokens, rows, weights, seed.",
    )
    papers: bool = Field(
        default=False, description="Write Croissant, SPDX and the EU's summary of training content too."
    )
    push_to: str = Field(
        default="", description="Data set repository of the hub that gets the files: OWNER/NAME. Empty: none."
    )
    private: bool = Field(default=True, description="Whether a repository that is made for it is private.")


class TakeDownConfig(dg.Config):
    """Where take-downs are applied."""

    recipes: list[str] = Field(default=[], description="Enabled recipes. Empty: all of them.")
