"""The grammar: what it calls right is right, what it calls a slip is one, and held out stays held out."""

import ast
import itertools
import json
import random
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.asking.prompts import template
from assets.benchmarks.passages import find_contamination
from assets.benchmarks.problem_files import read_problems
from assets.candidate_responses.sections import SectionedResponse, parse_response, render_response
from assets.contamination.text_methods import patterns
from assets.instructions.self_oss_instruct import parse_concepts, parse_instruction
from assets.sft_dataset.settings import Decontamination
from pipeline_defs.lab.seedling import corpus, documents
from pipeline_defs.lab.seedling.asserts import assert_line, draw_inputs, expected, slip_versions
from pipeline_defs.lab.seedling.bodies import choose_ways, computed, function
from pipeline_defs.lab.seedling.courses import COURSES, Course, data_digest
from pipeline_defs.lab.seedling.tasks import OPERATIONS, Task, draw_task, instruction, split_of, split_of_pair
from resources.sandbox.base import PROGRAM_SCHEMA
from resources.sandbox.local import open_sandbox

SEEDS = st.integers(0, 2**32)


def right_function(drawn: random.Random, task: Task) -> str:
    return function(drawn, task, choose_ways(drawn, task.steps, [False] * len(task.steps)))


def run(source: str) -> dict[str, object]:
    scope: dict[str, object] = {}
    exec(source, scope)
    return scope


@given(SEEDS)
@settings(max_examples=300, deadline=None)
def test_every_right_body_passes_its_asserts_whatever_its_style(seed: int):
    drawn = random.Random(seed)
    task = documents.testable_task(drawn, drawn.choice(["training", "development", "test"]))
    inputs = draw_inputs(drawn, task, 4, sharp=drawn.random() < 0.5)
    lines = [assert_line(task, value, expected(task, value)) for value in inputs]
    assert lines
    run("\n".join([right_function(drawn, task), *lines]))


@given(SEEDS)
@settings(max_examples=300, deadline=None)
def test_the_same_ways_compute_the_same_in_every_style(seed: int):
    drawn = random.Random(seed)
    task = documents.testable_task(drawn, "training")
    slipped = [drawn.random() < 0.5 for _ in task.steps]
    ways = choose_ways(drawn, task.steps, slipped)
    written = run(function(drawn, task, ways))[task.name]
    for value in draw_inputs(drawn, task, 4, sharp=False):
        try:
            result = computed(task.steps, ways, json.loads(json.dumps(value)))
        except OverflowError:
            continue  # the grammar's own bound
        except Exception as error:
            with pytest.raises(type(error)):
                written(json.loads(json.dumps(value)))  # type: ignore[operator]
            continue
        assert written(json.loads(json.dumps(value))) == result  # type: ignore[operator]


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.name)
@pytest.mark.slow(seconds=5)
def test_every_way_of_an_operation_is_right_and_every_slip_is_wrong_somewhere(operation):
    drawn = random.Random(operation.name)
    tasks = [task for task in (draw_task(drawn, "training") for _ in range(3000)) if len(task.steps) == 1]
    task = next(one for one in tasks if one.steps[0].operation is operation)
    inputs = draw_inputs(drawn, task, 150, sharp=False)
    outputs = [expected(task, value) for value in inputs]
    for way in operation.right:
        assert [computed(task.steps, [way], value) for value in inputs] == outputs
    for slip in operation.slips:
        assert any(differs(task, slip, value, output) for value, output in zip(inputs, outputs, strict=True))
    if operation.recursive:
        body = operation.recursive.replace("{x}", "x").replace("{f}", "f").replace("\n", "\n    ")
        recursive = run(f"def f(x):\n    {body}")["f"]
        assert [recursive(value) for value in inputs] == outputs  # type: ignore[operator]


def differs(task: Task, slip: str, value: object, output: object) -> bool:
    try:
        return computed(task.steps, [slip], value) != output
    except Exception:
        return True


@pytest.mark.slow(seconds=3)
def test_right_bodies_hold_in_the_sandbox_and_sharp_asserts_find_slips():
    drawn = random.Random(5)
    rows, slips = [], 0
    for _ in range(120):
        task = documents.testable_task(drawn, "training")
        inputs = draw_inputs(drawn, task, 6, sharp=True)
        tests = "\n".join(assert_line(task, value, expected(task, value)) for value in inputs)
        rows.append({"key": f"right/{len(rows)}", "code": right_function(drawn, task), "tests": tests})
        for version in slip_versions(task.steps):
            slips += 1
            code = function(drawn, task, version)
            rows.append({"key": f"slip/{len(rows)}", "code": code, "tests": tests})
    programs = pl.DataFrame(
        [{name: (row | {"language": "python"}).get(name) for name in PROGRAM_SCHEMA} for row in rows],
        schema=PROGRAM_SCHEMA,
    )
    with open_sandbox() as sandbox:
        verdicts = pl.concat(list(sandbox.verify(programs)))
    passed = verdicts.filter(pl.col("verdict") == "pass")["key"]
    assert passed.str.starts_with("right/").sum() == 120
    assert passed.str.starts_with("slip/").sum() < 0.15 * slips


