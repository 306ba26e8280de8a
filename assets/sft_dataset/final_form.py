"""The text that is trained on: instruction and response in their final form.

`smart` is StarCoder2-Instruct's (bigcode-project/starcoder2-self-align): section headings go; tests go unless
the instruction speaks of tests; explanation and reasoning each go by a coin; comments leave the code; some
instructions get a few asserts as examples. `plain` leaves both texts as they were written.
"""

import ast
import io
import tokenize
import warnings

import polars as pl

from assets.candidate_responses.code_blocks import scan
from assets.generation import fenced
from assets.sft_dataset.code_comments import without_code_comments
from assets.sft_dataset.draws import uniform
from assets.sft_dataset.settings import PlainForm, SmartForm

SPEAKS_OF_TESTS = r"(?i)\b(?:tests?|testing|assert\w*|unittest|pytest)\b"
EXAMPLES_HEADING = "Your code should pass these checks:"


def with_final_form(rows: pl.DataFrame, settings: SmartForm | PlainForm, *, seed: int) -> pl.DataFrame:
    """`rows` with `prompt` and `completion`.

    Needs `response_id, language, instruction, response, tests` and, for the smart form, `section_reasoning,
    section_implementation, section_explanation, section_tests` (null: the response has no such section;
    without an implementation section the response stays whole).
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
    texts = [_smart(row, settings) for row in drawn.iter_rows(named=True)]
    forms = pl.DataFrame(texts, schema={"prompt": pl.String, "completion": pl.String}, orient="row")
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
