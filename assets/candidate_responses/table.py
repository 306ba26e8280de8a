"""The table `candidate_responses`: answers as a model gave them, taken apart, not yet run."""

import polars as pl

from assets.asking.asker import GENERATION
from assets.rows.table import Column, Table, text

TABLE = Table(
    key="response_id",
    columns=(
        text("response_id", "id of the response: instruction, sample and text"),
        text("instruction_id", "the instruction answered"),
        text("seed_id", "the seed of the instruction"),
        text("file_id", "the file of the seed"),
        text("language", "programming language asked for"),
        text("instruction", "the instruction's text"),
        text("task", "kind of task"),
        Column("sample", pl.Int32(), "sample number, from 0"),
        text("response", "the whole response"),
        text("code", "its code without the tests"),
        text("tests", "its tests"),
        text("section_reasoning", "the reasoning section"),
        text("section_implementation", "the implementation section"),
        text("section_explanation", "the explanation section"),
        text("section_tests", "the tests section"),
        Column("generation", GENERATION, "how the response was made"),
    ),
)
