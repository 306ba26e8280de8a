"""The few-shot bank: enough examples, well-formed, each passing its own tests, drawn the same for a row."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assets.candidate_responses.sectioned import example_response
from assets.candidate_responses.sections import SectionedResponse, parse_response
from assets.instructions.few_shot_bank import bank, bank_digest, draw_shots
from assets.instructions.self_oss_instruct import parse_concepts, parse_instruction
from resources.sandbox.face import SandboxUnavailable
from resources.sandbox.local import open_sandbox

PYTHON = bank("python")


def test_there_are_enough_examples_of_every_difficulty():
    assert len(PYTHON) >= 16
    assert {example.difficulty for example in PYTHON} == {"easy", "medium", "hard"}
    assert len({example.instruction for example in PYTHON}) == len(PYTHON)


@pytest.mark.parametrize("example", PYTHON, ids=lambda example: example.name)
def test_an_example_has_the_form_that_the_parsers_ask_of_a_model(example):
    parsed = parse_response(example_response(example), "python")
    assert isinstance(parsed, SectionedResponse)
    assert parsed.code.strip() == example.code.strip()
    assert parsed.tests.strip() == example.tests.strip()
    assert parse_instruction(example.instruction) == (example.instruction, None)
    assert parse_concepts(", ".join(example.concepts)) == (list(example.concepts), None)
    compile(example.seed, example.name, "exec")


def test_every_example_passes_its_own_tests_and_no_stub_does():
    programs = pl.DataFrame(
        {
            "key": [example.name for example in PYTHON],
            "language": [example.language for example in PYTHON],
            "code": [example.code for example in PYTHON],
            "tests": [example.tests for example in PYTHON],
        }
    )
    try:
        with open_sandbox(workers=1, negative_control=True) as sandbox:
            verdicts = pl.concat(list(sandbox.verify(programs)))
    except SandboxUnavailable as error:
        pytest.skip(f"nothing here can isolate programs: {error}")
    assert verdicts.height == len(PYTHON)
    assert verdicts.filter(pl.col("verdict") != "pass").select("key", "verdict", "detail").rows() == []
    assert verdicts.filter(pl.col("flags").list.contains("vacuous"))["key"].to_list() == []


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
    with pytest.raises(ValueError, match="shots"):
        draw_shots(PYTHON, 1000, seed=1, purpose="p", row_id="a")


def test_the_digest_is_stable():
    assert bank_digest() == bank_digest()
    assert len(bank_digest()) == 64