@given(SEEDS)
@settings(max_examples=100, deadline=None)
def test_no_held_out_pair_stands_in_a_training_task(seed: int):
    drawn = random.Random(seed)
    names = [step.operation.name for step in draw_task(drawn, "training").steps]
    assert all(split_of_pair(a, b) == "training" for a, b in itertools.combinations(names, 2))
    held = [step.operation.name for step in draw_task(drawn, "test").steps]
    assert "test" in {split_of_pair(a, b) for a, b in itertools.combinations(held, 2)}
    near = tuple(step.operation.name for step in draw_task(drawn, "development").steps)
    assert split_of(near) == "development"


def test_the_held_out_share_is_what_is_said():
    pairs = [(a.name, b.name) for a, b in itertools.combinations(OPERATIONS, 2)]
    shares = {
        split: sum(split_of_pair(*pair) == split for pair in pairs) / len(pairs)
        for split in ("test", "development")
    }
    assert shares["test"] == pytest.approx(0.10, abs=0.02)
    assert shares["development"] == pytest.approx(0.06, abs=0.02)


def test_documents_have_the_forms_of_the_recipes_prompts():
    code = 'def f(xs):\n    """Say."""\n    return xs'
    concepts = template("assets.instructions", "concepts.jinja")
    assert concepts.render(shots=[], seed=code, language="python") == documents.concepts_prompt(code)
    asked = template("assets.instructions", "instruction.jinja").render(
        shots=[], category=documents.CATEGORY, language="python", concepts=["a", "b"], difficulty="easy"
    )
    assert asked == documents.instruction_prompt(("a", "b"), "easy")
    sectioned = template("assets.candidate_responses", "sectioned.jinja")
    assert sectioned.render(shots=[], instruction="Do.", language="python") == documents.response_prompt(
        "Do."
    )
    question = template("assets.eval_scores", "question.jinja").render(
        language_title="Python", entry_point="f", docstring="Do it."
    )
    assert question == instruction("f", "Do it.")


def test_every_document_is_read_by_the_recipes_parsers():
    seen = set()
    for one in documents.documents(3, 400):
        seen.add(one.form)
        if one.form == "response":
            parsed = parse_response(one.completion, "python")
            assert isinstance(parsed, SectionedResponse)
            assert one.completion == render_response(
                parsed.section_reasoning, parsed.code, parsed.section_explanation, parsed.tests, "python"
            )
        elif one.form == "concepts":
            assert parse_concepts(one.completion)[1] is None
        elif one.form == "instruction":
            assert parse_instruction(one.completion)[1] is None
        else:
            assert ast.get_docstring(ast.parse(one.completion).body[0])  # type: ignore[arg-type]
    assert seen == set(documents.FORMS)


def test_the_stated_shares_of_wrong_bodies_and_tests():
    drawn = random.Random(1)
    found = [documents.write(drawn, documents.testable_task(drawn, "training")) for _ in range(3000)]
    assert sum(one.right_code for one in found) / len(found) == pytest.approx(0.50, abs=0.04)
    assert sum(one.right_tests for one in found) / len(found) == pytest.approx(0.88, abs=0.03)


def texts(found: Iterator[documents.Document]) -> list[str]:
    return [one.prompt + one.completion for one in found]


def test_documents_depend_on_their_seed_alone():
    assert texts(documents.documents("20/0", 50)) == texts(documents.documents("20/0", 50))
    assert texts(documents.documents("20/0", 50)) != texts(documents.documents("20/1", 50))


@pytest.mark.parametrize(
    ("worked", "digest"),
    [
        (False, "5a23d922f43aee02bc0fe27363acb07ac5c5324f2c0b3b953b984f00774f0d04"),
        (True, "5169988fd340d956ad01be1cdbe64055b82a54fd6458aab5ddab0f4b46076f07"),
    ],
)
def test_the_first_documents_that_seedling_learnt_are_still_the_same(worked: bool, digest: str):
    course = next(one for one in COURSES if one.worked == worked)
    assert data_digest(Course(course.seed, 400, worked, course.rate)) == digest


def test_worked_tests_show_the_way_to_the_asserted_result():
    shown = 0
    for one in documents.documents(4, 300, worked=True):
        if one.form == "response":
            lines = one.completion.split("\n")
            for before, line in itertools.pairwise(lines):
                if before.startswith("# ") and line.startswith("assert "):
                    shown += 1
                    value = before.removeprefix("# ").split(" > ")[0]
                    assert f"({value}) == " in line
    assert shown > 100


def test_the_labs_corpus_and_problems_share_no_composition_and_no_text(tmp_path: Path):
    corpus.write_dump(tmp_path / "dump", seed=7, functions=600)
    corpus.write_problems(tmp_path / "held_out.jsonl", seed=7, count=150)
    problems = read_problems("held_out", tmp_path / "held_out.jsonl")
    assert problems["docstring"].n_unique() == 150
    for prompt, solution, test, name in problems.select(
        "prompt", "canonical_solution", "test", "entry_point"
    ).iter_rows():
        run(f"{prompt}{solution}\n{test}\ncheck({name})")
    files = pl.read_ndjson(tmp_path / "dump" / "python.jsonl")
    found = find_contamination(
        files, patterns(problems, Decontamination(), seed=0), pl.col("content"), "path"
    )
    assert found.height == 0
    names = [node.name for text in files["content"] for node in ast.parse(text).body]  # type: ignore[attr-defined]
    assert len(names) == 600
    assert any(name.endswith("_copy") for name in names)
