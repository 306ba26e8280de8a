"""The final form: each published rule, drawn by row id, and code that means the same without its comments."""

import ast
import io
import json.decoder
import textwrap
import tokenize
from pathlib import Path

import hypothesis.strategies as st
import polars as pl
import pytest
from hypothesis import given, settings

from assets.sft_dataset.final_form import (
    EXAMPLES_HEADING,
    asserts_of,
    with_final_form,
    with_messages,
    without_comments,
)
from assets.sft_dataset.settings import PlainForm, SmartForm

KEEP_ALL = SmartForm(drop_explanation=0, drop_reasoning=0, remove_comments=False, examples_in_instruction=0)
CODE = "```python\n# first, the sum\ndef add(a, b):\n    return a + b  # easy\n```"
TESTS = "assert add(1, 2) == 3\nassert add(0, 0) == 0\nassert add(-1, 1) == 0"


def rows(count: int = 1, **changes: object) -> pl.DataFrame:
    values: dict[str, object] = {
        "language": "python",
        "instruction": "Write a function that adds.",
        "response": "whole response",
        "tests": TESTS,
        "section_reasoning": "Because of sums.",
        "section_implementation": CODE,
        "section_explanation": "It adds.",
        "section_tests": f"```python\n{TESTS}\n```",
    } | changes
    return pl.DataFrame(
        [{"response_id": f"r{number}", **values} for number in range(count)],
        schema=dict.fromkeys(["response_id", *values], pl.String),
    )


def formed(frame: pl.DataFrame, form: SmartForm | PlainForm, seed: int = 1) -> tuple[str, str]:
    return with_final_form(frame, form, seed=seed).select("prompt", "completion").row(0)


def test_plain_leaves_both_texts_alone() -> None:
    assert formed(rows(), PlainForm()) == ("Write a function that adds.", "whole response")


def test_headings_and_tests_go_and_the_order_stays() -> None:
    prompt, completion = formed(rows(), KEEP_ALL)
    assert prompt == "Write a function that adds."
    assert completion == f"Because of sums.\n\n{CODE}\n\nIt adds."


def test_explanation_and_reasoning_each_go_by_their_own_coin() -> None:
    assert formed(rows(), SmartForm(**dict(KEEP_ALL) | {"drop_explanation": 1})) == (
        "Write a function that adds.",
        f"Because of sums.\n\n{CODE}",
    )
    assert formed(rows(), SmartForm(**dict(KEEP_ALL) | {"drop_reasoning": 1}))[1] == f"{CODE}\n\nIt adds."
    halves = SmartForm(remove_comments=False, examples_in_instruction=0)
    completions = with_final_form(rows(200), halves, seed=1)["completion"]
    explained, reasoned = completions.str.contains("It adds"), completions.str.contains("Because")
    assert 70 < explained.sum() < 130
    assert 70 < reasoned.sum() < 130
    assert (explained != reasoned).any()  # two coins


@pytest.mark.parametrize("word", ["tests", "Test", "assertions", "pytest", "unittest"])
def test_tests_stay_where_the_instruction_speaks_of_them(word: str) -> None:
    frame = rows(instruction=f"Write it with {word}.")
    prompt, completion = formed(frame, SmartForm(**dict(KEEP_ALL) | {"examples_in_instruction": 1}))
    assert completion.endswith(f"```python\n{TESTS}\n```")
    assert prompt == f"Write it with {word}."  # no examples beside the tests
    assert "assert" not in formed(rows(instruction="Find the latest greatest contest."), KEEP_ALL)[1]


def test_comments_leave_code_of_any_language_when_asked() -> None:
    form = SmartForm(**dict(KEEP_ALL) | {"remove_comments": True})
    assert formed(rows(), form)[1] == (
        "Because of sums.\n\n```python\ndef add(a, b):\n    return a + b\n```\n\nIt adds."
    )
    ruby = "So:\n```ruby\n# goes\nputs 1 # too\n```\nand run it:\n```bash\nruby it.rb # kept\n```"
    assert formed(rows(language="ruby", section_implementation=ruby), form)[1] == (
        "Because of sums.\n\nSo:\n```ruby\nputs 1\n```\nand run it:\n```bash\nruby it.rb # kept\n```\n\nIt adds."
    )
    assert ruby in formed(rows(language="ruby", section_implementation=ruby), KEEP_ALL)[1]


