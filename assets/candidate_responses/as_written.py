"""Responses that are there already: the solution that came with the instruction, taken over without a call."""

import polars as pl

from assets.candidate_responses.settings import AsWritten
from assets.candidate_responses.unsectioned import with_response
from assets.rows.outcome import Outcome, Rule, apply_rules
from assets.rows.reasons import Reason

STAGE = "response"


def respond(instructions: pl.DataFrame, settings: AsWritten, ask: object) -> Outcome:
    """One response for each of `instructions` with a `solution`; columns as the other methods' `respond`."""
    written = instructions.with_columns(
        pl.lit(0, pl.Int32).alias("sample"),
        pl.coalesce("solution_generation", "generation").alias("generation"),
    )
    kept = with_response(written, pl.col("solution"), indented=True)
    return apply_rules(
        kept,
        [
            Rule(
                Reason.MALFORMED,
                pl.col("response").fill_null("").str.strip_chars() == "",
                pl.lit("the instruction came without a solution"),
            )
        ],
        stage=STAGE,
        id_column="response_id",
    )
