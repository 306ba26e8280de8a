"""A way to write instructions: the first sentence of a function's documentation, after words of one's own."""

from typing import Any

import polars as pl
from pydantic import BaseModel

from assets.instructions.door import InstructionMethod, seed_by_seed
from assets.rows.outcome import Outcome, Rule, apply_rules
from assets.rows.reasons import Reason


class FirstSentence(BaseModel):
    """The fields under `instructions` in the recipe."""

    method: str
    words: str = "Write a function for this."


def write(seeds: pl.DataFrame, settings: FirstSentence, ask: Any) -> Outcome:
    """One instruction a seed; seeds without documentation are rejected."""
    rules = [Rule(Reason.NOTHING_TO_ASK, pl.col("docstring").is_null())]
    outcome = apply_rules(seeds, rules, stage="first_sentence", id_column="seed_id")
    sentence = pl.col("docstring").str.extract(r"^\s*([^\n.]+)")
    written = outcome.kept.with_columns(
        pl.format("{} {}: `{}`.", pl.lit(settings.words), sentence, "name").alias("instruction")
    )
    return Outcome(written, outcome.rejected)


FIRST_SENTENCE = InstructionMethod(FirstSentence, seed_by_seed(write), needs_model=False)
