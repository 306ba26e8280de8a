"""A response without sections as a row: its text, its code, no tests. What the sectioned form is, see `sections.py`."""

import polars as pl

from assets.source_code.answers import code_of_answer
from resources.ids import content_id

ABSENT = ("tests", "section_reasoning", "section_implementation", "section_explanation", "section_tests")


def with_response(rows: pl.DataFrame, text: pl.Expr, *, indented: bool = False) -> pl.DataFrame:
    """`rows` (`instruction_id, language, sample` and others) with `response_id, response, code` and null parts.

    `indented`: white space at the beginning of the first line is a part of the text (of code that goes on).
    """
    bare = (
        text.str.replace(r"^(?:[ \t]*[\r\n]+)+", "").str.strip_chars_end()
        if indented
        else text.str.strip_chars()
    )
    answered = rows.with_columns(bare.alias("response"))
    code = [
        code_of_answer(response or "", language)
        for response, language in answered.select("response", "language").iter_rows()
    ]
    return answered.with_columns(
        pl.Series("code", code, dtype=pl.String),
        content_id("instruction_id", "sample", pl.col("response").fill_null("")).alias("response_id"),
        *(pl.lit(None, pl.String).alias(name) for name in ABSENT),
    )
