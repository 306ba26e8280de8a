"""Which verified responses become training rows: one an instruction, none twice, none unfinished.

Method: StarCoder2-Instruct (bigcode-project/starcoder2-self-align). Rows are put into a random order that
depends on their ids alone; the first of every set of duplicates stays, so row order never matters.
"""

import polars as pl

from assets.asking.draws import uniform
from assets.rows.outcome import Outcome, Rule, apply_rules
from assets.rows.reasons import Reason
from assets.sft_dataset.settings import Selection

STAGE = "selection"

FUNCTION_NAME = (
    r"(?m)^\s*(?:export\s+|public\s+|private\s+|static\s+|async\s+)*(?:def|function|func|fn|sub)\s+(\w+)"
)
"""Names of the functions that code defines, in the languages that announce them by a keyword."""


def select_responses(verified: pl.DataFrame, settings: Selection, *, seed: int) -> Outcome:
    """Choose among `verified`: `response_id, instruction_id, instruction, response, code`, all of them passing.

    To choose by judge, `judge` too; between responses that break as many rules, chance decides.
    Duplicates name, as detail, the response that stayed. Kept rows come sorted by `response_id`.
    """
    ranked = verified.with_columns(_rank(settings, seed).alias("__rank")).sort("__rank", "response_id")
    words = pl.concat_str(
        [pl.lit("(?i)"), pl.lit("|".join(_escaped(word) for word in settings.placeholders))]
    )
    outcome = apply_rules(
        ranked,
        [
            Rule(
                Reason.PLACEHOLDER,
                pl.col("response").str.contains(words),
                pl.col("response").str.extract(words, 0),
            )
        ]
        if settings.placeholders
        else [],
        stage=STAGE,
        id_column="response_id",
    )
    outcome = outcome.then(_first_of(outcome.kept, pl.col("instruction_id"), Reason.NOT_SELECTED))
    keys = [
        (settings.unique_instructions, pl.col("instruction").str.strip_chars(), Reason.DUPLICATE_INSTRUCTION),
        (
            settings.unique_responses,
            pl.col("response").str.replace_all(r"\s+", ""),
            Reason.DUPLICATE_RESPONSE,
        ),
        (settings.unique_function_names, function_names(), Reason.DUPLICATE_FUNCTION_NAMES),
    ]
    for wanted, key, reason in keys:
        if wanted:
            outcome = outcome.then(_first_of(outcome.kept, key, reason))
    return Outcome(outcome.kept.drop("__rank").sort("response_id"), outcome.rejected)


def function_names() -> pl.Expr:
    """The distinct names of functions that `code` defines, sorted and joined; null where it defines none."""
    names = pl.col("code").str.extract_all(FUNCTION_NAME).list.eval(pl.element().str.extract(r"(\w+)$"))
    joined = names.list.unique().list.sort().list.join(" ")
    return pl.when(joined != "").then(joined)


def _rank(settings: Selection, seed: int) -> pl.Expr:
    if settings.choose == "shortest":
        return pl.col("response").str.len_chars().cast(pl.Float64)
    drawn = uniform(seed, "selection", "response_id")  # below 1
    return drawn + _rules_broken() if settings.choose == "judge" else drawn


def _rules_broken() -> pl.Expr:
    answers = pl.col("judge").struct.field("reasons").list.eval(pl.element().struct.field("answer"))
    return answers.list.count_matches("no")


def _first_of(rows: pl.DataFrame, key: pl.Expr, reason: Reason) -> Outcome:
    """Keep the first row of each `key`; rows without one are all kept."""
    judged = rows.with_columns(key.alias("__key")).with_columns(
        pl.col("response_id").first().over("__key").alias("__winner")
    )
    repeated = pl.col("__key").is_not_null() & (pl.col("response_id") != pl.col("__winner"))
    outcome = apply_rules(
        judged, [Rule(reason, repeated, pl.col("__winner"))], stage=STAGE, id_column="response_id"
    )
    return Outcome(outcome.kept.drop("__key", "__winner"), outcome.rejected)


def _escaped(word: str) -> str:
    return "".join(f"\\{letter}" if not letter.isalnum() and letter != " " else letter for letter in word)
