"""A request in the form that its model was trained for: completion prompts or chat messages.

Stages write their prompts in the form in which the method was published; where the recipe's model is of the
other kind, they are turned here, so that every recipe runs with base and with instruct models.
"""

import polars as pl

from resources.engines.base import REQUEST_SCHEMA
from resources.engines.spec import ModelForm

CONTINUE = (
    "Continue the following document. Write only what belongs under its last heading, as in the examples "
    "before it, and stop where that part ends.\n\n"
)
"""Before a completion prompt that goes to an instruct model."""

ANSWER_HEADING = "\n\n### Answer\n"
"""Ends a prompt that was made from chat messages for a base model."""


def in_form(requests: pl.DataFrame, form: ModelForm) -> pl.DataFrame:
    """`requests` (`REQUEST_SCHEMA` and any other columns) with prompts only (`base`) or messages only (`instruct`)."""
    if form == "instruct":
        turn = pl.struct(
            pl.lit("user").alias("role"), pl.concat_str(pl.lit(CONTINUE), "prompt").alias("content")
        )
        asked = pl.when(pl.col("messages").is_null() & pl.col("prompt").is_not_null()).then(
            pl.concat_list(turn)
        )
        messages = asked.otherwise(pl.col("messages")).cast(REQUEST_SCHEMA["messages"])
        return requests.with_columns(messages.alias("messages"), prompt=pl.lit(None, pl.String))
    said = pl.col("messages").list.eval(pl.element().struct.field("content")).list.join("\n\n")
    return requests.with_columns(
        prompt=pl.coalesce("prompt", pl.concat_str(said, pl.lit(ANSWER_HEADING))),
        messages=pl.lit(None, REQUEST_SCHEMA["messages"]),
    )
