"""Self-OSS-instruct: prompts, parsers, accept and reject paths, independence of the row order."""

import json
from collections.abc import Callable

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from assets.asking.asker import GENERATION
from assets.instructions.methods import write_instructions
from assets.instructions.self_oss_instruct import (
    concept_requests,
    draw_difficulty,
    instruction_requests,
    parse_concepts,
    parse_instruction,
    write,
)
from assets.instructions.settings import SelfOssInstruct
from assets.rows.outcome import REJECTION_SCHEMA

SETTINGS = SelfOssInstruct()
SEEDS = pl.DataFrame(
    {
        "seed_id": [f"{n:032x}" for n in range(6)],
        "file_id": ["f"] * 6,
        "language": ["python"] * 6,
        "seed": [f"def f{n}(x):\n    return x + {n}" for n in range(5)] + [" \n"],
        "docstring": ["Add a number."] * 6,
        "imports": [["import math"], [], None, [], [], []],
    },
    schema_overrides={"imports": pl.List(pl.String)},
)


def scripted(answer: Callable[[str, str], tuple[str | None, str]]):
    """An `Ask` that answers by task and key; keeps the requests it saw in `seen`."""
    seen: list[pl.DataFrame] = []

    def ask(requests, sampling, stage):
        seen.append(requests.with_columns(stage=pl.lit(stage)))
        answers = [answer(task, key) for task, key in requests.select("task", "key").iter_rows()]
        return requests.with_columns(
            pl.Series("text", [text for text, _ in answers], dtype=pl.String),
            pl.Series("finish_reason", [reason for _, reason in answers], dtype=pl.String),
            pl.lit(None, pl.String).alias("detail"),
            pl.lit(None, GENERATION).alias("generation"),
        )

    ask.seen = seen
    return ask


def good(task: str, key: str) -> tuple[str, str]:
    return ("sorting, recursion", "stop") if task == "concepts" else (f"Write a function {key}.", "stop")


def test_the_published_values_are_the_defaults():
    assert (SETTINGS.seed, SETTINGS.shots, SETTINGS.temperature, SETTINGS.max_tokens) == (3407, 8, 0.7, 1536)
    assert SETTINGS.difficulties == ("easy", "medium", "hard")
    with pytest.raises(ValidationError):
        SelfOssInstruct.model_validate({"method": "self_oss_instruct", "shot": 3})


def test_a_seed_becomes_an_instruction_with_its_parents_and_its_property():
    outcome = write_instructions(SEEDS, SETTINGS, scripted(good))
    kept = outcome.kept
    assert kept["seed_id"].to_list() == SEEDS["seed_id"].to_list()[:5]
    assert kept["instruction"][0] == f"Write a function {SEEDS['seed_id'][0]}."
    assert kept["concepts"][0].to_list() == ["sorting", "recursion"]
    assert set(kept["difficulty"]) <= {"easy", "medium", "hard"}
    assert kept["instruction_id"].n_unique() == 5
    assert {"task", "category", "parent_id", "generation", "concepts_generation"} <= set(kept.columns)
    assert outcome.rejected.select("id", "reason").rows() == [(SEEDS["seed_id"][5], "nothing_to_ask")]


def test_each_way_to_fail_has_its_reason_and_keeps_the_raw_text():
    ids = SEEDS["seed_id"].to_list()
    answers = {
        ("concepts", ids[0]): ("", "stop"),
        ("concepts", ids[1]): ("sorting, rec", "length"),
        ("instruction", ids[2]): ("Write\n### Response\nit", "stop"),
        ("instruction", ids[3]): (None, "error"),
    }
    outcome = write(SEEDS, SETTINGS, scripted(lambda task, key: answers.get((task, key)) or good(task, key)))
    assert outcome.kept["seed_id"].to_list() == [ids[4]]
    assert outcome.rejected.schema == REJECTION_SCHEMA
    found = {row["id"]: (row["stage"], row["reason"]) for row in outcome.rejected.iter_rows(named=True)}
    assert found == {
        ids[0]: ("concepts", "malformed"),
        ids[1]: ("concepts", "unfinished"),
        ids[2]: ("instruction", "malformed"),
        ids[3]: ("instruction", "engine_error"),
        ids[5]: ("concepts", "nothing_to_ask"),
    }
    details = dict(outcome.rejected.select("id", "detail").iter_rows())
    assert details[ids[1]].endswith("sorting, rec")
    assert "### Response" in details[ids[2]]


