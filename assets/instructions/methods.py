"""Which module writes instructions by which method; all have one shape: `write(seeds, settings, ask)`.

A method gets seeds, its own settings and a way to ask an engine, and returns instructions kept and seeds
rejected. To add one: a module of that shape, its settings in `settings.py`, a line here.
"""

from collections.abc import Callable
from typing import Any

import polars as pl

from assets.generation import Ask
from assets.instructions import from_docstring, oss_instruct, self_oss_instruct
from assets.instructions.settings import InstructionSettings
from assets.outcome import Outcome

METHODS: dict[str, Callable[[pl.DataFrame, Any, Ask], Outcome]] = {
    "self_oss_instruct": self_oss_instruct.write,
    "from_docstring": from_docstring.write,
    "oss_instruct": oss_instruct.write,
}


def write_instructions(seeds: pl.DataFrame, settings: InstructionSettings, ask: Ask) -> Outcome:
    """Instructions (columns: see the method's `write`) for `seeds` by the method that `settings` names."""
    return METHODS[settings.method](seeds, settings, ask)
