"""Which verified responses become training rows: one an instruction, none twice, none unfinished.

Method: StarCoder2-Instruct (bigcode-project/starcoder2-self-align). One pass over all passing responses in a random
order that depends on their ids alone: a response is taken if all it is told apart by is new, else the instruction's
next one gets its chance. What is taken is then searched for words of unfinished work. Row order never matters.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

import polars as pl

from assets.asking.draws import uniform
from assets.rows.outcome import Outcome, Rule, apply_rules
from assets.rows.reasons import Reason
from assets.sft_dataset.settings import Selection
from assets.source_code.code_blocks import scan

STAGE = "selection"

FUNCTION_NAME = re.compile(
    r"^\s*(?:export\s+|public\s+|private\s+|static\s+|async\s+)*(?:def|function|func|fn|sub)\s+(\w+)",
    re.MULTILINE,
)
"""Names of the functions that code defines, in the languages that announce them by a keyword."""


def select_responses(verified: pl.DataFrame, settings: Selection, *, seed: int) -> Outcome:
    """Choose among `verified`: `response_id, instruction_id, language, instruction, response`, all of them passing.

    To choose by judge, `judge` too; between responses that break as many rules, chance decides.
    Duplicates name, as detail, the response that stayed. Kept rows come sorted by `response_id`.
    """
    ranked = verified.with_columns(_rank(settings, seed).alias("__rank")).sort("__rank", "response_id")
    judged = ranked.with_columns(_first_of_their_kind(ranked, settings))
    rules = [
        Rule(reason, pl.col("__repeats") == reason.value, pl.col("__winner"))
        for reason in (Reason.NOT_SELECTED, *(reason for _, reason, _ in _KEYS))
    ]
    alone = apply_rules(judged, rules, stage=STAGE, id_column="response_id")
    outcome = alone.then(_finished(alone.kept, settings))
    return Outcome(outcome.kept.drop("__rank", "__repeats", "__winner").sort("response_id"), outcome.rejected)


def function_names(response: str, language: str) -> tuple[str, ...]:
    """The names of the functions that the first block of `response` defines, in their order; empty: none.

    The first block in `language`, or without a language; where no block is fenced, the response is code.
    """
    blocks = scan(response).blocks
    block = next((block for block in blocks if block.is_in(language) or not block.info), None)
    return tuple(FUNCTION_NAME.findall(block.text if block else "" if blocks else response))


def _rank(settings: Selection, seed: int) -> pl.Expr:
    if settings.choose == "shortest":
        return pl.col("response").str.len_chars().cast(pl.Float64)
    drawn = uniform(seed, "selection", "response_id")  # below 1
    return drawn + _rules_broken() if settings.choose == "judge" else drawn


def _rules_broken() -> pl.Expr:
    answers = pl.col("judge").struct.field("reasons").list.eval(pl.element().struct.field("answer"))
    return answers.list.count_matches("no")


def _bare(text: str) -> str:
    return re.sub(r"\s+", "", text)


_KEYS: tuple[
    tuple[Callable[[Selection], bool], Reason, Callable[[dict[str, Any], Selection], object]], ...
] = (
    (
        lambda settings: settings.unique_instructions,
        Reason.DUPLICATE_INSTRUCTION,
        lambda row, _: _bare(row["instruction"]),
    ),
    (
        lambda settings: settings.unique_responses,
        Reason.DUPLICATE_RESPONSE,
        lambda row, _: _bare(row["response"]),
    ),
    (
        lambda settings: settings.unique_function_names,
        Reason.DUPLICATE_FUNCTION_NAMES,
        lambda row, settings: (
            function_names(row["response"], row["language"]) or (() if settings.nameless_once else None)
        ),
    ),
)
"""What a taken response is told apart by: its setting, the reason where it repeats, and the key; null: none."""


def _first_of_their_kind(ranked: pl.DataFrame, settings: Selection) -> list[pl.Series]:
    """For each row in its order `__repeats` (a reason, null: the row is taken) and `__winner`, the row it repeats."""
    found = list(_pass(ranked, settings))
    return [
        pl.Series("__repeats", [reason for reason, _ in found], dtype=pl.String),
        pl.Series("__winner", [winner for _, winner in found], dtype=pl.String),
    ]


def _pass(ranked: pl.DataFrame, settings: Selection) -> Iterator[tuple[str | None, str | None]]:
    wanted = [(reason, key) for asked, reason, key in _KEYS if asked(settings)]
    taken: dict[tuple[Reason, object], str] = {}
    columns = ["response_id", "instruction_id", "language", "instruction", "response"]
    for row in ranked.select(columns).iter_rows(named=True):
        # a loop, since whether a row is taken hangs on all that were taken before it
        keys: list[tuple[Reason, object]] = [(Reason.NOT_SELECTED, row["instruction_id"])]
        if keys[0] not in taken:
            keys += [(reason, value) for reason, key in wanted if (value := key(row, settings)) is not None]
        repeated = next((key for key in keys if key in taken), None)
        if repeated is None:
            taken |= {key: str(row["response_id"]) for key in keys}
            yield None, None
        else:
            yield repeated[0].value, taken[repeated]


def _finished(rows: pl.DataFrame, settings: Selection) -> Outcome:
    words = "(?i)" + "|".join(_escaped(word) for word in settings.placeholders)
    rule = Rule(
        Reason.PLACEHOLDER, pl.col("response").str.contains(words), pl.col("response").str.extract(words, 0)
    )
    return apply_rules(rows, [rule] if settings.placeholders else [], stage=STAGE, id_column="response_id")


def _escaped(word: str) -> str:
    return "".join(f"\\{letter}" if not letter.isalnum() and letter != " " else letter for letter in word)
