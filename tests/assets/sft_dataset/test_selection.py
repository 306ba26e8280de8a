"""Selection: one response an instruction, duplicates name the winner, and the order of rows never matters."""

import hypothesis.strategies as st
import polars as pl
from hypothesis import given, settings

from assets.rows.outcome import Outcome
from assets.sft_dataset.selection import function_names, select_responses
from assets.sft_dataset.settings import Selection

ALL = Selection()
NONE = Selection(
    unique_instructions=False, unique_responses=False, unique_function_names=False, placeholders=()
)


def responses(*rows: tuple[str, str, str, str]) -> pl.DataFrame:
    """Rows of (instruction id, instruction, response, code); ids are their places."""
    return pl.DataFrame(
        {
            "response_id": [f"r{place}" for place in range(len(rows))],
            "language": ["python"] * len(rows),
            "instruction_id": [row[0] for row in rows],
            "instruction": [row[1] for row in rows],
            "response": [row[2] for row in rows],
            "code": [row[3] for row in rows],
        },
        schema=dict.fromkeys(
            ["response_id", "language", "instruction_id", "instruction", "response", "code"], pl.String
        ),
    )


def why(outcome: Outcome) -> dict[str, tuple[str, str]]:
    return {row["id"]: (row["reason"], row["detail"]) for row in outcome.rejected.iter_rows(named=True)}


TEXTS = st.sampled_from(["a", "b ", " b", "TODO later", "c"])
ROWS = st.lists(
    st.tuples(st.sampled_from("xyz"), TEXTS, TEXTS, st.sampled_from(["def f(): ...", "def g(): ...", "1"])),
    max_size=12,
)
SETTINGS = st.builds(
    Selection,
    choose=st.sampled_from(["random", "shortest"]),
    unique_instructions=st.booleans(),
    unique_responses=st.booleans(),
    unique_function_names=st.booleans(),
)


@settings(max_examples=30, deadline=None)
@given(rows=ROWS, chosen=SETTINGS, data=st.data())
def test_the_order_of_rows_does_not_matter_and_no_row_vanishes(
    rows: list, chosen: Selection, data: st.DataObject
) -> None:
    frame = responses(*rows)
    order = data.draw(st.permutations(range(len(rows))))
    first = select_responses(frame, chosen, seed=1)
    second = select_responses(frame[list(order)], chosen, seed=1)
    assert first.kept.equals(second.kept)
    assert first.rejected.sort("id").equals(second.rejected.sort("id"))
    assert sorted([*first.kept["response_id"], *first.rejected["id"]]) == sorted(frame["response_id"])
    assert first.kept.columns == frame.columns
    assert first.kept["instruction_id"].n_unique() == first.kept.height
    if chosen.unique_responses:
        assert first.kept["response"].str.replace_all(r"\s+", "").n_unique() == first.kept.height


def test_one_response_an_instruction_the_others_name_it() -> None:
    frame = responses(("x", "do", "one", ""), ("x", "do", "two", ""), ("y", "else", "three", ""))
    outcome = select_responses(frame, NONE, seed=1)
    assert outcome.kept["instruction_id"].to_list() in (["x", "y"], ["y", "x"])
    winner = outcome.kept.filter(pl.col("instruction_id") == "x")["response_id"][0]
    assert list(why(outcome).values()) == [("not_selected", winner)]


def test_the_draw_follows_the_seed_and_favours_nobody() -> None:
    frame = responses(*[("x", "do", f"answer {number}", "") for number in range(4)])
    winners = {select_responses(frame, NONE, seed=seed).kept["response_id"][0] for seed in range(40)}
    assert winners == {"r0", "r1", "r2", "r3"}


def test_the_shortest_response_when_asked_for() -> None:
    frame = responses(("x", "do", "long answer", ""), ("x", "do", "short", ""))
    outcome = select_responses(frame, Selection(choose="shortest"), seed=1)
    assert outcome.kept["response"].to_list() == ["short"]


def test_the_judge_prefers_the_fewest_broken_rules_and_chance_decides_between_equals() -> None:
    frame = responses(*[("x", "do", f"answer {number}", "") for number in range(3)])
    said = [["yes", "no", "no"], ["no", "yes", "yes"], ["yes", "yes", "no"]]
    judge = [{"reasons": [{"rule": "r", "answer": one, "reason": ""} for one in answers]} for answers in said]
    judged = frame.with_columns(pl.Series("judge", judge))
    winners = {
        select_responses(judged, Selection(choose="judge"), seed=seed).kept["response_id"][0]
        for seed in range(40)
    }
    assert winners == {"r1", "r2"}


