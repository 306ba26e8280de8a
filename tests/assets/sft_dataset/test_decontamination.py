"""Decontamination: planted problems are found with their evidence, innocent rows are not."""

import json
import os
import re
import textwrap
from pathlib import Path

import hypothesis.strategies as st
import polars as pl
import pytest
from hypothesis import given, settings

from assets.benchmarks.passages import Verbatim
from assets.benchmarks.problem import PROBLEM_SCHEMA
from assets.benchmarks.registry import load_benchmarks
from assets.sft_dataset.decontamination import (
    PATTERN_SCHEMA,
    chosen_problems,
    decontaminate,
    find_contamination,
    patterns,
)
from assets.sft_dataset.rows import contamination_report
from assets.sft_dataset.settings import Decontamination

SHARED = Path(os.environ.get("SEEDLINE_SHARED", Path(__file__).parents[4] / "shared")) / "benchmarks"
SUBSTRINGS = Decontamination(methods=("openai_substrings",))
VERBATIM = Decontamination(methods=("verbatim",))
EVERY_PASSAGE = Decontamination(methods=("verbatim",), verbatim=Verbatim(least_length=0, exceptions=()))
INNOCENT = "def clamp(low, value, high):\n    return max(low, min(value, high))\n"


def problem(name: str = "p/0", **changes: str | None) -> pl.DataFrame:
    row = {
        "benchmark": "bench",
        "problem_id": name,
        "language": "python",
        "prompt": "",
        "question": "Given a list of numbers, return the two that stand farthest apart, in rising order.",
        "docstring": "Return the two that stand farthest apart.",
        "canonical_solution": "    return min(numbers), max(numbers)\n",
        "entry_point": "f",
        "test": "",
    } | changes
    return pl.DataFrame([row], schema=PROBLEM_SCHEMA)


def rows(*texts: str) -> pl.DataFrame:
    return pl.DataFrame(
        {"response_id": [f"r{place}" for place in range(len(texts))], "text": texts},
        schema={"response_id": pl.String, "text": pl.String},
    )


def hits_in(
    frame: pl.DataFrame, problems: pl.DataFrame, settings: Decontamination, seed: int = 1
) -> pl.DataFrame:
    return find_contamination(frame, patterns(problems, settings, seed=seed), pl.col("text"), "response_id")


def normal(text: str) -> str:
    return "".join(letter for letter in text.lower() if letter.isalnum())


def test_verbatim_finds_docstring_and_solution_in_any_case() -> None:
    frame = rows(
        "x = 1\nRETURN MIN(numbers), max(numbers)",
        'def g():\n    """Return the two that stand farthest apart."""',
        "Return the two that stand farthest  apart.",
        INNOCENT,
    )
    hits = hits_in(frame, problem(), VERBATIM)
    assert hits.select("response_id", "matched").rows() == [
        ("r0", "return min(numbers), max(numbers)"),
        ("r1", "return the two that stand farthest apart."),
    ]
    assert set(hits["method"]) == {"verbatim"}


def test_substrings_ignore_case_space_and_punctuation() -> None:
    question = str(problem()["question"][0])
    changed = question.upper().replace(", ", " -- ").replace(" ", "\n\t")
    hits = hits_in(rows(INNOCENT + changed, INNOCENT), problem(), SUBSTRINGS)
    assert hits.select("response_id", "method", "benchmark", "problem_id").rows() == [
        ("r0", "openai_substrings", "bench", "p/0")
    ]
    assert hits["matched"][0] in normal(question)


def test_short_questions_are_looked_for_whole() -> None:
    short = problem(question="Add two numbers.")
    assert patterns(short, SUBSTRINGS, seed=1)["matched"].to_list() == ["addtwonumbers"]
    assert hits_in(rows("please ADD two-numbers"), short, SUBSTRINGS).height == 1
    assert hits_in(rows("add two large numbers"), short, SUBSTRINGS).is_empty()


def test_answers_and_missing_texts_are_not_looked_for_by_substrings() -> None:
    nothing = problem(question=None, docstring=None, canonical_solution="x" * 200)
    assert patterns(nothing, SUBSTRINGS, seed=1).is_empty()
    assert patterns(nothing, VERBATIM, seed=1).height == 1
    assert patterns(problem(question="?!"), SUBSTRINGS, seed=1).is_empty()