def test_the_row_order_changes_nothing():
    forward, backward = scripted(good), scripted(good)
    first = write(SEEDS, SETTINGS, forward)
    second = write(SEEDS.reverse(), SETTINGS, backward)
    assert first.kept.sort("seed_id").equals(second.kept.sort("seed_id"))
    for one, other in zip(forward.seen, backward.seen, strict=True):
        assert one.sort("key").equals(other.sort("key"))


def test_prompts_show_the_shots_and_end_where_the_answer_begins():
    request = concept_requests(SEEDS.head(1), SETTINGS).row(0, named=True)
    prompt = request["prompt"]
    assert prompt.count("## Example") == 9
    assert prompt.endswith("### Concepts\n")
    assert "return x + 0" in prompt.split("## Example 9")[1]
    assert json.loads(request["facts"])["imports"] == ["import math"]
    asked = SEEDS.head(1).with_columns(
        concepts=pl.Series([["sorting"]]),
        category=pl.lit("function implementation"),
        difficulty=pl.lit("hard"),
    )
    prompt = instruction_requests(asked, SETTINGS)["prompt"].item()
    assert prompt.count("### Instruction") == 9
    assert prompt.endswith("concepts: sorting\ndifficulty: hard\n### Instruction\n")


def test_the_stop_is_the_next_examples_heading():
    answer = scripted(good)
    stops: list[tuple[str, ...]] = []

    def ask(requests, sampling, stage):
        stops.append(sampling.stop)
        return answer(requests, sampling, stage)

    write(SEEDS, SETTINGS, ask)
    assert stops == [("\n## Example",), ("\n## Example",)]


def test_a_seed_with_fences_stays_inside_its_block():
    seeds = SEEDS.head(1).with_columns(seed=pl.lit('def f(x):\n    """\n```\nx\n```\n"""'))
    prompt = concept_requests(seeds, SETTINGS)["prompt"].item()
    assert "````python\nimport math\n\n\ndef f(x)" in prompt


def test_an_empty_frame_gives_an_empty_outcome_with_all_columns():
    outcome = write(SEEDS.clear(), SETTINGS, scripted(good))
    assert outcome.kept.height == 0
    assert {"instruction_id", "instruction", "concepts", "difficulty"} <= set(outcome.kept.columns)


def test_difficulties_are_drawn_about_evenly():
    drawn = pl.Series([draw_difficulty(SETTINGS, f"{n:032x}") for n in range(900)]).value_counts()
    assert drawn["count"].min() > 240


concept = (
    st.text(st.characters(categories=["L", "N", "Zs"]), min_size=1, max_size=30)
    .map(lambda text: " ".join(text.split()))
    .filter(lambda text: text and not text.startswith("#"))
)


@given(st.lists(concept, min_size=1, max_size=20, unique=True))
def test_concepts_written_are_concepts_read(concepts):
    assert parse_concepts(f" {', '.join(concepts)}\n") == (concepts, None)


@given(st.text())
def test_any_text_is_concepts_or_a_fault(text):
    concepts, fault = parse_concepts(text)
    assert (concepts is None) != (fault is None)
    assert concepts is None or all(concept and "\n" not in concept for concept in concepts)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "no concepts"),
        (" , ,, ", "no concepts"),
        ("sorting\n- recursion", "not on one line"),
        ("```python", "heading or code"),
        ("### Concepts", "heading or code"),
        (", ".join(f"c{n}" for n in range(31)), "31 concepts"),
        (
            "This code is rather long and goes on and on about what it does and why it does it just so",
            "prose",
        ),
    ],
)
def test_what_is_no_list_of_concepts_is_named(text, fault):
    assert fault in (parse_concepts(text)[1] or "")


def test_concepts_are_tidied():
    assert parse_concepts("sorting,  list\tbuilding , sorting.")[0] == ["sorting", "list building"]


@given(st.text())
def test_any_text_is_an_instruction_or_a_fault(text):
    instruction, fault = parse_instruction(text)
    assert (instruction is None) != (fault is None)
    assert instruction is None or instruction == text.strip() != ""


@pytest.mark.parametrize(
    ("text", "accepted"),
    [
        ("Write `f`.\n\n```python\n# Example\nf(1)\n```", True),
        ("Write `f`.\n## Notes\nNone.", True),
        ("Write `f`.\n```python\nf(1)", False),
        ("Write `f`.\n### Property\ncategory: x", False),
        ("Write `f`.\n#### Reasoning\nFirst", False),
        (" \n ", False),
    ],
)
def test_headings_of_the_prompt_do_not_belong_to_an_instruction(text, accepted):
    assert (parse_instruction(text)[0] is not None) is accepted