def code(text: str, before: str = "") -> str:
    """A response with one block of Python."""
    return f"{before}\n```python\n{text}\n```\n"


def test_equal_instructions_responses_and_functions_stay_once() -> None:
    same_instruction = responses(("x", "sort it", "one", ""), ("y", " sort\n it\n", "two", ""))
    same_response = responses(("x", "a", "return  1\n", ""), ("y", "b", "return 1", ""))
    functions = "def f(): ...\nasync def g(): ..."
    same_functions = responses(
        ("x", "a", code(functions), ""), ("y", "b", code(functions.replace("...", "1"), "So:"), "")
    )
    for frame, reason in (
        (same_instruction, "duplicate_instruction"),
        (same_response, "duplicate_response"),
        (same_functions, "duplicate_function_names"),
    ):
        outcome = select_responses(frame, ALL, seed=1)
        assert list(why(outcome).values()) == [(reason, outcome.kept["response_id"][0])]
        assert select_responses(frame, NONE, seed=1).kept.height == 2


def test_functions_are_those_of_the_first_block_in_their_order() -> None:
    both = code("def f(): ...\ndef g(): ...")
    for other in (code("def g(): ...\ndef f(): ..."), code("def f(): ...") + code("def g(): ...")):
        assert select_responses(
            responses(("x", "a", both, ""), ("y", "b", other, "")), ALL, seed=1
        ).rejected.is_empty()


def test_an_instruction_whose_response_repeats_another_gets_its_next_one() -> None:
    same, own = code("def f(): ..."), code("def g(): ...")
    frame = responses(("x", "a", same, ""), ("y", "b", same + "again", ""), ("y", "b", own, ""))
    ends = {
        (tuple(outcome.kept["response_id"]), *why(outcome).values())
        for outcome in (select_responses(frame, ALL, seed=seed) for seed in range(60))
    }
    assert ends == {
        (("r0", "r2"), ("duplicate_function_names", "r0")),  # r0, then r1 clashes, then r2 gets its chance
        (("r0", "r2"), ("not_selected", "r2")),
        (("r1",), ("duplicate_function_names", "r1"), ("not_selected", "r1")),
        (("r1",), ("not_selected", "r1"), ("duplicate_function_names", "r1")),
    }


def test_code_without_functions_is_no_duplicate_of_its_like() -> None:
    frame = responses(("x", "a", code("print(1)"), ""), ("y", "b", code("print(2)"), ""), ("z", "c", "3", ""))
    assert select_responses(frame, ALL, seed=1).kept.height == 3


def test_placeholders_are_found_in_any_case_and_quoted_as_evidence() -> None:
    frame = responses(
        ("x", "a", "# ToDo: write this", "1"),
        ("y", "b", "raise NotImplementedError", "2"),
        ("z", "c", "insert YOUR CODE HERE", "3"),
        ("w", "d", "a method to do it", "4"),
    )
    outcome = select_responses(frame, ALL, seed=1)
    assert why(outcome) == {
        "r0": ("placeholder", "ToDo"),
        "r1": ("placeholder", "NotImplemented"),
        "r2": ("placeholder", "YOUR CODE HERE"),
    }
    assert select_responses(frame, NONE, seed=1).rejected.is_empty()


def test_placeholders_are_looked_for_in_what_was_chosen() -> None:
    frame = responses(("x", "a", "fine", "1"), ("x", "a", "# todo", "1"))
    chosen = [select_responses(frame, ALL, seed=seed) for seed in range(20)]
    assert {outcome.kept.height for outcome in chosen} == {0, 1}  # the instruction goes with its response
    empty = next(outcome for outcome in chosen if outcome.kept.is_empty())
    assert why(empty) == {"r0": ("not_selected", "r1"), "r1": ("placeholder", "todo")}


def test_placeholders_are_words_not_patterns() -> None:
    frame = responses(("x", "a", "call f(...)", "1"), ("y", "b", "abc", "2"))
    outcome = select_responses(frame, Selection(placeholders=("...", "a|b]")), seed=1)
    assert why(outcome) == {"r0": ("placeholder", "...")}


def test_function_names_of_several_languages() -> None:
    named = [
        ("python", "def b(): 1\n    def a(): 2", ("b", "a")),
        ("javascript", "export async function go() {}", ("go",)),
        ("go", "func Run() {}", ("Run",)),
        ("rust", "fn main() {}", ("main",)),
        ("python", "x = 1", ()),
    ]
    for language, text, names in named:
        assert function_names(text, language) == names
        assert function_names(f"```text\ndef no(): 1\n```\n```{language}\n{text}\n```", language) == names
    assert function_names("```\ndef f(): 1\n```", "python") == ("f",)
