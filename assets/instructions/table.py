"""The table `instructions`: what a model is asked to do, and the seed it grew from."""

import polars as pl

from assets.asking.asker import GENERATION
from assets.asking.judging.discriminator import JUDGE
from assets.rows.table import Column, Table, text

TABLE = Table(
    key="instruction_id",
    columns=(
        text("instruction_id", "id of the instruction: its seed and text", "filtered_seeds.seed_id"),
        text("parent_id", "the instruction it evolved from; null: none"),
        text("seed_id", "the seed it grew from", "filtered_seeds.seed_id"),
        text("file_id", "the file of the seed", "filtered_seeds.file_id"),
        text("language", "programming language", "filtered_seeds.language"),
        text(
            "instruction",
            "the task, as a person would put it",
            "filtered_seeds.seed",
            "filtered_seeds.docstring",
        ),
        text(
            "solution",
            "the answer that the same call or the corpus gave; null: not yet answered",
            "filtered_seeds.seed",
            "filtered_seeds.docstring",
        ),
        text("task", "kind of task: code generation, ..."),
        text("category", "category within the task"),
        Column(
            "concepts",
            pl.List(pl.String()),
            "programming concepts found in the seed",
            sources=("filtered_seeds.seed",),
        ),
        text("difficulty", "easy, medium or hard, as drawn for the row"),
        text("seed", "the seed's code", "filtered_seeds.seed"),
        text("docstring", "the seed's documentation", "filtered_seeds.docstring"),
        Column(
            "imports",
            pl.List(pl.String()),
            "import lines that make the seed stand alone",
            sources=("filtered_seeds.imports",),
        ),
        Column("concepts_generation", GENERATION, "how the concepts were made"),
        Column("generation", GENERATION, "how the instruction was made"),
        Column("judge", JUDGE, "what the discriminator said of instruction and solution; null: not asked"),
        Column(
            "solution_generation", GENERATION, "how the solution was made; null: by the same call, or none"
        ),
        text("heuristic", "how it was evolved from its parent; null: it was not"),
        Column("round", pl.Int32(), "round of evolution, from 1; 0: not evolved"),
    ),
)

NOT_EVOLVED = {
    "solution_generation": pl.lit(None, GENERATION),
    "heuristic": pl.lit(None, pl.String),
    "round": pl.lit(0, pl.Int32),
    "judge": pl.lit(None, JUDGE),
}
"""What these columns are where no evolution took place and no judge was asked; most methods know nothing of them."""


def as_instructions(written: pl.DataFrame) -> pl.DataFrame:
    """What a method wrote, with all columns of `TABLE` and no other."""
    absent = [value.alias(name) for name, value in NOT_EVOLVED.items() if name not in written.columns]
    return written.with_columns(absent).select(TABLE.schema.names())
