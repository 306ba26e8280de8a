"""The table `instructions`: what a model is asked to do, and the seed it grew from."""

import polars as pl

from assets.generation import GENERATION
from assets.table import Column, Table, text

TABLE = Table(
    key="instruction_id",
    columns=(
        text("instruction_id", "id of the instruction: its seed and text"),
        text("parent_id", "the instruction it evolved from; null: none"),
        text("seed_id", "the seed it grew from"),
        text("file_id", "the file of the seed"),
        text("language", "programming language"),
        text("instruction", "the task, as a person would put it"),
        text("solution", "the answer that the same call or the corpus gave; null: not yet answered"),
        text("task", "kind of task: code generation, ..."),
        text("category", "category within the task"),
        Column("concepts", pl.List(pl.String()), "programming concepts found in the seed"),
        text("difficulty", "easy, medium or hard, as drawn for the row"),
        text("seed", "the seed's code"),
        text("docstring", "the seed's documentation"),
        Column("imports", pl.List(pl.String()), "import lines that make the seed stand alone"),
        Column("concepts_generation", GENERATION, "how the concepts were made"),
        Column("generation", GENERATION, "how the instruction was made"),
    ),
)
