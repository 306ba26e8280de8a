"""Comment-function pairs: the docstring is the instruction, the function its solution; no model is asked.

The baseline of Magicoder's ablation (ise-uiuc/magicoder), where training on such pairs made the model worse:
here to be compared with.
"""

import polars as pl

from assets.asking.asker import GENERATION
from assets.asking.prompts import template
from assets.instructions.settings import FromDocstring
from assets.rows.outcome import Outcome, Rule, apply_rules
from assets.rows.reasons import Reason
from assets.source_code.code_blocks import fenced
from resources.ids import content_id

PACKAGE = "assets.instructions"
STAGE = "pair"
TASK = "code generation"
CATEGORY = "comment-function pair"


def write(seeds: pl.DataFrame, settings: FromDocstring, ask: object) -> Outcome:
    """Instructions with their solution for `seeds` with documentation; columns as the other methods' `write`."""
    documented = apply_rules(
        seeds,
        [Rule(Reason.NOTHING_TO_ASK, pl.col("docstring").fill_null("").str.strip_chars() == "")],
        stage=STAGE,
        id_column="seed_id",
    )
    rendered = template(PACKAGE, "from_docstring.jinja")
    instructions = [
        rendered.render(language=language, documentation=documentation.strip(), signature=signature(seed))
        for language, documentation, seed in documented.kept.select(
            "language", "docstring", "seed"
        ).iter_rows()
    ]
    solutions = [
        fenced("\n".join([*(imports or []), *(["", ""] if imports else []), seed.strip("\n")]), language)
        for imports, seed, language in documented.kept.select("imports", "seed", "language").iter_rows()
    ]
    kept = documented.kept.with_columns(
        pl.Series("instruction", instructions, dtype=pl.String),
        pl.Series("solution", solutions, dtype=pl.String),
        pl.lit(None, pl.String).alias("parent_id"),
        pl.lit(TASK).alias("task"),
        pl.lit(CATEGORY).alias("category"),
        pl.lit(None, pl.List(pl.String)).alias("concepts"),
        pl.lit(None, pl.String).alias("difficulty"),
        pl.lit(None, GENERATION).alias("concepts_generation"),
        pl.lit(None, GENERATION).alias("generation"),
    ).with_columns(content_id("seed_id", "task", "instruction").alias("instruction_id"))
    return Outcome(kept, documented.rejected)


def signature(seed: str) -> str:
    """The line of `seed` that announces the function: the first that is no decorator, attribute or comment."""
    for line in seed.splitlines():
        text = line.strip()
        if text and not text.startswith(("@", "#", "//", "/*", "*", "[")):
            return text.rstrip("{:").strip()
    return seed.strip()