def test_some_instructions_show_at_most_the_published_number_of_asserts() -> None:
    form = SmartForm(**dict(KEEP_ALL) | {"examples_in_instruction": 1})
    prompts = with_final_form(rows(60), form, seed=1)["prompt"]
    shown = prompts.str.count_matches("assert add")
    assert prompts.str.contains(EXAMPLES_HEADING, literal=True).all()
    assert set(shown) == {1, 2, 3}
    many = "\n".join(f"assert add({number}, 0) == {number}" for number in range(6))
    assert formed(rows(tests=many), form)[0] == "Write a function that adds."  # more than five lines: none
    assert (
        formed(rows(tests=many), SmartForm(**dict(form) | {"most_examples": 6}))[0]
        != rows()["instruction"][0]
    )
    half = with_final_form(rows(200), SmartForm(drop_explanation=0), seed=1)["prompt"]
    assert 70 < half.str.contains(EXAMPLES_HEADING, literal=True).sum() < 130


def test_without_an_implementation_section_the_response_stays_whole() -> None:
    assert formed(rows(section_implementation=None), SmartForm()) == (
        "Write a function that adds.",
        "whole response",
    )


@settings(max_examples=25, deadline=None)
@given(order=st.permutations(range(12)), taken=st.integers(1, 12))
def test_a_row_gets_the_same_form_whatever_stands_beside_it(order: list[int], taken: int) -> None:
    whole = with_final_form(rows(12), SmartForm(), seed=7)
    some = with_final_form(rows(12)[order[:taken]], SmartForm(), seed=7)
    both = some.join(whole, on="response_id", suffix="_whole")
    assert some["response_id"].to_list() == [f"r{number}" for number in order[:taken]]
    assert both["prompt"].equals(both["prompt_whole"], check_names=False)
    assert both["completion"].equals(both["completion_whole"], check_names=False)


def test_another_seed_is_another_draw() -> None:
    one, two = (with_final_form(rows(50), SmartForm(), seed=seed)["completion"] for seed in (1, 2))
    assert not one.equals(two)


def test_no_rows_keep_their_columns() -> None:
    assert with_final_form(rows(0), SmartForm(), seed=1).columns[-2:] == ["prompt", "completion"]


def test_messages_are_the_chat_form() -> None:
    frame = with_messages(pl.DataFrame({"prompt": ["p"], "completion": ["c"]}))
    assert frame["messages"].to_list() == [
        [{"role": "user", "content": "p"}, {"role": "assistant", "content": "c"}]
    ]


def test_asserts_are_the_one_line_ones_at_the_top() -> None:
    tests = (
        "import x\nassert f(1) == '# no'\nassert f(\n    2\n)\nif True:\n    assert f(3)\nassert f(4), 'why'"
    )
    assert asserts_of(tests) == ["assert f(1) == '# no'", "assert f(4), 'why'"]
    assert asserts_of("assert (") == []
    assert asserts_of("\0") == []


def comments_in(code: str) -> list[str]:
    tokens = tokenize.generate_tokens(io.StringIO(code).readline)
    return [token.string for token in tokens if token.type == tokenize.COMMENT]


LINES = st.sampled_from(
    [
        "x = 1  # one",
        "# alone",
        "    # indented alone",
        "y = '# not a comment'",
        'z = """\n# inside a string\n"""  # after it',
        "f'{x!r} # {y}'  # after an f-string",
        "call(  # opens\n    1,  # first\n    # between\n    2)",
        "if x:  # colon\n    # only\n    pass",
        "w = 1 + \\\n    2  # continued",
        "def f():\n    'doc # string'\n    # body\n    return 1",
        "",
    ]
)


@settings(max_examples=80, deadline=None)
@given(lines=st.lists(LINES, max_size=8))
def test_code_means_the_same_without_its_comments(lines: list[str]) -> None:
    code = "\n".join(lines)
    bare = without_comments(code)
    assert comments_in(bare) == []
    assert ast.dump(ast.parse(bare)) == ast.dump(ast.parse(code))
    assert without_comments(bare) == bare
    if not comments_in(code):
        assert bare == code


@pytest.mark.parametrize("module", [textwrap, json.decoder], ids=lambda module: module.__name__)
def test_real_modules_mean_the_same_without_their_comments(module) -> None:
    code = Path(module.__file__).read_text(encoding="utf-8")
    bare = without_comments(code)
    assert comments_in(code) != [] == comments_in(bare)
    assert ast.dump(ast.parse(bare)) == ast.dump(ast.parse(code))


@pytest.mark.parametrize("code", ["def f(:\n  # x", "'''open", "\tif x:\n  y # c", "a\0b # c"])
def test_code_that_is_no_python_is_left_alone_or_loses_comments_only(code: str) -> None:
    assert without_comments(code) in (
        code,
        "\n".join(line.split("#")[0].rstrip() for line in code.split("\n")),
    )
