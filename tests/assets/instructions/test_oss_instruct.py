"""OSS-Instruct: the parser on ugly answers, every accept and reject path, cleaning that no row order changes."""

import random

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.asking.draws import draw_number
from assets.instructions.methods import write_instructions
from assets.instructions.oss_instruct import clean, copies_code, parse_problem, problem_requests
from assets.instructions.settings import OssInstruct
from resources.engines.base import Sampling
from tests.assets.asking.scripted_ask import ScriptedAsk

SETTINGS = OssInstruct()


def seed_rows(*texts: str | None) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "seed_id": [f"{number:032x}" for number in range(len(texts))],
            "file_id": [f"file {number}" for number in range(len(texts))],
            "language": ["python"] * len(texts),
            "seed": list(texts),
            "docstring": [None] * len(texts),
            "imports": [[]] * len(texts),
        },
        schema_overrides={"imports": pl.List(pl.String), "docstring": pl.String, "seed": pl.String},
    )


def answer(problem: str, solution: str) -> str:
    return f"#### Problem\n{problem}\n\n#### Solution\n{solution}"


def test_the_published_values_are_the_defaults():
    assert (SETTINGS.seed, SETTINGS.temperature, SETTINGS.max_tokens) == (666, 0, 2500)
    assert SETTINGS.drop_copied_code is False


@pytest.mark.parametrize(
    "text",
    [
        "#### Problem\nAdd.\n#### Solution\nx = 1",
        "Sure! Here it is:\n\n## Problem Description:\nAdd.\n## Solution:\nx = 1",
        "[Problem Description]\nAdd.\n\n[Solution]\nx = 1\n",
        "**Problem:**\nAdd.\n**Solution**\nx = 1",
        "# **Problem Statement** #\r\nAdd.\r\n### solution\r\nx = 1",
        "__Problem__\nAdd.\n*Solution*:\nx = 1",
        "PROBLEM\nAdd.\nSOLUTION\nx = 1",
    ],
)
def test_headings_are_read_in_the_forms_that_models_write(text: str):
    assert parse_problem(text) == ("Add.", "x = 1")


def test_only_the_first_heading_of_each_kind_counts_and_code_has_none():
    text = (
        "#### Problem\nGiven\n```md\n#### Solution\nnot here\n```\n#### Problem\nstill the problem\n"
        "#### Solution\none\n#### Solution\ntwo"
    )
    problem, solution = parse_problem(text)
    assert problem.endswith("#### Problem\nstill the problem")
    assert "not here" in problem
    assert solution == "one\n#### Solution\ntwo"


def test_nested_fences_stay_in_their_part():
    solution = "````md\n```python\n# Problem\n```\n````"
    assert parse_problem(answer("Write a README.", solution)) == ("Write a README.", solution)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "no heading problem and solution"),
        ("Here is a nice task without any heading.", "no heading problem and solution"),
        ("#### Problem\nAdd.", "no heading solution"),
        ("#### Solution\nx = 1", "no heading problem"),
        ("#### Solution\nx = 1\n#### Problem\nAdd.", "the solution stands before the problem"),
        ("#### Problem\n \n#### Solution\nx", "the problem is empty"),
        ("#### Problem\nAdd.\n#### Solution\n\n", "the solution is empty"),
        ("The solution to the problem: add.\nProblem: add", "no heading solution"),
        ("#### Problem\n```python\nx\n#### Solution\nnever closed", "no heading solution"),
    ],
)
def test_what_lacks_the_form_is_named(text: str, fault: str):
    assert parse_problem(text) == fault


@given(st.text(max_size=300))
def test_any_text_is_parsed_or_faulted(text: str):
    result = parse_problem(text)
    assert isinstance(result, str) or all(part.strip() for part in result)


PART = st.text(st.characters(codec="utf-8", exclude_characters="`~\r"), min_size=1, max_size=60).map(
    lambda text: f"say {text} end"
)


