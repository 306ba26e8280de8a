"""Rows as tasks for reinforcement learning with verifiable rewards: for TRL's GRPO, verl and open-instruct.

A task is a prompt and tests. What the tests call must be told: names that they use, the answer defines and the prompt
does not mention are added to it. How hard a task is for the model that wrote the answers: samples that passed of those
that were judged, each by its own tests.
"""

import json
import re

import polars as pl

from assets.exports.folder import Data
from assets.exports.forms import ORIGIN, origin
from assets.exports.settings import ExportSettings
from assets.exports.split import TEST, TRAIN
from assets.exports.writing import shards
from assets.sft_dataset.final_form import EXAMPLES_HEADING
from assets.source_code.attempts import attempts_of
from assets.source_code.code_blocks import fenced

COLUMNS = {
    "prompt": "the task, as messages",
    "tests": "the tests, in the language's plain form",
    "passed": "of `samples`, how many passed their own tests",
    "samples": "answers of the model that were judged; null: none was counted",
    "difficulty": "1 - passed / samples",
    "tests_shown": "whether the prompt shows some of the tests",
}
"""Columns of the configuration `trl`, beside those of origin."""

CONFIGS = ("trl", "verl", "open_instruct")


def tasks(rows: pl.DataFrame, settings: ExportSettings) -> Data:
    """The data files of the three forms, a configuration each; `trl` is the default."""
    files: dict[str, bytes] = {}
    configs: dict[str, dict[str, list[str]]] = {name: {} for name in CONFIGS}
    for split in (TRAIN, TEST):
        part = with_names_told(rows.filter(split=split))
        if part.is_empty():
            continue
        for name, made in zip(CONFIGS, (_trl(part), _verl(part, split), _open_instruct(part)), strict=True):
            folder = "data" if name == CONFIGS[0] else name
            paths = shards(made, split, settings.shard_rows, folder=folder)
            configs[name][split] = sorted(paths)
            files |= paths
    return Data(files, COLUMNS | ORIGIN, configs)


def with_names_told(rows: pl.DataFrame) -> pl.DataFrame:
    """`rows` with `asked`, the messages before the answer: they name whatever the tests call."""
    columns = ("messages", "code", "tests", "language")
    asked = [
        _told(messages[:-1], missing_names(code or "", tests, language, messages[:-1]))
        for messages, code, tests, language in rows.select(columns).iter_rows()
    ]
    return rows.with_columns(pl.Series("asked", asked, rows.schema["messages"]))


def missing_names(code: str, tests: str, language: str, prompt: list[dict[str, str]]) -> list[str]:
    """Names that `code` defines and `tests` use, and that no message of `prompt` mentions."""
    attempts = attempts_of(fenced(code, language), language)
    defined = sorted(frozenset[str]().union(*(one.defined for one in attempts)))
    text = "\n".join(message["content"] for message in prompt)
    return [name for name in defined if _holds(tests, name) and not _holds(text, name)]


def _holds(text: str, name: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) is not None


def _told(prompt: list[dict[str, str]], names: list[str]) -> list[dict[str, str]]:
    if not names:
        return prompt
    *others, last = (f"`{name}`" for name in names)
    listed = f"{', '.join(others)} and {last}" if others else last
    asked = prompt[-1]
    return [
        *prompt[:-1],
        asked | {"content": f"{asked['content']}\n\nThe tests use the name{'s' if others else ''} {listed}."},
    ]


def _trl(rows: pl.DataFrame) -> pl.DataFrame:
    own = rows.select(
        pl.col("asked").alias("prompt"),
        "tests",
        "passed",
        "samples",
        (1 - pl.col("passed") / pl.col("samples")).alias("difficulty"),
        pl.col("prompt").str.contains(EXAMPLES_HEADING, literal=True).alias("tests_shown"),
    )
    return pl.concat([own, origin(rows)], how="horizontal")


def _verl(rows: pl.DataFrame, split: str) -> pl.DataFrame:
    truths = [
        json.dumps({"language": language, "tests": tests})
        for language, tests in rows.select("language", "tests").iter_rows()
    ]
    about = origin(rows).with_columns(pl.lit(split).alias("split"), pl.int_range(pl.len()).alias("index"))
    extra = about.with_columns(rows["passed"], rows["samples"]).to_struct("extra_info")
    truth = pl.Series("ground_truth", truths, pl.String)
    model = pl.DataFrame([pl.Series("style", ["rule"] * rows.height, pl.String), truth]).to_struct(
        "reward_model"
    )
    return rows.select(
        pl.lit("seedline").alias("data_source"),
        pl.col("asked").alias("prompt"),
        pl.lit("code").alias("ability"),
    ).with_columns(model, extra)


def _open_instruct(rows: pl.DataFrame) -> pl.DataFrame:
    truths = [json.dumps([tests]) for tests in rows["tests"]]
    own = rows.select(
        pl.col("asked").alias("messages"),
        pl.Series("ground_truth", truths, pl.String),
        pl.lit("code").alias("dataset"),
    )
    return pl.concat([own, origin(rows)], how="horizontal")
