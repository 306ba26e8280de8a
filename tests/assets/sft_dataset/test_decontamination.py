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

from assets.benchmarks.passages import PATTERN_SCHEMA, Verbatim, chosen_problems, find_contamination
from assets.benchmarks.problem import PROBLEM_SCHEMA
from assets.benchmarks.registry import load_benchmarks
from assets.contamination.text_methods import patterns
from assets.sft_dataset.decisions import COLUMNS, DecisionError, read_decisions
from assets.sft_dataset.decontamination import decontaminate
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
    outcome, hits, *_ = run("drop", INNOCENT, str(problem()["question"][0]))
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
    outcome, *_ = run("mark", INNOCENT, str(problem()["question"][0]) + "return min(numbers), max(numbers)")
    assert outcome.rejected.is_empty()
    clean, dirty = outcome.kept["contamination"].to_list()
    assert clean == []
    assert [found["method"] for found in dirty] == ["openai_substrings", "verbatim"]


def test_no_rows_give_no_hits_and_the_same_columns() -> None:
    outcome, hits, *_ = run("drop")
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


def by_part(decisions: pl.DataFrame | None = None, **changed: object):
    """Three rows: one asks a problem, one answers it, one grew from it; the last of a find that is marked."""
    frame = pl.DataFrame(
        {
            "response_id": ["asks", "answers", "grew", "clean"],
            "prompt": [str(problem()["question"][0]), INNOCENT, INNOCENT, INNOCENT],
            "completion": [INNOCENT, "return min(numbers), max(numbers)", INNOCENT, INNOCENT],
            "seed": [None, INNOCENT, "def check(candidate):\n    " + ASSERTS, INNOCENT],
        }
    )
    chosen = Decontamination(methods=("verbatim", "openai_substrings", "ngram_overlap"), **changed)  # type: ignore[arg-type]
    parts = {"instruction": pl.col("prompt"), "response": pl.col("completion"), "seed": pl.col("seed")}
    problems = problem(test=f"METADATA = {{}}\n\ndef check(candidate):\n    {ASSERTS}")
    return decontaminate(
        frame, problems, chosen, text=parts, id_column="response_id", seed=1, decisions=decisions
    )


ASSERTS = """assert candidate([3.5, 8, -1]) == (-1, 8)
    assert candidate(values_of(table, 'height')) == nearest_pair(7)
"""


def test_question_solution_and_tests_are_looked_for_in_instruction_response_and_seed() -> None:
    outcome, hits, counts, _ = by_part()
    assert outcome.kept["response_id"].to_list() == ["clean"]
    found = {(row["response_id"], row["part"]) for row in hits.iter_rows(named=True)}
    assert found == {("asks", "instruction"), ("answers", "response"), ("grew", "seed")}
    assert set(hits["action"]) == {"drop"}
    assert counts[0].computed == 4  # a text that stands in many rows is looked at once


def test_each_method_has_its_action_and_people_have_the_last_word(tmp_path: Path) -> None:
    lines = [",".join(COLUMNS), "answers,bench,p/0,drop,ann,a copy", "asks,*,*,keep,ben,a common sentence"]
    (tmp_path / "decisions.csv").write_text("\n".join(lines))
    decisions = read_decisions(tmp_path / "decisions.csv")
    outcome, hits, *_ = by_part(decisions, actions={"verbatim": "review", "ngram_overlap": "mark"})
    assert set(outcome.kept["response_id"]) == {"asks", "grew", "clean"}
    kept = dict(outcome.kept.select("response_id", "contamination").iter_rows())
    assert kept["asks"] == []  # somebody said that it is none
    assert [(found["method"], found["part"]) for found in kept["grew"]] == [("ngram_overlap", "seed")]
    assert set(hits.filter(response_id="answers")["by"]) == {"ann"}
    assert set(hits.filter(response_id="grew")["decision"]) == {None}
    assert by_part(actions={"verbatim": "review"})[0].kept["response_id"].to_list() == ["answers", "clean"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "there is no file"),
        ("response_id,benchmark\n", "has no column problem_id"),
        (f"{','.join(COLUMNS)}\na,b,c,maybe,d,e\n", "line 2: decision is 'maybe'; write drop or keep"),
        (f"{','.join(COLUMNS)}\na,b,c,keep,,e\n", "line 2: by is empty"),
        (
            f"{','.join(COLUMNS)}\na,b,c,keep,d,e\na,b,c,drop,d,e\n",
            "line 3: this row and problem are decided twice",
        ),
    ],
)
def test_wrong_decisions_are_named_by_their_place(tmp_path: Path, text: str | None, message: str) -> None:
    path = tmp_path / "decisions.csv"
    if text is not None:
        path.write_text(text)
    with pytest.raises(DecisionError, match=message):
        read_decisions(path)


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
    outcome, *_ = decontaminate(
        rows(text), problem(), chosen, text=pl.col("text"), id_column="response_id", seed=1
    )
    assert outcome.rejected.is_empty()


def test_the_verbatim_method_has_its_own_settings() -> None:
    exact = Decontamination(methods=("verbatim",), verbatim=Verbatim(case_sensitive=True))
    frame = rows("RETURN MIN(numbers), max(numbers)", "return min(numbers), max(numbers)")
    found, *_ = decontaminate(frame, problem(), exact, text=pl.col("text"), id_column="response_id", seed=1)
    assert found.rejected["id"].to_list() == ["r1"]
