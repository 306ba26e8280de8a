"""Which module writes instructions by which method; all have one shape: `write(seeds, settings, ask)`.

A method gets seeds, its own settings and a way to ask an engine, and returns instructions kept and seeds
rejected. To add one: a module of that shape, its settings in `settings.py`, a line here. Evol-Instruct is none of
them: it goes on from what one of them wrote.
"""

from collections.abc import Callable
from typing import Any

import polars as pl

from assets.asking.asker import Ask
from assets.instructions import code_ocean, evol_instruct, from_docstring, oss_instruct, self_oss_instruct
from assets.instructions.settings import EvolInstruct, InstructionSettings
from assets.instructions.table import as_instructions
from assets.rows.ledger import Ledger
from assets.rows.outcome import Outcome

METHODS: dict[str, Callable[[pl.DataFrame, Any, Ask], Outcome]] = {
    "self_oss_instruct": self_oss_instruct.write,
    "from_docstring": from_docstring.write,
    "oss_instruct": oss_instruct.write,
    "code_ocean": code_ocean.write,
}


def write_instructions(
    seeds: pl.DataFrame, settings: InstructionSettings, ask: Ask, ledger: Ledger | None = None
) -> Outcome:
    """Instructions (columns of `TABLE`) for `seeds` by the method that `settings` names.

    `ledger` gets the steps: seeds to instructions one to one, then, where they evolve, each of them as itself
    and one evolution a round.
    """
    ledger = Ledger() if ledger is None else ledger
    evolves = isinstance(settings, EvolInstruct)
    first = settings.start if evolves else settings
    written = METHODS[first.method](seeds, first, ask)
    ledger.record_outcome("seeds", seeds.height, written, step="instruction")
    rows = as_instructions(written.kept)
    if not evolves:
        return Outcome(rows, written.rejected)
    evolved = evol_instruct.evolve(rows, settings, ask)
    tried = rows.height * (1 + settings.rounds)
    ledger.record_fan_out("evolutions to try", "instructions", rows.height, tried)
    ledger.record_outcome("evolutions", tried, evolved, step="evolution")
    return written.then(evolved)
