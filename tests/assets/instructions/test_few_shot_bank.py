"""The few-shot bank: enough examples, well-formed, each passing its own tests, drawn the same for a row."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assets.candidate_responses.sectioned import example_response
from assets.candidate_responses.sections import SectionedResponse, parse_response
from assets.instructions.few_shot_bank import bank, bank_digest, draw_shots
from assets.instructions.self_oss_instruct import parse_concepts, parse_instruction

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


def test_every_example_passes_its_own_tests():
    """One process for all of them: this is code of the project itself, and nobody else's."""
    program = "\n".join(
        f"exec(compile({example.code + chr(10) + example.tests!r}, {example.name!r}, 'exec'), {{}})"
        for example in PYTHON
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert ended.returncode == 0, ended.stderr


@pytest.mark.parametrize("example", PYTHON, ids=lambda example: example.name)
def test_an_example_fails_its_tests_without_its_code(example):
    """Tests that pass a solution which does nothing would show a model that tests need not test."""
    import ast

    names = [
        node.name for node in ast.parse(example.code).body if isinstance(node, ast.FunctionDef | ast.ClassDef)
    ]
    namespace = {name: lambda *_arguments, **_named: None for name in names}
    with pytest.raises(Exception):  # noqa: B017 (any failure is the right one)
        exec(example.tests, namespace)


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
