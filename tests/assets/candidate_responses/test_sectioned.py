"""Sectioned responses as frames: n samples an instruction, ids, accept and reject paths, row order."""

import polars as pl
import pytest
from pydantic import ValidationError

from assets.asking.asker import GENERATION
from assets.candidate_responses.methods import write_responses
from assets.candidate_responses.sectioned import how_tests_are_written, respond, response_requests
from assets.candidate_responses.sections import render_response
from assets.candidate_responses.settings import Sectioned
from assets.rows.outcome import REJECTION_SCHEMA
from resources.languages import LANGUAGES, lacking

INSTRUCTIONS = pl.DataFrame(
    {
        "instruction_id": ["a" * 32, "b" * 32, "c" * 32],
        "seed_id": ["s1", "s2", "s3"],
        "file_id": ["f1", "f2", "f3"],
        "language": ["python"] * 3,
        "instruction": ["Write one.", "Write two.", "Write three."],
        "concepts": [["sorting"], [], ["recursion"]],
        "generation": [None, None, None],
    },
    schema_overrides={"concepts": pl.List(pl.String), "generation": GENERATION},
)
GOOD = render_response("r", "def f(x):\n    return x", "e", "assert f(1) == 1", "python")


def ask(answers=None):
    def answer(requests, sampling, stage):
        given = [
            (answers or {}).get((key[:1], sample), (f"{GOOD}\n# {sample}", "stop"))
            for key, sample in requests.select("key", "sample").iter_rows()
        ]
        return requests.with_columns(
            pl.Series("text", [text for text, _ in given], dtype=pl.String),
            pl.Series("finish_reason", [reason for _, reason in given]),
            pl.lit(None, pl.String).alias("detail"),
            pl.lit(None, GENERATION).alias("generation"),
        )

    return answer


def test_the_published_values_are_the_defaults():
    settings = Sectioned()
    assert (settings.samples, settings.shots, settings.temperature, settings.max_tokens) == (10, 1, 0.7, 1536)
    with pytest.raises(ValidationError):
        Sectioned.model_validate({"n": 3})


def test_each_instruction_gets_all_its_samples():
    outcome = write_responses(INSTRUCTIONS, Sectioned(samples=4), ask())
    assert outcome.kept.height == 12
    assert outcome.kept["response_id"].n_unique() == 12
    assert (
        outcome.kept.group_by("instruction_id").agg(pl.col("sample").sort())["sample"].to_list()
        == [[0, 1, 2, 3]] * 3
    )
    row = outcome.kept.row(0, named=True)
    assert (row["code"], row["tests"]) == ("def f(x):\n    return x", "assert f(1) == 1")
    assert (row["section_reasoning"], row["seed_id"]) == ("r", "s1")
    assert "text" not in row and "fault" not in row


def test_rows_in_are_rows_kept_and_rejected():
    answers = {
        ("a", 0): ("", "stop"),
        ("a", 1): (GOOD[:40], "length"),
        ("b", 0): (GOOD.replace("assert f(1) == 1", "f(1)"), "stop"),
        ("b", 1): (None, "error"),
        ("c", 0): (None, "prompt_too_long"),
    }
    outcome = respond(INSTRUCTIONS, Sectioned(samples=2), ask(answers))
    assert outcome.kept.height == 1
    assert outcome.rejected.schema == REJECTION_SCHEMA
    assert sorted(outcome.rejected["reason"]) == [
        "engine_error",
        "malformed",
        "no_tests",
        "prompt_too_long",
        "unfinished",
    ]
    assert outcome.rejected["id"].n_unique() == 5
    no_tests = outcome.rejected.filter(reason="no_tests")["detail"].item()
    assert "--- raw text" in no_tests and "def f(x)" in no_tests


def test_the_row_order_changes_nothing():
    forward = respond(INSTRUCTIONS, Sectioned(samples=3), ask()).kept.sort("response_id")
    backward = respond(INSTRUCTIONS.reverse(), Sectioned(samples=3), ask()).kept.sort("response_id")
    assert forward.equals(backward)


def test_samples_of_an_instruction_share_their_prompt_and_differ_in_their_seed():
    wanted = INSTRUCTIONS.head(1).join(
        pl.DataFrame({"sample": [0, 1, 2]}, schema={"sample": pl.Int32}), how="cross"
    )
    requests = response_requests(
        wanted.with_columns(request_key=pl.col("sample").cast(pl.String)), Sectioned()
    )
    assert requests["prompt"].n_unique() == 1
    assert requests["seed"].n_unique() == 3
    prompt = requests["prompt"][0]
    assert prompt.endswith("### Instruction\nWrite one.\n### Response\n")
    assert prompt.count("## Example") == 2 and prompt.count("#### Tests\n") == 1


@pytest.mark.parametrize(
    "language", [language for language in LANGUAGES if language not in lacking("few_shot")]
)
def test_the_prompt_says_how_tests_are_written_in_the_language_asked(language):
    wanted = INSTRUCTIONS.head(1).with_columns(
        language=pl.lit(language), sample=pl.lit(0, pl.Int32), request_key=pl.lit("k")
    )
    task = response_requests(wanted, Sectioned())["prompt"][0].split("\n")[0]
    assert task.endswith(
        f'"#### Tests" holds exactly one {language} code block that {how_tests_are_written(language)}'
        " and runs as it is after the solution."
    )
    assert ("assert statements" in task) is (language in ("python", "java"))


def test_a_language_that_nothing_is_said_about_is_an_error_that_names_the_record():
    with pytest.raises(ValueError, match=r"cobol.*resources/languages/cobol\.py"):
        how_tests_are_written("cobol")


def test_raising_the_number_of_samples_leaves_the_earlier_requests_as_they_are():
    seen = []

    def watching(requests, sampling, stage):
        seen.append(requests)
        return ask()(requests, sampling, stage)

    respond(INSTRUCTIONS, Sectioned(samples=2), watching)
    respond(INSTRUCTIONS, Sectioned(samples=3), watching)
    few, many = (frame.sort("key") for frame in seen)
    assert few.equals(many.filter(pl.col("sample") < 2))


def test_no_instructions_give_an_empty_outcome_with_all_columns():
    outcome = respond(INSTRUCTIONS.clear(), Sectioned(), ask())
    assert outcome.kept.height == 0
    assert {"response_id", "code", "tests", "section_tests", "generation"} <= set(outcome.kept.columns)
