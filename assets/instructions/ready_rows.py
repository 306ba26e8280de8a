"""Rows that came ready: an instruction with its response, taken over beside what the recipe's method writes.

No model is asked. Who wrote them is for their data set to say: their engine is `given`.
"""

import polars as pl

from assets.asking.asker import GENERATION
from resources.ids import content_id
from resources.ready_rows import unpack

TASK = "code generation"
CATEGORY = "ready row"
ENGINE = "given"


def written(seeds: pl.DataFrame) -> pl.DataFrame:
    """Instructions with their solution for `seeds` of the kind ready_row; columns as the methods' `write`."""
    pairs = [unpack(text) for text in seeds["seed"]]
    given = pl.struct(
        [
            (pl.lit(ENGINE) if name == "engine" else pl.lit(None, dtype)).alias(name)
            for name, dtype in GENERATION.to_schema().items()
        ]
    )
    return seeds.with_columns(
        pl.Series("instruction", [asked for asked, _ in pairs], dtype=pl.String),
        pl.Series("solution", [answer for _, answer in pairs], dtype=pl.String),
        pl.lit(None, pl.String).alias("parent_id"),
        pl.lit(TASK).alias("task"),
        pl.lit(CATEGORY).alias("category"),
        pl.lit(None, pl.List(pl.String)).alias("concepts"),
        pl.lit(None, pl.String).alias("difficulty"),
        pl.lit(None, GENERATION).alias("concepts_generation"),
        given.cast(GENERATION).alias("generation"),
    ).with_columns(content_id("seed_id", "task", "instruction").alias("instruction_id"))
