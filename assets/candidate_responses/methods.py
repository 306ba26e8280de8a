"""Which module writes responses by which method; all have one shape: `respond(instructions, settings, ask)`.

A method gets instructions, its own settings and a way to ask an engine, and returns responses kept and samples
rejected. To add one: a module of that shape, its settings in `settings.py`, a line here.
"""

from collections.abc import Callable
from typing import Any

import polars as pl

from assets.asking.asker import Ask
from assets.candidate_responses import as_written, plain, sectioned
from assets.candidate_responses.settings import ResponseSettings
from assets.rows.outcome import Outcome

METHODS: dict[str, Callable[[pl.DataFrame, Any, Ask], Outcome]] = {
    "sectioned": sectioned.respond,
    "plain": plain.respond,
    "as_written": as_written.respond,
}


def write_responses(instructions: pl.DataFrame, settings: ResponseSettings, ask: Ask) -> Outcome:
    """Responses (columns: see the method's `respond`) by the method that `settings` names."""
    return METHODS[settings.method](instructions, settings, ask)
