"""The text that is trained on: instruction and response in their final form.

`smart` is StarCoder2-Instruct's (bigcode-project/starcoder2-self-align): section headings go; tests go unless
the instruction speaks of tests; explanation and reasoning each go by a coin; comments leave the code; some
instructions get a few asserts as examples. `plain` leaves both texts as they were written.

Comments of languages beside Python are found by grammars, which are C code that a text may crash. So such rows
go through worker processes, and a row that takes its worker away keeps its comments.
"""

import ast
import io
import tokenize
import warnings
from functools import partial

import polars as pl

from assets.asking.draws import uniform
from assets.sft_dataset.code_comments import without_code_comments
from assets.sft_dataset.settings import PlainForm, SmartForm
from assets.source_code.code_blocks import fenced, scan
from resources.workers.frames import map_frames

SPEAKS_OF_TESTS = r"(?i)\b(?:tests?|testing|assert\w*|unittest|pytest)\b"
EXAMPLES_HEADING = "Your code should pass these checks:"

BATCH_ROWS = 2_000
"""Rows that a worker process gets at a time: a second of work or more."""

HANG_S = 600.0
"""Wall time after which a batch counts as hanging, in seconds."""


def with_final_form(
    rows: pl.DataFrame, settings: SmartForm | PlainForm, *, seed: int, workers: int | None = None
) -> pl.DataFrame:
    """`rows` with `prompt` and `completion`.

    Needs `response_id, language, instruction, response, tests` and, for the smart form, `section_reasoning,
    section_implementation, section_explanation, section_tests` (null: the response has no such section;
    without an implementation section the response stays whole). `workers` processes; null: one for each core.
    """
    if isinstance(settings, PlainForm):
        return rows.with_columns(prompt=pl.col("instruction"), completion=pl.col("response"))
    drawn = rows.with_columns(
        __explained=uniform(seed, "explanation", "response_id") >= settings.drop_explanation,
        __reasoned=uniform(seed, "reasoning", "response_id") >= settings.drop_reasoning,
        __examples=uniform(seed, "examples", "response_id") < settings.examples_in_instruction,
        __count=(uniform(seed, "example count", "response_id") * settings.most_examples).cast(pl.Int64) + 1,
        __tested=pl.col("instruction").str.contains(SPEAKS_OF_TESTS),
    )
    forms = pl.DataFrame(
        _texts(drawn, settings, workers), schema={"prompt": pl.String, "completion": pl.String}, orient="row"
    )
    return pl.concat([drawn.drop(pl.selectors.starts_with("__")), forms], how="horizontal")


def with_messages(rows: pl.DataFrame) -> pl.DataFrame:
    """`rows` with `messages`: `prompt` as the user's turn and `completion` as the assistant's."""
    turns = [
        pl.struct(pl.lit(role).alias("role"), pl.col(column).alias("content"))
        for role, column in (("user", "prompt"), ("assistant", "completion"))
    ]
    return rows.with_columns(pl.concat_list(turns).alias("messages"))


def asserts_of(tests: str) -> list[str]:
    """The top-level one-line assert statements of Python tests, as they stand there; none if unreadable."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(tests)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    found = [ast.get_source_segment(tests, node) or "" for node in tree.body if isinstance(node, ast.Assert)]
    return [line for line in found if line and "\n" not in line]


def without_comments(code: str) -> str:
    """Python source without its comments, lines that were only a comment gone; unchanged if it has no form."""
    lines = code.split("\n")
    try:
        tokens = [
            token
            for token in tokenize.generate_tokens(io.StringIO(code).readline)
            if token.type == tokenize.COMMENT
        ]
    except (tokenize.TokenError, SyntaxError, ValueError):
        return code
    emptied = set()
    for token in tokens:
        row, column = token.start
        lines[row - 1] = lines[row - 1][:column].rstrip()
        if not lines[row - 1]:
            emptied.add(row - 1)
    return "\n".join(line for number, line in enumerate(lines) if number not in emptied)


def _texts(drawn: pl.DataFrame, settings: SmartForm, workers: int | None) -> list[tuple[str, str]]:
    """`_smart` of every row, in their order: those that a grammar reads in worker processes."""
    if not settings.remove_comments or (drawn["language"] == "python").all():
        return _smart_all(drawn, settings)
    batches = (drawn[at : at + BATCH_ROWS] for at in range(0, drawn.height, BATCH_ROWS))
    found = map_frames(
        partial(_smart_all, settings=settings),
        batches,
        workers=workers,
        on_loss=partial(_smart_lost, settings=settings),
        timeout_s=HANG_S,
    )
    return [texts for batch in found for texts in batch]


def _smart_all(drawn: pl.DataFrame, settings: SmartForm) -> list[tuple[str, str]]:
    return [_smart(row, settings) for row in drawn.iter_rows(named=True)]


def _smart_lost(drawn: pl.DataFrame, detail: str, *, settings: SmartForm) -> list[tuple[str, str]]:
    return _smart_all(drawn, settings.model_copy(update={"remove_comments": False}))


def _smart(row: dict[str, object], settings: SmartForm) -> tuple[str, str]:
    instruction, tests = str(row["instruction"]), str(row["tests"] or "")
    implementation = row["section_implementation"]
    if implementation is None:
        return instruction, str(row["response"])
    body = str(implementation)
    if settings.remove_comments:
        language = str(row["language"])
        for block in scan(body).blocks:
            if block.is_in(language):
                bare = (
                    without_comments(block.text)
                    if language == "python"
                    else without_code_comments(block.text, language)
                )
                body = body.replace(block.text, bare)
    parts = [
        row["section_reasoning"] if row["__reasoned"] else None,
        body,
        row["section_explanation"] if row["__explained"] else None,
        row["section_tests"] if row["__tested"] else None,
    ]
    completion = "\n\n".join(str(part).strip() for part in parts if part)
    examples = asserts_of(tests) if row["__examples"] and not row["__tested"] else []
    if examples and len(tests.strip().splitlines()) <= settings.most_examples:
        shown = "\n".join(examples[: int(str(row["__count"]))])
        instruction = f"{instruction}\n\n{EXAMPLES_HEADING}\n{fenced(shown, str(row['language']))}"
    return instruction, completion
