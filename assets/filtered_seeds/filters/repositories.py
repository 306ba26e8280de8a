"""Which repositories a recipe takes files of: several recipes may share a corpus and read different parts of it."""

import re

import polars as pl
from pydantic import BaseModel, ConfigDict, Field

from assets.rows.outcome import Rule
from assets.rows.reasons import Reason


class RepositorySettings(BaseModel):
    """Repositories by name, with `*` and `?` as in names of files."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    only: tuple[str, ...] = Field(
        default=(), description="names or patterns (company/*) of repositories that are taken; empty: all"
    )
    but: tuple[str, ...] = Field(
        default=(), description="names or patterns of repositories that are left out"
    )


def repository_rules(settings: RepositorySettings) -> list[Rule]:
    """Rules over files with `repo`."""
    rules = []
    if settings.but:
        rules.append(Rule(Reason.OTHER_REPOSITORY, _one_of(settings.but), pl.col("repo")))
    if settings.only:
        rules.append(Rule(Reason.OTHER_REPOSITORY, ~_one_of(settings.only), pl.col("repo")))
    return rules


def _one_of(patterns: tuple[str, ...]) -> pl.Expr:
    whole = "|".join(_expression(pattern) for pattern in patterns)
    return pl.col("repo").fill_null("").str.contains(f"^(?:{whole})$")


def _expression(pattern: str) -> str:
    """Of a pattern in which `*` is any text and `?` any character."""
    special = {"*": ".*", "?": "."}
    return "".join(special.get(character, re.escape(character)) for character in pattern)
