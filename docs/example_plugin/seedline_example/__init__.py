"""An instruction method, a seed filter and an audit question that come into Seedline through its doors."""

from collections.abc import Sequence
from typing import Any, Literal

import polars as pl
from pydantic import BaseModel, ConfigDict, Field

from assets.audit.door import Question
from assets.filtered_seeds.filters.door import SeedFilter
from assets.instructions.door import InstructionMethod, seed_by_seed
from assets.rows.outcome import Outcome, Rule, apply_rules
from assets.rows.reasons import Reason


class FromSignature(BaseModel):
    """Settings of the method, as they stand under `instructions` in a recipe."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    method: Literal["from_signature"] = "from_signature"
    wording: str = Field(
        default="Write a function that begins with", description="what is before the signature"
    )


def write(seeds: pl.DataFrame, settings: FromSignature, ask: Any) -> Outcome:
    """One instruction a seed, from the line that defines it; the seed is its solution, and no model is asked."""
    rules = [Rule(Reason.NOTHING_TO_ASK, pl.col("seed").str.strip_chars() == "")]
    outcome = apply_rules(seeds, rules, stage="from_signature", id_column="seed_id")
    line = pl.col("seed").str.strip_chars().str.split("\n").list.first()
    written = outcome.kept.with_columns(
        pl.format("{} `{}`.", pl.lit(settings.wording), line).alias("instruction"),
        pl.format("```{}\n{}\n```", "language", "seed").alias("solution"),
        pl.lit("code generation").alias("task"),
    )
    return Outcome(written, outcome.rejected)  # the columns that it says nothing of are filled in


FROM_SIGNATURE = InstructionMethod(FromSignature, seed_by_seed(write), needs_model=False)


class ShortNames(BaseModel):
    """Settings of the filter, as they stand in `seeds.filters.more` of a recipe."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    filter: Literal["short_names"] = "short_names"
    least: int = Field(default=3, ge=1, description="characters of a function's name")


def rules(settings: ShortNames) -> Sequence[Rule]:
    """Functions whose names say little are rejected."""
    return [Rule(Reason.TOO_SHORT, pl.col("name").str.len_chars() < settings.least, pl.col("name"))]


SHORT_NAMES = SeedFilter(ShortNames, rules)


SEEDS_BY_NAME = Question(
    """-- Which names do the functions of the seeds share most?
SELECT name, count(*) AS seeds
FROM filtered_seeds
GROUP BY name
ORDER BY seeds DESC, name
""",
    place="seeds_by_name of seedline_example",
)
