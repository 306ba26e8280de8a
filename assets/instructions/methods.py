"""Writing instructions by the method that the settings name, and the project's own methods as the door shows them."""

from collections.abc import Sequence

import polars as pl

from assets.asking.asker import Ask
from assets.asking.prompts import prompts_digest
from assets.filtered_seeds.extraction.settings import READY_ROW
from assets.instructions import (
    code_ocean,
    evol_instruct,
    from_docstring,
    oss_instruct,
    ready_rows,
    self_oss_instruct,
)
from assets.instructions.code_ocean_bank import start_cases_digest
from assets.instructions.door import INSTRUCTION_METHODS, InstructionMethod, seed_by_seed
from assets.instructions.few_shot_bank import bank_digest
from assets.instructions.settings import (
    CodeOcean,
    EvolInstruct,
    FromDocstring,
    InstructionSettings,
    OssInstruct,
    SelfOssInstruct,
)
from assets.instructions.table import as_instructions
from assets.rows.ledger import Ledger
from assets.rows.outcome import Outcome


def write_instructions(
    seeds: pl.DataFrame, settings: InstructionSettings, ask: Ask, ledger: Ledger | None = None
) -> Outcome:
    """Instructions (columns of `TABLE`) for `seeds` by the method that `settings` names; `ledger` gets its steps."""
    ready = ready_rows.written(seeds.filter(pl.col("kind") == READY_ROW)) if "kind" in seeds.columns else None
    if ready is None or ready.is_empty():
        written = INSTRUCTION_METHODS.open(settings.method).write(
            seeds, settings, ask, Ledger() if ledger is None else ledger
        )
        return Outcome(as_instructions(written.kept), written.rejected)
    steps = Ledger()
    grown = write_instructions(seeds.filter(pl.col("kind") != READY_ROW), settings, ask, steps)
    if ledger is not None:
        ledger.take(steps, aside=ready.height)
    return Outcome(pl.concat([grown.kept, as_instructions(ready)]), grown.rejected)


def _data() -> Sequence[str]:
    return prompts_digest("assets.instructions"), bank_digest()


def _code_ocean_data() -> Sequence[str]:
    return *_data(), start_cases_digest(), prompts_digest("assets.asking.judging")


def _evolved(seeds: pl.DataFrame, settings: EvolInstruct, ask: Ask, ledger: Ledger) -> Outcome:
    """Another method's instructions, then one evolution of each a round: steps of the ledger of their own."""
    start = write_instructions(seeds, settings.start, ask, ledger)
    evolved = evol_instruct.evolve(start.kept, settings, ask)
    tried = start.kept.height * (1 + settings.rounds)
    ledger.record_fan_out("evolutions to try", "instructions", start.kept.height, tried)
    ledger.record_outcome("evolutions", tried, evolved, step="evolution")
    return start.then(evolved)


SELF_OSS_INSTRUCT = InstructionMethod(
    SelfOssInstruct, seed_by_seed(self_oss_instruct.write), needs_model=False, data=_data
)
FROM_DOCSTRING = InstructionMethod(
    FromDocstring, seed_by_seed(from_docstring.write), needs_model=False, data=_data
)
OSS_INSTRUCT = InstructionMethod(OssInstruct, seed_by_seed(oss_instruct.write), data=_data)
EVOL_INSTRUCT = InstructionMethod(EvolInstruct, _evolved, data=_data)
CODE_OCEAN = InstructionMethod(CodeOcean, seed_by_seed(code_ocean.write), data=_code_ocean_data)