@given(PART, PART)
def test_what_is_written_in_the_form_comes_back(problem: str, solution: str):
    if not isinstance(parse_problem(answer("p", problem)), str) and "\n" not in problem + solution:
        assert parse_problem(answer(problem, solution)) == (problem.strip(), solution.strip())


def test_the_prompt_shows_the_seed_fenced_and_asks_for_both_headings():
    request = problem_requests(seed_rows('x = """\n```\n"""'), SETTINGS).row(0, named=True)
    text = request["messages"][0]["content"]
    assert request["prompt"] is None
    assert "````python\nx = " in text
    assert text.index("#### Problem") < text.index("#### Solution")


def test_every_path_has_its_reason_and_one_call_a_seed():
    said = {
        "alpha": answer("A", "one"),
        "beta": ("#### Problem\nB\n#### Solution\ncut of", "length"),
        "gamma": "I cannot do that.",
        "delta": answer("D", " "),
        "epsilon": "#### Solution\nfirst\n#### Problem\nthen",
        "zeta": (None, "error"),
        "eta": ("", "prompt_too_long"),
        "theta": (None, "budget"),
        "iota": answer("A ", "another"),
        "kappa": answer("K", "o n e"),
        "lambda": answer("L", "l"),
        "lam bda": answer("M", "m"),
    }
    names = {f"name_{word} = 0" if word[:3] != "lam" else word: word for word in said}
    rows = seed_rows(*names, None, " \n")
    ids = {word: rows["seed_id"][place] for place, word in enumerate(names.values())}
    ask = ScriptedAsk(lambda task, text: said[names[text.split("```python\n")[1].split("\n```")[0]]])
    outcome = write_instructions(rows, SETTINGS, ask)
    assert [stage for stage, _ in ask.samplings] == ["instructions/problem"]
    assert ask.samplings[0][1] == Sampling(2500, 0.0, 1.0, ())
    assert ask.seen[0].height == len(said)

    def earlier(*words: str) -> tuple[str, ...]:
        return tuple(sorted(words, key=lambda word: draw_number(666, "cleaning", ids[word])))

    # alpha repeats iota's problem and kappa's solution: which of them stay follows from the drawn order alone
    order = earlier("alpha", "iota", "kappa")
    stays = {order[0]} | ({"iota", "kappa"} if order[0] != "alpha" else set())
    first, second = earlier("lambda", "lam bda")
    kept = dict(outcome.kept.select("seed_id", "instruction").iter_rows())
    assert kept.keys() == {ids[word] for word in {*stays, first}}
    found = {row["id"]: (row["stage"], row["reason"]) for row in outcome.rejected.iter_rows(named=True)}
    expected = {
        "beta": ("problem", "unfinished"),
        "gamma": ("problem", "malformed"),
        "delta": ("problem", "malformed"),
        "epsilon": ("problem", "malformed"),
        "zeta": ("problem", "engine_error"),
        "eta": ("problem", "prompt_too_long"),
        "theta": ("problem", "budget"),
        second: ("cleaning", "duplicate_seed"),
    }
    assert {ids[word]: value for word, value in expected.items()}.items() <= found.items()
    assert [found[one] for one in rows["seed_id"][-2:]] == [("problem", "nothing_to_ask")] * 2
    assert outcome.kept.height + outcome.rejected.height == rows.height
    details = dict(outcome.rejected.select("id", "detail").iter_rows())
    assert details[ids["gamma"]].endswith("--- raw text\nI cannot do that.")
    assert details[ids[second]] == ids[first]


def test_a_kept_row_has_its_parents_its_solution_and_its_record():
    ask = ScriptedAsk(lambda task, text: answer("Add two numbers.", "```python\nx\n```"))
    row = write_instructions(seed_rows("a"), SETTINGS, ask).kept.row(0, named=True)
    assert (row["instruction"], row["solution"]) == ("Add two numbers.", "```python\nx\n```")
    assert (row["parent_id"], row["concepts"], row["difficulty"]) == (None, None, None)
    assert row["generation"]["engine"] == "scripted"


