"""The few-shot banks: enough examples, well-formed, each passing its own tests, drawn the same for a row."""

import tempfile
from importlib import resources
from pathlib import Path

import polars as pl
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from assets.candidate_responses.sectioned import example_response
from assets.candidate_responses.sections import SectionedResponse, parse_response
from assets.filtered_seeds.extraction.extract import extract
from assets.filtered_seeds.extraction.settings import ExtractionSettings
from assets.instructions.few_shot_bank import NEXT_EXAMPLE, bank, bank_digest, draw_shots
from assets.instructions.self_oss_instruct import parse_concepts, parse_instruction
from assets.verdicts.judged import judged
from resources.row_cache import RowCache
from resources.sandbox.base import SandboxUnavailable
from resources.sandbox.local import open_sandbox
from resources.storage import Storage

FOLDER = resources.files("assets.instructions").joinpath("few_shot")
LANGUAGES = sorted(
    file.name.removesuffix(".yaml") for file in FOLDER.iterdir() if file.name.endswith(".yaml")
)
EXAMPLES = [example for language in LANGUAGES for example in bank(language)]
PYTHON = bank("python")
FEWEST = {"python": 16}
MISTAKES = yaml.safe_load((Path(__file__).parent / "few_shot_mistakes.yaml").read_text("utf-8"))
"""Language -> example -> one mistake in its code, `right` -> `wrong`, that its tests must catch.

Python has none here: the sandbox itself tries its tests on a stub.
"""


def label(example):
    return f"{example.language}-{example.name}"


def test_every_language_has_a_bank():
    assert set(LANGUAGES) == {
        "python", "javascript", "typescript", "java", "cpp", "csharp", "go", "rust", "php", "ruby", "swift",
        "bash",
    }  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_there_are_enough_examples_of_every_difficulty(language):
    examples = bank(language)
    assert {example.language for example in examples} == {language}
    assert len(examples) >= FEWEST.get(language, 4)
    assert {example.difficulty for example in examples} == {"easy", "medium", "hard"}


def test_no_two_examples_ask_the_same():
    assert len({example.instruction for example in EXAMPLES}) == len(EXAMPLES)
    assert len({example.seed for example in EXAMPLES}) == len(EXAMPLES)


@pytest.mark.parametrize("example", EXAMPLES, ids=label)
def test_an_example_has_the_form_that_the_parsers_ask_of_a_model(example):
    parsed = parse_response(example_response(example), example.language)
    assert isinstance(parsed, SectionedResponse), parsed
    assert parsed.code.strip() == example.code.strip()
    assert parsed.tests.strip() == example.tests.strip()
    assert parse_instruction(example.instruction) == (example.instruction, None)
    assert parse_concepts(", ".join(example.concepts)) == (list(example.concepts), None)
    assert NEXT_EXAMPLE not in example_response(example)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_seeds_are_documented_functions_as_the_extraction_finds_them(language):
    """In the file's own words: a bank shows seeds of the kind that the pipeline asks for."""
    opening = "<?php\n" if language == "php" else ""
    files = pl.DataFrame(
        {
            "file_id": [example.name for example in bank(language)],
            "language": language,
            "content": [opening + example.seed for example in bank(language)],
        }
    )
    outcome = extract(files, ExtractionSettings.model_validate({}))
    assert outcome.rejected.select("id", "reason", "detail").rows() == []
    assert set(outcome.kept["file_id"]) == set(files["file_id"])
    assert not outcome.kept["has_error"].any()


def verdicts_of(examples, codes):
    programs = pl.DataFrame(
        {
            "key": [example.name for example in examples],
            "language": [example.language for example in examples],
            "code": codes,
            "tests": [example.tests for example in examples],
        }
    )
    try:
        with open_sandbox(workers=1) as sandbox, tempfile.TemporaryDirectory() as folder:
            cache = RowCache(Storage(folder))
            verdicts = judged(programs, sandbox, cache, language=examples[0].language).rows
    except SandboxUnavailable as error:
        pytest.skip(f"nothing here can isolate programs: {error}")
    missing = verdicts.filter(verdict="unsupported")["detail"]
    if missing.len():
        pytest.skip(missing[0])
    assert verdicts.height == len(examples)
    return verdicts


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.slow(seconds=6)
def test_every_example_passes_its_own_tests_and_no_useless_answer_does(language):
    examples = bank(language)
    verdicts = verdicts_of(examples, [example.code for example in examples])
    assert verdicts.filter(pl.col("verdict") != "pass").select("key", "verdict", "detail").rows() == []
    assert verdicts.filter(pl.col("reason").is_not_null())["key"].to_list() == []


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "python"])
@pytest.mark.slow(seconds=4)
def test_every_examples_tests_catch_a_mistake(language):
    examples = bank(language)
    mistakes = MISTAKES[language]
    assert list(mistakes) == [example.name for example in examples]
    for example in examples:
        assert example.code.count(mistakes[example.name]["right"]) == 1, example.name
    broken = [
        example.code.replace(mistakes[example.name]["right"], mistakes[example.name]["wrong"])
        for example in examples
    ]
    verdicts = verdicts_of(examples, broken)
    assert verdicts.filter(pl.col("verdict") != "fail").select("key", "verdict", "detail").rows() == []


@given(st.text(), st.integers(1, len(PYTHON)))
def test_shots_of_a_row_are_distinct_and_always_the_same(row_id, count):
    shots = draw_shots(PYTHON, count, seed=3407, purpose="p", row_id=row_id)
    assert shots == draw_shots(PYTHON, count, seed=3407, purpose="p", row_id=row_id)
    assert len({shot.name for shot in shots}) == count


def test_rows_seeds_and_purposes_draw_differently():
    def names(seed, purpose, row):
        return [shot.name for shot in draw_shots(PYTHON, 8, seed=seed, purpose=purpose, row_id=row)]

    assert names(3407, "p", "a") != names(3407, "p", "b")
    assert names(3407, "p", "a") != names(1, "p", "a")
    assert names(3407, "p", "a") != names(3407, "q", "a")


def test_every_example_is_drawn_now_and_then():
    drawn = {
        shot.name for row in range(60) for shot in draw_shots(PYTHON, 8, seed=1, purpose="p", row_id=str(row))
    }
    assert drawn == {example.name for example in PYTHON}


def test_errors_name_the_language_or_the_setting():
    with pytest.raises(ValueError, match="cobol"):
        bank("cobol")
    drawn = draw_shots(PYTHON, 1000, seed=1, purpose="p", row_id="a")
    assert sorted(shot.name for shot in drawn) == sorted(shot.name for shot in PYTHON)


def test_the_digest_is_stable():
    assert bank_digest() == bank_digest()
    assert len(bank_digest()) == 64
