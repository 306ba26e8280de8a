"""The table `instructions`: what a model is asked to do, and the seed it grew from."""

import polars as pl

from assets.asking.asker import GENERATION
from assets.asking.judging.discriminator import JUDGE
from assets.rows.table import Column, Table, text
from resources.ids import content_id

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

NEEDED = ("seed_id", "instruction")
"""The columns that a method must give; the seeds that it gets have the first."""

KNOWN_WHEN_ABSENT = {"instruction_id": content_id("seed_id", "instruction"), "round": pl.lit(0, pl.Int32)}
"""What a column holds that a method does not give; every other is null then."""


def as_instructions(written: pl.DataFrame) -> pl.DataFrame:
    """The rows of a method with all columns of `TABLE` and no other.

    Raises `ValueError` where one of `NEEDED` is missing.
    """
    if missing := [name for name in NEEDED if name not in written.columns]:
        raise ValueError(
            f"the method of `instructions` gave rows without {', '.join(missing)}; it gave {', '.join(written.columns)}"
        )
    absent = [
        KNOWN_WHEN_ABSENT.get(name, pl.lit(None, dtype)).alias(name)
        for name, dtype in TABLE.schema.items()
        if name not in written.columns
    ]
    return written.with_columns(absent).select(TABLE.schema.names())
