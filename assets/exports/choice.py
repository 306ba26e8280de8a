"""Which rows are handed on, step by step, each step counted: nothing vanishes between the recipes and the folder."""

from collections.abc import Callable
from typing import Any

import polars as pl

from assets.asking.draws import uniform
from assets.exports.lengths import open_tokenizer, token_counts
from assets.exports.mixture import sample
from assets.exports.rows import ROW
from assets.exports.settings import TESTED, ExportError, ExportSettings
from assets.exports.split import TEST, TEXT, TRAIN, apart, with_split
from assets.filtered_seeds.filters.secrets import SECRET, SecretSettings, secret_rules, with_secret
from assets.rows.ledger import Ledger
from assets.rows.outcome import Outcome, Rule, apply_rules, no_rejections, reject
from assets.rows.reasons import Reason
from assets.texts.near_duplicates.find import find_near_duplicates
from assets.texts.near_duplicates.signatures import signatures

CHOSEN = pl.Schema({**ROW, "split": pl.String, "tokens": pl.Int64})
"""Columns of a chosen row; `tokens` is null where no tokenizer was named."""


def choose(
    rows: pl.DataFrame, settings: ExportSettings, ledger: Ledger, tokenizer: Any = None
) -> pl.DataFrame:
    """The rows of an export (`CHOSEN`, by split and id) of `rows` (`ROW`, of all recipes); `ledger` gets the steps.

    `tokenizer` stands for the one that the settings name. Raises `ExportError` where nothing is left.
    """
    steps: tuple[tuple[str, Callable[[pl.DataFrame], Outcome]], ...] = (
        ("may be handed on", lambda rows: allowed(rows, settings)),
        ("one of each text", _one_of_each_text),
        ("near_duplicates", lambda rows: _alone(rows, settings)),
        ("length", lambda rows: _short_enough(rows, settings, tokenizer)),
        ("train and test apart", lambda rows: apart(with_split(rows, settings), settings)),
        ("mixture", lambda rows: _mixed(rows, settings)),
    )
    kept = rows.sort("sft_id", "recipe")
    for name, step in steps:
        before = kept.height
        outcome = step(kept)
        ledger.record(name, "rows", before, outcome.rejected, rows_out=outcome.kept.height)
        kept = outcome.kept
        if kept.is_empty():
            reasons = "; ".join(
                f"{one.name}: {one.rejected} of {one.rows_in} rows left" for one in ledger.steps
            )
            raise ExportError(f"no row is left to be handed on ({reasons})")
    first = pl.col("split") == TEST
    return kept.select(CHOSEN.names()).sort(first, "sft_id")


def allowed(rows: pl.DataFrame, settings: ExportSettings) -> Outcome:
    """`rows` that may be handed on at all: not taken down, of a file that is there, without secrets, clean, tested."""
    rules = [
        Rule(Reason.TAKEN_DOWN, pl.col("take_down").is_not_null(), pl.format("line {}", "take_down")),
        Rule(Reason.FILE_GONE, ~pl.col("present")),
    ]
    if not settings.keep_marked:
        found = pl.col("contamination")
        rules.append(Rule(Reason.CONTAMINATED, found.list.len() > 0, found.list.first().struct.json_encode()))
    rows = with_secret(rows.with_columns(TEXT.alias("seed")), SecretSettings()).drop("seed")
    rules += secret_rules()
    if settings.format in TESTED:
        untested = pl.col("tests").fill_null("").str.strip_chars() == ""
        rules.append(Rule(Reason.NO_TESTS, untested))
        rules.append(
            Rule(Reason.NOT_PASSED, (pl.col("verdict") != "pass").fill_null(True), pl.col("verdict"))
        )
    outcome = apply_rules(rows, rules, stage="may be handed on", id_column="sft_id")
    return Outcome(outcome.kept.drop(SECRET), outcome.rejected)


def with_system(rows: pl.DataFrame, settings: ExportSettings) -> pl.DataFrame:
    """`rows` whose conversations begin with a system prompt, each with one of those there are, drawn by its id."""
    if not settings.system:
        return rows
    drawn = (uniform(settings.seed, "system prompt", "sft_id") * len(settings.system)).cast(pl.Int64)
    texts = pl.lit(pl.Series(list(settings.system))).gather(drawn)
    turn = pl.struct(pl.lit("system").alias("role"), texts.alias("content"))
    return rows.with_columns(pl.concat_list(turn.implode().over("sft_id"), "messages").alias("messages"))


def _one_of_each_text(rows: pl.DataFrame) -> Outcome:
    """One row of each prompt and completion, whatever recipe made it: the first recipe's by name."""
    winner = pl.col("recipe").first().over("sft_id")
    again = pl.int_range(pl.len()).over("sft_id") > 0
    return apply_rules(
        rows, [Rule(Reason.DUPLICATE_RESPONSE, again, pl.format("recipe={}", winner))],
        stage="one of each text", id_column="sft_id",
    )  # fmt: skip


def _alone(rows: pl.DataFrame, settings: ExportSettings) -> Outcome:
    chosen = settings.near_duplicates
    if chosen is None:
        return Outcome(rows, no_rejections())
    signed = signatures(rows.select("sft_id", TEXT.alias("text")), chosen, key="sft_id")
    with_signature = rows.join(signed, on="sft_id", how="left", maintain_order="left")
    return find_near_duplicates(with_signature, chosen, prefer=[], id_column="sft_id")


def _short_enough(rows: pl.DataFrame, settings: ExportSettings, tokenizer: Any) -> Outcome:
    rows = with_system(rows, settings)
    if settings.tokenizer is None and tokenizer is None:
        return Outcome(rows.with_columns(pl.lit(None, pl.Int64).alias("tokens")), no_rejections())
    conversations = rows["messages"].to_list()
    counted = rows.with_columns(token_counts(conversations, tokenizer or open_tokenizer(settings)))
    rules = []
    if settings.max_tokens is not None:
        rules = [
            Rule(
                Reason.TOO_MANY_TOKENS,
                pl.col("tokens") > settings.max_tokens,
                pl.format("{} tokens", "tokens"),
            )
        ]
    return apply_rules(counted, rules, stage="length", id_column="sft_id")


def _mixed(rows: pl.DataFrame, settings: ExportSettings) -> Outcome:
    """The sample of each split: of the rows that are asked for, as large a share is held out as of all."""
    parts = []
    held = rows.filter(split=TEST)
    most = settings.rows
    tests = held.height if most is None else round(most * settings.held_out)
    if held.height:
        parts.append(sample(held, settings.weights, tests, seed=settings.seed, strict=False))
    train = None if most is None else most - sum(part.height for part in parts)
    parts.append(sample(rows.filter(split=TRAIN), settings.weights, train, seed=settings.seed))
    kept = pl.concat(parts)
    left = rows.join(kept.select("sft_id"), on="sft_id", how="anti", maintain_order="left")
    rejected = reject(left, Reason.NOT_SAMPLED, stage="mixture", id_column="sft_id")
    return Outcome(kept, rejected)