def pairs(*triples: tuple[str, str, str]) -> pl.DataFrame:
    seeds, problems, solutions = zip(*triples, strict=True)
    return pl.DataFrame(
        {
            "seed_id": [f"{number:032x}" for number in range(len(triples))],
            "seed": seeds,
            "instruction": problems,
            "solution": solutions,
        }
    )


TRIPLES = st.lists(
    st.tuples(*[st.sampled_from(["a", " a", "b", "c\n", "c", "d"])] * 3), min_size=1, max_size=9
)


@settings(max_examples=60, deadline=None)
@given(TRIPLES, st.randoms(use_true_random=False))
def test_cleaning_is_a_greedy_pass_in_the_drawn_order_whatever_the_row_order(triples, chance: random.Random):
    rows = pairs(*triples)
    outcome = clean(rows, SETTINGS)
    shuffled = list(range(rows.height))
    chance.shuffle(shuffled)
    again = clean(rows[shuffled], SETTINGS)
    assert outcome.kept.equals(again.kept)
    assert outcome.rejected.equals(again.rejected)
    # the published rule, written out a second time
    order = sorted(rows.iter_rows(named=True), key=lambda row: draw_number(666, "cleaning", row["seed_id"]))
    seen: list[set[str]] = [set(), set(), set()]
    stays = []
    for row in order:
        keys = ["".join(row[name].split()) for name in ("seed", "instruction", "solution")]
        if not any(key in known for key, known in zip(keys, seen, strict=True)):
            stays.append(row["seed_id"])
            for key, known in zip(keys, seen, strict=True):
                known.add(key)
    assert outcome.kept["seed_id"].to_list() == stays
    assert set(outcome.rejected["detail"]) <= set(stays)
    assert outcome.kept.height + outcome.rejected.height == rows.height


def test_another_seed_draws_another_order():
    rows = pairs(*[("same", str(n), str(n)) for n in range(20)])
    first, second = (clean(rows, OssInstruct(seed=seed)).kept["seed_id"].item() for seed in (1, 2))
    assert first != second


def test_solutions_that_only_copy_a_block_of_the_problem_go_where_asked():
    block = "```python\ndef f():\n    return 1\n```"
    rows = pairs(("a", f"Complete\n{block}", f"Here:\n{block.replace('    ', '  ')}"), ("b", "p", block))
    assert copies_code(rows["instruction"][0], rows["solution"][0])
    assert clean(rows, SETTINGS).kept.height == 2
    outcome = clean(rows, OssInstruct(drop_copied_code=True))
    assert outcome.kept["seed_id"].to_list() == [rows["seed_id"][1]]
    assert outcome.rejected["reason"].to_list() == ["copied_code"]


def test_nothing_in_nothing_out():
    outcome = write_instructions(seed_rows("a").clear(), SETTINGS, ScriptedAsk(lambda task, text: ""))
    assert (outcome.kept.height, outcome.rejected.height) == (0, 0)


@pytest.mark.parametrize(
    "text",
    [
        "Problem: Add two numbers.\n\nSolution: as follows\nx = 1",
        "**Problem:** Add two numbers.\n**Solution:** as follows\nx = 1",
        "## 1. Problem Description: Add two numbers.\n## 2. Solution: as follows\nx = 1",
    ],
)
def test_a_heading_may_have_text_on_its_line(text):
    assert parse_problem(text) == ("Add two numbers.", "as follows\nx = 1")


def test_a_thought_before_the_parts_is_no_part():
    text = "<think>\n#### Problem\nno\n#### Solution\nno\n</think>\n#### Problem\nAdd.\n#### Solution\nx = 1"
    assert parse_problem(text) == ("Add.", "x = 1")
