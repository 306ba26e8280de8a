"""Seeds that need no parser: random consecutive lines (Magicoder's OSS-Instruct), and whole files.

Magicoder draws a random start line and 1 to 15 lines from each document. Here the draw of a file depends on
the recipe's seed and the file's id alone, so that neither row order nor other files matter; it starts at a
line that is not blank and ends at one, since blank lines inspire nobody. The text keeps its indentation, as
in the published data.
"""

import polars as pl

from assets.filtered_seeds.extraction.settings import ExtractionSettings
from assets.rows.outcome import Outcome, no_rejections
from resources.ids import content_id

_DRAW_DIGITS = 12
"""Hexadecimal digits of a draw: 48 bits, so that its remainder by a count of lines is as good as uniform."""


def snippets(files: pl.DataFrame, settings: ExtractionSettings) -> Outcome:
    """Random lines of `files` (`file_id`, `content` with LF line ends, `language`), as in `SEED_SCHEMA`.

    A file of fewer lines than `min_lines` from its draw on gives what is left of it. Draws of one file that
    come out equal are one seed.
    """
    lengths = settings.max_lines - settings.min_lines + 1
    full = pl.col("lines").list.eval((pl.element().str.strip_chars() != "").arg_true().cast(pl.Int64))
    seeds = (
        files.with_columns(
            pl.col("content").str.split("\n").alias("lines"),
            pl.lit(list(range(settings.snippets_per_file))).alias("draw"),
        )
        .with_columns(full.alias("full"))
        .explode("draw")
        .with_columns(
            pl.col("full").list.get(_draw("start", settings.seed) % pl.col("full").list.len()).alias("first"),
            (_draw("length", settings.seed) % lengths + settings.min_lines).alias("length"),
        )
        .select(
            "file_id",
            "language",
            pl.col("lines")
            .list.slice("first", "length")
            .list.join("\n")
            .str.replace(r"\n\s*\z", "")
            .alias("seed"),
            pl.lit("snippet").alias("kind"),
            (pl.col("first") + 1).alias("start_line"),
        )
        .with_columns(
            (pl.col("start_line") + pl.col("seed").str.count_matches("\n", literal=True)).alias("end_line")
        )
        .unique(["file_id", "start_line", "end_line"], keep="first", maintain_order=True)
    )
    return Outcome(seeds, no_rejections())


def whole_files(files: pl.DataFrame, kind: str = "file") -> Outcome:
    """Each of `files` as one seed of the `kind` file or ready_row: its text without the line ends at its end."""
    text = pl.col("content").str.strip_chars_end("\n")
    seeds = files.select(
        "file_id",
        "language",
        text.alias("seed"),
        pl.lit(kind).alias("kind"),
        pl.lit(1, pl.Int64).alias("start_line"),
        (text.str.count_matches("\n", literal=True) + 1).cast(pl.Int64).alias("end_line"),
        pl.lit(False).alias("is_nested"),
        pl.lit(False).alias("is_method"),
        pl.lit(False).alias("shares_lines"),
    )
    return Outcome(seeds, no_rejections())


def _draw(purpose: str, seed: int) -> pl.Expr:
    """A random number of each row, of 48 bits, for one purpose."""
    digits = content_id("file_id", "draw", pl.lit(purpose), pl.lit(seed)).str.head(_DRAW_DIGITS)
    return digits.str.to_integer(base=16)