@settings(max_examples=40, deadline=None)
@given(
    question=st.text(min_size=1, max_size=300),
    seed=st.integers(0, 5),
    count=st.integers(1, 4),
    length=st.integers(1, 60),
)
def test_substrings_are_of_the_question_and_of_the_length_asked_for(
    question: str, seed: int, count: int, length: int
) -> None:
    chosen = Decontamination(methods=("openai_substrings",), substrings=count, substring_length=length)
    drawn = patterns(problem(question=question), chosen, seed=seed)
    assert drawn.schema == PATTERN_SCHEMA
    assert drawn.equals(patterns(problem(question=question), chosen, seed=seed))
    assert drawn.height <= count
    whole = max(drawn["matched"].str.len_chars(), default=0)
    assert all(len(found) == min(length, whole) or len(found) == whole for found in drawn["matched"])
    if drawn.height:
        assert hits_in(rows(f"before {question} after"), problem(question=question), chosen, seed).height == 1


def test_draws_belong_to_the_problem_and_not_to_its_place() -> None:
    one, two = problem("p/0"), problem("p/1")
    both = patterns(pl.concat([two, one]), SUBSTRINGS, seed=1)
    alone = patterns(one, SUBSTRINGS, seed=1)
    assert both.filter(pl.col("problem_id") == "p/0").equals(alone)
    assert set(both.filter(pl.col("problem_id") == "p/1")["matched"]) != set(alone["matched"])
    assert set(patterns(one, SUBSTRINGS, seed=2)["matched"]) != set(alone["matched"])


TEXT_ONLY = Decontamination(methods=("verbatim", "openai_substrings"))


def run(action: str, *texts: str, benchmarks: tuple[str, ...] | None = None):
    chosen = TEXT_ONLY.model_copy(update={"action": action, "benchmarks": benchmarks})
    return decontaminate(
        rows(*texts), problem(), chosen, text=pl.col("text"), id_column="response_id", seed=1
    )


def test_contaminated_rows_are_dropped_with_their_evidence() -> None:
    outcome, hits = run("drop", INNOCENT, str(problem()["question"][0]))
    assert outcome.kept["response_id"].to_list() == ["r0"]
    assert outcome.kept["contamination"].to_list() == [[]]
    (rejected,) = outcome.rejected.iter_rows(named=True)
    assert (rejected["id"], rejected["stage"], rejected["reason"]) == (
        "r1",
        "decontamination",
        "contaminated",
    )
    assert json.loads(rejected["detail"])["problem_id"] == "p/0"
    assert hits.height == 1


def test_marking_keeps_the_rows_and_says_what_they_hold() -> None:
    outcome, _ = run("mark", INNOCENT, str(problem()["question"][0]) + "return min(numbers), max(numbers)")
    assert outcome.rejected.is_empty()
    clean, dirty = outcome.kept["contamination"].to_list()
    assert clean == []
    assert [found["method"] for found in dirty] == ["openai_substrings", "verbatim"]


def test_no_rows_give_no_hits_and_the_same_columns() -> None:
    outcome, hits = run("drop")
    assert outcome.kept.columns == ["response_id", "text", "contamination"]
    assert hits.is_empty()


def test_a_benchmark_that_is_named_and_missing_stops() -> None:
    with pytest.raises(
        ValueError, match=r"names humaneval, which is not registered; there are bench. Register its file"
    ):
        run("drop", INNOCENT, benchmarks=("bench", "humaneval"))
    other = pl.concat([problem(), problem().with_columns(benchmark=pl.lit("other"))])
    assert chosen_problems(other, ("other",))["benchmark"].to_list() == ["other"]
    assert chosen_problems(other, None).height == 2


def test_the_report_counts_problems_and_rows_by_method() -> None:
    problems = pl.concat([problem("p/0"), problem("p/1", question="q" * 80, docstring=None)])
    text = str(problem()["question"][0])
    hits = hits_in(rows(text, text, INNOCENT), problems, Decontamination())
    assert contamination_report(problems, hits, TEXT_ONLY).splitlines()[2:] == [
        "| bench | 2 | openai_substrings | 1 | 2 |"
    ]
    assert contamination_report(problems, hits.clear(), TEXT_ONLY).splitlines()[2:] == [
        "| bench | 2 | any | 0 | 0 |"
    ]


@pytest.fixture(scope="module")
def humaneval() -> pl.DataFrame:
    path = SHARED / "HumanEval.jsonl.gz"
    if not path.is_file():
        pytest.skip(f"no {path}: name the folder above `benchmarks` in SEEDLINE_SHARED")
    return load_benchmarks(["humaneval"], {"humaneval": path})


