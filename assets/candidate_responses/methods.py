"""Which module writes responses by which method; all have one shape: `respond(instructions, settings, ask)`.

A method gets instructions, its own settings and a way to ask an engine, and returns responses kept and samples
rejected. To add one: a module of that shape, its settings in `settings.py`, a line here.
"""

import polars as pl

from assets.candidate_responses import sectioned
from assets.candidate_responses.settings import ResponseSettings
from assets.generation import Ask
from assets.outcome import Outcome


def write_responses(instructions: pl.DataFrame, settings: ResponseSettings, ask: Ask) -> Outcome:
    """Responses (columns: see the method's `respond`) by the method that `settings` names."""
    methods = {"sectioned": sectioned.respond}
    return methods[settings.method](instructions, settings, ask)
