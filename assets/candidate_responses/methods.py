"""Writing responses by the method that the settings name, and the project's own methods as the door shows them."""

from collections.abc import Sequence

import polars as pl

from assets.asking.asker import Ask
from assets.asking.prompts import prompts_digest
from assets.candidate_responses import as_written, plain, sectioned
from assets.candidate_responses.door import RESPONSE_METHODS, ResponseMethod
from assets.candidate_responses.settings import AsWritten, Plain, ResponseSettings, Sectioned
from assets.candidate_responses.table import TABLE
from assets.instructions.few_shot_bank import bank_digest
from assets.instructions.ready_rows import ENGINE
from assets.rows.outcome import Outcome, as_rejections


def write_responses(instructions: pl.DataFrame, settings: ResponseSettings, ask: Ask) -> Outcome:
    """Responses (columns: see the method's `respond`) by the method that `settings` names.

    Rows that came ready keep the response that they came with, whatever the method.
    """
    ready = instructions.filter(_came_ready(instructions))
    asked = instructions.filter(~_came_ready(instructions)) if ready.height else instructions
    written = RESPONSE_METHODS.open(settings.method).respond(asked, settings, ask)
    if ready.is_empty():
        return written
    kept = as_written.respond(ready, AsWritten(), ask)
    names = TABLE.schema.names()
    return Outcome(
        pl.concat([rows.select(names).cast(TABLE.schema) for rows in (written.kept, kept.kept)]),  # pyright: ignore[reportArgumentType]
        pl.concat([as_rejections(rows) for rows in (written.rejected, kept.rejected)]),
    )


def samples_of(instructions: pl.DataFrame, settings: ResponseSettings) -> int:
    """The responses that `write_responses` is to give, kept and rejected."""
    ready = instructions.filter(_came_ready(instructions)).height
    return (instructions.height - ready) * settings.samples + ready


def _came_ready(instructions: pl.DataFrame) -> pl.Expr:
    if not {"generation", "solution"} <= set(instructions.columns):
        return pl.lit(False)
    given = pl.col("generation").struct.field("engine") == ENGINE
    return given.fill_null(False) & pl.col("solution").is_not_null()


def _data() -> Sequence[str]:
    return prompts_digest("assets.candidate_responses"), bank_digest()


SECTIONED = ResponseMethod(Sectioned, sectioned.respond, data=_data)
PLAIN = ResponseMethod(Plain, plain.respond, data=_data)
AS_WRITTEN = ResponseMethod(AsWritten, as_written.respond, data=_data)
