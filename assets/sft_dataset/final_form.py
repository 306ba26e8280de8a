"""The text that is trained on: instruction and response in their final form.

`smart` is StarCoder2-Instruct's (bigcode-project/starcoder2-self-align): section headings go; tests go unless
the instruction speaks of tests; explanation and reasoning each go by a coin; lines that are comments leave the code;
some instructions get checks (`checks.py`). `plain` leaves both texts as they were written.

Comments of languages beside Python are found by grammars, which are C code that a text may crash. So such rows
go through worker processes, and a row that takes its worker away keeps its comments.
"""

from functools import partial

import polars as pl

from assets.asking.draws import uniform
from assets.sft_dataset.checks import checks_to_show
from assets.sft_dataset.code_comments import without_code_comments
from assets.sft_dataset.python_comments import without_comments
from assets.sft_dataset.settings import PlainForm, SmartForm
from assets.source_code.code_blocks import fenced, scan
from resources.workers.frames import map_frames

SPEAKS_OF_TESTS, SPEAKS_OF_CHECKS = r"(?i)test", r"(?i)test|assert|example"
WHOLE_WORDS = (
    r"(?i)\b(?:tests?|testing|unittest|pytest)\b",
    r"(?i)\b(?:tests?|testing|unittest|pytest|assert\w*|examples?)\b",
)
"""The same two, as words."""

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
        lead = pl.lit("" if settings.lead is None else f"{settings.lead}\n")
        given = pl.lit(False)
        if "generation" in rows.columns:
            given = (pl.col("generation").struct.field("engine") == "given").fill_null(False)
        led = pl.when(given).then("instruction").otherwise(pl.concat_str(lead, "instruction"))
        return rows.with_columns(prompt=led, completion=pl.col("response"))
    of_tests, of_checks = WHOLE_WORDS if settings.whole_words else (SPEAKS_OF_TESTS, SPEAKS_OF_CHECKS)
    drawn = rows.with_columns(
        __explained=uniform(seed, "explanation", "response_id") >= settings.drop_explanation,
        __reasoned=uniform(seed, "reasoning", "response_id") >= settings.drop_reasoning,
        __examples=uniform(seed, "examples", "response_id") < settings.examples_in_instruction,
        __draw=(uniform(seed, "example count", "response_id") * 2**32).cast(pl.Int64),
        __tested=pl.col("instruction").str.contains(of_tests),
        __checked=pl.col("instruction").str.contains(of_checks),
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


def _texts(drawn: pl.DataFrame, settings: SmartForm, workers: int | None) -> list[tuple[str, str]]:
    """`_smart` of every row, in their order: those that a grammar reads in worker processes."""
    if settings.remove_comments == "none" or (drawn["language"] == "python").all():
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
    return _smart_all(drawn, settings.model_copy(update={"remove_comments": "none"}))


def _smart(row: dict[str, object], settings: SmartForm) -> tuple[str, str]:
    instruction, language = str(row["instruction"]), str(row["language"])
    if row["section_implementation"] is None:
        return instruction, str(row["response"])
    parts = [
        row["section_reasoning"] if row["__reasoned"] else None,
        row["section_implementation"],
        row["section_explanation"] if row["__explained"] else None,
        row["section_tests"] if row["__tested"] else None,
    ]
    completion = "\n\n".join(_uncommented(str(part), language, settings).strip() for part in parts if part)
    shown = None
    if row["__examples"] and not row["__checked"]:
        tests = str(row["tests"] or "")  # published: as they stand; only the completion loses comments
        tests = _bare(tests, language, settings) if settings.remove_comments == "all" else tests
        shown = checks_to_show(tests, language, most=settings.most_examples, draw=int(str(row["__draw"])))
    if shown is not None:
        instruction = f"{instruction}\n\n{EXAMPLES_HEADING}\n{fenced(shown, language)}"
    return instruction, completion


def _uncommented(section: str, language: str, settings: SmartForm) -> str:
    """`section` with the blocks of code in `language` as the settings leave them."""
    for block in scan(section).blocks:
        if block.is_in(language):
            section = section.replace(block.text, _bare(block.text, language, settings))
    return section


def _bare(code: str, language: str, settings: SmartForm) -> str:
    if settings.remove_comments == "none":
        return code
    whole_lines = settings.remove_comments == "lines"
    if language == "python":
        return without_comments(code, whole_lines=whole_lines)
    return without_code_comments(code, language, whole_lines=whole_lines)
