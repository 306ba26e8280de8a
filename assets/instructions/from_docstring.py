"""Comment-function pairs: the docstring is the instruction, the function (or its body) its solution; no model is asked.

The baseline of Magicoder's ablation (ise-uiuc/magicoder), where training on such pairs made the model worse:
here to be compared with.
"""

from typing import Any

import polars as pl

from assets.asking.asker import GENERATION
from assets.asking.prompts import template
from assets.instructions.settings import FromDocstring
from assets.rows.outcome import Outcome, Rule, apply_rules
from assets.rows.reasons import Reason
from assets.source_code.code_blocks import fenced
from assets.source_code.standalone import with_imports
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
    pairs = [
        (_raw if settings.form == "raw" else _worded)(row) for row in documented.kept.iter_rows(named=True)
    ]
    paired = documented.kept.with_columns(
        pl.Series("instruction", [asked for asked, _ in pairs], dtype=pl.String),
        pl.Series("solution", [answer for _, answer in pairs], dtype=pl.String),
    )
    nothing_left = Rule(
        Reason.NOTHING_TO_ASK, pl.col("solution").str.strip_chars() == "", pl.lit("no code after it")
    )
    whole = apply_rules(paired, [nothing_left], stage=STAGE, id_column="seed_id")
    kept = whole.kept.with_columns(
        pl.lit(None, pl.String).alias("parent_id"),
        pl.lit(TASK).alias("task"),
        pl.lit(CATEGORY).alias("category"),
        pl.lit(None, pl.List(pl.String)).alias("concepts"),
        pl.lit(None, pl.String).alias("difficulty"),
        pl.lit(None, GENERATION).alias("concepts_generation"),
        pl.lit(None, GENERATION).alias("generation"),
    ).with_columns(content_id("seed_id", "task", "instruction").alias("instruction_id"))
    return documented.then(Outcome(kept, whole.rejected))


def _worded(row: dict[str, Any]) -> tuple[str, str]:
    """An instruction in words, and the function with its imports as a block of code."""
    rendered = template(PACKAGE, "from_docstring.jinja")
    language, seed = row["language"], row["seed"]
    asked = rendered.render(
        language=language, documentation=row["docstring"].strip(), signature=signature(seed)
    )
    return asked, fenced(with_imports(seed, row["imports"]), language)


def _raw(row: dict[str, Any]) -> tuple[str, str]:
    """The code up to the end of its documentation, the line break included, and the lines after it."""
    lines = row["seed"].split("\n")
    if row["doc_end_line"] is None or row["start_line"] is None:
        return "", ""
    end = row["doc_end_line"] - row["start_line"] + 1
    return "\n".join(lines[:end]) + "\n", "\n".join(lines[end:])


def signature(seed: str) -> str:
    """The line of `seed` that announces the function: the first that is no decorator, attribute or comment."""
    for line in seed.splitlines():
        text = line.strip()
        if text and not text.startswith(("@", "#", "//", "/*", "*", "[")):
            return text.rstrip("{:").strip()
    return seed.strip()
