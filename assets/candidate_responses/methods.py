"""Writing responses by the method that the settings name, and the project's own methods as the door shows them."""

from collections.abc import Sequence

import polars as pl

from assets.asking.asker import Ask
from assets.asking.prompts import prompts_digest
from assets.candidate_responses import as_written, plain, sectioned
from assets.candidate_responses.door import RESPONSE_METHODS, ResponseMethod
from assets.candidate_responses.settings import AsWritten, Plain, ResponseSettings, Sectioned
from assets.instructions.few_shot_bank import bank_digest
from assets.rows.outcome import Outcome


def write_responses(instructions: pl.DataFrame, settings: ResponseSettings, ask: Ask) -> Outcome:
    """Responses (columns: see the method's `respond`) by the method that `settings` names."""
    return RESPONSE_METHODS.open(settings.method).respond(instructions, settings, ask)


def _data() -> Sequence[str]:
    return prompts_digest("assets.candidate_responses"), bank_digest()


SECTIONED = ResponseMethod(Sectioned, sectioned.respond, data=_data)
PLAIN = ResponseMethod(Plain, plain.respond, data=_data)
AS_WRITTEN = ResponseMethod(AsWritten, as_written.respond, data=_data)
