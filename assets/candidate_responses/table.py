"""The table `candidate_responses`: answers as a model gave them, taken apart, not yet run."""

import polars as pl

from assets.asking.asker import GENERATION
from assets.rows.table import Column, Table, text

TABLE = Table(
    key="response_id",
    columns=(
        text(
            "response_id", "id of the response: instruction, sample and text", "instructions.instruction_id"
        ),
        text("instruction_id", "the instruction answered", "instructions.instruction_id"),
        text("seed_id", "the seed of the instruction", "instructions.seed_id"),
        text("file_id", "the file of the seed", "instructions.file_id"),
        text("language", "programming language asked for", "instructions.language"),
        text("instruction", "the instruction's text", "instructions.instruction"),
        text("task", "kind of task", "instructions.task"),
        Column("sample", pl.Int32(), "sample number, from 0"),
        text("response", "the whole response", "instructions.instruction", "instructions.solution"),
        text("code", "its code without the tests", "instructions.instruction", "instructions.solution"),
        text("tests", "its tests", "instructions.instruction"),
        text("section_reasoning", "the reasoning section", "instructions.instruction"),
        text("section_implementation", "the implementation section", "instructions.instruction"),
        text("section_explanation", "the explanation section", "instructions.instruction"),
        text("section_tests", "the tests section", "instructions.instruction"),
        Column("generation", GENERATION, "how the response was made"),
    ),
)
