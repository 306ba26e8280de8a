"""The columns that trainers read, made of chosen rows; behind them the same columns of origin in every form.

`messages` is what TRL, Axolotl and most others take, `prompt_completion` TRL's conversational pair, whose loss is on
the completion without a template of its own. `openai` is the fine-tuning service's: JSON lines of `messages`, nothing
else, the origin in tables beside. `sharegpt` and `alpaca` are the older forms of FastChat and Alpaca. `rlvr` is in
`tasks`, `harbor` in `harbor`.
"""

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from assets.exports.rows import MESSAGES
from assets.exports.settings import ExportError, Format

ORIGIN: dict[str, str] = {
    "id": "id of the row: of its prompt and completion",
    "recipe": "recipe that made it",
    "language": "programming language",
    "task": "what the prompt asks for",
    "category": "subject, where the recipe tells them apart",
    "model": "model (or rules) that wrote the answer; null: copied from the corpus",
    "license": "SPDX expression of the license of the file that it grew from",
    "repo": "repository or package of that file",
    "path": "path in it",
    "commit": "commit or version",
    "start_line": "first line of the seed in the file, from 1",
    "end_line": "last line, inclusive",
    "verdict": "what running its tests showed: pass, or unverified where they were not run",
}
"""Columns of origin, with their meaning."""

_SPEAKERS = {"system": "system", "user": "human", "assistant": "gpt"}


@dataclass(frozen=True)
class Form:
    """A form: its own columns with their meaning, the function that makes them, and whether files are JSON lines."""

    columns: dict[str, str]
    make: Callable[[pl.DataFrame], pl.DataFrame]
    lines: bool = False


def origin(rows: pl.DataFrame) -> pl.DataFrame:
    """The columns of `ORIGIN` of chosen rows."""
    model = pl.coalesce("model", pl.when(pl.col("engine") == "offline").then(pl.lit("offline")))
    return rows.select(
        pl.col("sft_id").alias("id"),
        *(model.alias("model") if name == "model" else pl.col(name) for name in ORIGIN if name != "id"),
    )


def shaped(rows: pl.DataFrame, form: Form) -> pl.DataFrame:
    """The whole table of a form: its own columns and, where its files are tables, those of origin."""
    own = form.make(rows)
    return own if form.lines else pl.concat([own, origin(rows)], how="horizontal")


def messages(rows: pl.DataFrame) -> pl.DataFrame:
    """`messages`: all turns."""
    return rows.select("messages")


def prompt_completion(rows: pl.DataFrame) -> pl.DataFrame:
    """`prompt`: all turns before the last; `completion`: the last, the assistant's."""
    turns = pl.col("messages").list
    return rows.select(turns.head(turns.len() - 1).alias("prompt"), turns.tail(1).alias("completion")).cast(
        {"prompt": MESSAGES, "completion": MESSAGES}
    )


def sharegpt(rows: pl.DataFrame) -> pl.DataFrame:
    """`conversations`: turns with `from` and `value`."""
    speaker = pl.element().struct.field("role").replace_strict(_SPEAKERS).alias("from")
    turn = pl.struct(speaker, pl.element().struct.field("content").alias("value"))
    return rows.select(pl.col("messages").list.eval(turn).alias("conversations"))


def alpaca(rows: pl.DataFrame) -> pl.DataFrame:
    """`instruction, input, output, system`. Raises `ExportError` where a conversation has more than one question."""
    asked = pl.col("messages").list.eval(pl.element().struct.field("role") == "user").list.sum()
    longer = rows.filter(asked != 1)
    if longer.height:
        raise ExportError(
            f"alpaca has one question a row; {longer.height} rows have more, the first is {longer['sft_id'][0]}: "
            "use messages"
        )

    def content(role: str) -> pl.Expr:
        of_role = pl.element().filter(pl.element().struct.field("role") == role).struct.field("content")
        return pl.col("messages").list.eval(of_role).list.first()

    return rows.select(
        content("user").alias("instruction"),
        pl.lit("").alias("input"),
        content("assistant").alias("output"),
        content("system").fill_null("").alias("system"),
    )


FORMS: dict[Format, Form] = {
    "messages": Form({"messages": "the conversation: role and content of each turn"}, messages),
    "prompt_completion": Form(
        {
            "prompt": "the conversation before the answer",
            "completion": "the answer, one turn of the assistant; the loss is on it alone",
        },
        prompt_completion,
    ),
    "openai": Form({"messages": "the conversation: role and content of each turn"}, messages, lines=True),
    "sharegpt": Form({"conversations": "turns: from (system, human, gpt) and value"}, sharegpt),
    "alpaca": Form(
        {
            "instruction": "the task",
            "input": "empty",
            "output": "the answer",
            "system": "the system prompt; empty: none",
        },
        alpaca,
    ),
}
"""The forms of conversations."""