def found_problems(texts: list[str], problems: pl.DataFrame, settings: Decontamination) -> set[str]:
    """Problems found in the row that was made of them (rows come in the order of the problems)."""
    hits = hits_in(rows(*texts), problems, settings, seed=3407)
    own = problems.select("problem_id").with_row_index("place")
    named = hits.join(own, on="problem_id").filter(pl.format("r{}", "place") == pl.col("response_id"))
    return set(named["problem_id"])


def test_humaneval_gives_three_substrings_of_fifty_letters_and_digits(humaneval: pl.DataFrame) -> None:
    drawn = patterns(humaneval, SUBSTRINGS, seed=3407)
    assert humaneval.height == 164
    assert set(drawn["problem_id"]) == set(humaneval["problem_id"])
    assert drawn.group_by("problem_id").len()["len"].max() == 3
    assert 480 <= drawn.height <= 492  # three each; a place may be drawn twice
    questions = dict(humaneval.select("problem_id", "question").iter_rows())
    for row in drawn.iter_rows(named=True):
        question = normal(questions[row["problem_id"]])
        assert row["matched"].isalnum()
        assert row["matched"] in question
        assert len(row["matched"]) == min(50, len(question))  # one question is shorter


def test_every_planted_humaneval_question_is_found_whatever_its_case_and_punctuation(
    humaneval: pl.DataFrame,
) -> None:
    questions = humaneval["question"].to_list()
    everything = set(humaneval["problem_id"])
    planted = [f"{INNOCENT}\n{question}\n{INNOCENT}" for question in questions]
    assert found_problems(planted, humaneval, SUBSTRINGS) == everything
    disguised = [re.sub(r"[^\w\s]|_", " ; ", question).upper().replace(" ", "\n") for question in questions]
    assert found_problems(disguised, humaneval, SUBSTRINGS) == everything
    assert found_problems(disguised, humaneval, VERBATIM) == set()


def test_a_word_changed_in_the_middle_hides_some_questions_from_substrings(humaneval: pl.DataFrame) -> None:
    """The limit that METHODS and the GPT-4 report name: an edit that hits all three substrings is not seen."""
    edited = []
    for question in humaneval["question"]:
        words = re.split(r"(\s+)", question)
        for place in range(6, len(words), 16):  # every eighth word or so
            words[place] = "otherwise"
        edited.append("".join(words))
    found = found_problems(edited, humaneval, SUBSTRINGS)
    assert 0 < len(found) < 164


def test_planted_docstrings_and_solutions_are_found_verbatim(humaneval: pl.DataFrame) -> None:
    for column in ("docstring", "canonical_solution"):
        there = humaneval.drop_nulls(column)
        assert there.height >= 160
        planted = [f"{INNOCENT}{text.strip().upper()}" for text in there[column]]
        assert found_problems(planted, there, EVERY_PASSAGE) == set(there["problem_id"])


def test_ordinary_library_code_is_not_taken_for_humaneval(humaneval: pl.DataFrame) -> None:
    modules = [textwrap, json, re]
    texts = [Path(str(module.__file__)).read_text(encoding="utf-8") for module in modules]
    assert hits_in(rows(*texts), humaneval, SUBSTRINGS).is_empty()


def test_benchmarks_can_be_left_out_by_a_pattern() -> None:
    names = ["MultiPL_E_rust", "bench", "multipl_e_go"]
    both = pl.concat([problem().with_columns(benchmark=pl.lit(name)) for name in names])
    assert chosen_problems(both, None, leave_out=("multipl_e*",))["benchmark"].to_list() == ["bench"]
    translated = [
        problem().with_columns(edition=pl.lit(edition, pl.String)) for edition in ("multipl-e", None)
    ]
    found = chosen_problems(pl.concat(translated), None, leave_out=("multipl*e*",))
    assert found["edition"].to_list() == [None]
    chosen = Decontamination(leave_out=("*",))
    text = str(problem()["question"][0])
    outcome, _ = decontaminate(
        rows(text), problem(), chosen, text=pl.col("text"), id_column="response_id", seed=1
    )
    assert outcome.rejected.is_empty()


def test_the_verbatim_method_has_its_own_settings() -> None:
    exact = Decontamination(methods=("verbatim",), verbatim=Verbatim(case_sensitive=True))
    frame = rows("RETURN MIN(numbers), max(numbers)", "return min(numbers), max(numbers)")
    found, _ = decontaminate(frame, problem(), exact, text=pl.col("text"), id_column="response_id", seed=1)
    assert found.rejected["id"].to_list() == ["r1"]
