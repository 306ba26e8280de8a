"""Which module writes instructions by which method; all have one shape: `write(seeds, settings, ask)`.

A method gets seeds, its own settings and a way to ask an engine, and returns instructions kept and seeds
rejected. To add one: a module of that shape, its settings in `settings.py`, a line here.
"""

import polars as pl

from assets.generation import Ask
from assets.instructions import self_oss_instruct
from assets.instructions.settings import InstructionSettings
from assets.outcome import Outcome


def write_instructions(seeds: pl.DataFrame, settings: InstructionSettings, ask: Ask) -> Outcome:
    """Instructions (columns: see the method's `write`) for `seeds` by the method that `settings` names."""
    methods = {"self_oss_instruct": self_oss_instruct.write}
    return methods[settings.method](seeds, settings, ask)
