"""The door of methods that write instructions: what a method is, and those that the project brings."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl
from pydantic import BaseModel

from assets.asking.asker import Ask
from assets.rows.ledger import Ledger
from assets.rows.outcome import Outcome
from resources.doors import Door

Write = Callable[[pl.DataFrame, Any, Ask, Ledger], Outcome]
"""Gets seeds (columns of `filtered_seeds`), the method's settings, a way to ask the engine, and the ledger.

Returns instructions kept, with the columns of `instructions` that the method knows (`seed_id` and `instruction` at
least; `as_instructions` adds the others), and rejected rows; writes its steps into the ledger.
"""


@dataclass(frozen=True)
class InstructionMethod:
    """A way from seeds to instructions.

    `settings` has a field `method`. `needs_model`: the rules of the offline engine cannot answer its questions.
    `data` gives digests of prompts and other files that its rows depend on: a part of the asset's code version.
    """

    settings: type[BaseModel]
    write: Write
    needs_model: bool = True
    data: Callable[[], Sequence[str]] = tuple


def seed_by_seed(write: Callable[[pl.DataFrame, Any, Ask], Outcome]) -> Write:
    """A method that makes of each seed one instruction or none, with its one step written into the ledger."""

    def recorded(seeds: pl.DataFrame, settings: Any, ask: Ask, ledger: Ledger) -> Outcome:
        outcome = write(seeds, settings, ask)
        ledger.record_outcome("seeds", seeds.height, outcome, step="instruction")
        return outcome

    return recorded


INSTRUCTION_METHODS = Door(
    "instruction_methods",
    InstructionMethod,
    {
        "self_oss_instruct": "assets.instructions.methods:SELF_OSS_INSTRUCT",
        "from_docstring": "assets.instructions.methods:FROM_DOCSTRING",
        "oss_instruct": "assets.instructions.methods:OSS_INSTRUCT",
        "evol_instruct": "assets.instructions.methods:EVOL_INSTRUCT",
        "code_ocean": "assets.instructions.methods:CODE_OCEAN",
    },
)
