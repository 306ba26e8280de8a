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

from assets.filtered_seeds.import_inference.free_names import free_names
from assets.instructions.few_shot_bank import bank
from assets.sft_dataset.checks import asserts_alone
from assets.sft_dataset.final_form import (
    EXAMPLES_HEADING,
    with_final_form,
    with_messages,
)
from assets.sft_dataset.python_comments import without_comments
from assets.sft_dataset.settings import PlainForm, SmartForm
from assets.source_code.code_blocks import fenced

KEEP_ALL = SmartForm(drop_explanation=0, drop_reasoning=0, remove_comments="none", examples_in_instruction=0)
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
    halves = SmartForm(remove_comments="none", examples_in_instruction=0)
    completions = with_final_form(rows(200), halves, seed=1)["completion"]
    explained, reasoned = completions.str.contains("It adds"), completions.str.contains("Because")
    assert 70 < explained.sum() < 130
    assert 70 < reasoned.sum() < 130
    assert (explained != reasoned).any()  # two coins


@pytest.mark.parametrize("word", ["tests", "Test", "pytest", "unittest"])
def test_tests_stay_where_the_instruction_speaks_of_them(word: str) -> None:
    frame = rows(instruction=f"Write it with {word}.")
    prompt, completion = formed(frame, SmartForm(**dict(KEEP_ALL) | {"examples_in_instruction": 1}))
    assert completion.endswith(f"```python\n{TESTS}\n```")
    assert prompt == f"Write it with {word}."  # no examples beside the tests
    latest = rows(instruction="Find the latest greatest contest.")
    assert formed(latest, KEEP_ALL)[1].endswith(f"```python\n{TESTS}\n```")  # published
    assert "assert" not in formed(latest, SmartForm(**dict(KEEP_ALL) | {"whole_words": True}))[1]


@pytest.mark.parametrize("word", ["assertions", "Example", "examples", "tests"])
def test_no_checks_beside_those_that_an_instruction_speaks_of(word: str) -> None:
    form = SmartForm(**dict(KEEP_ALL) | {"examples_in_instruction": 1})
    assert formed(rows(instruction=f"Write it, see the {word}."), form)[0] == f"Write it, see the {word}."
    latest = rows(instruction="Find the latest counterexample.")
    assert formed(latest, form)[0] == "Find the latest counterexample."  # published
    assert EXAMPLES_HEADING in formed(latest, SmartForm(**dict(form) | {"whole_words": True}))[0]


def test_lines_that_are_comments_leave_every_block_and_comments_after_code_stay() -> None:
    sections = {
        "section_reasoning": "So:\n```python\n    # idea\nx = 1  # one\n```",
        "section_explanation": "It adds.\n```text\n# kept\n```",
    }
    form = SmartForm(**dict(KEEP_ALL) | {"remove_comments": "lines"})
    assert formed(rows(**sections), form)[1] == (
        "So:\n```python\nx = 1  # one\n```\n\n```python\ndef add(a, b):\n    return a + b  # easy\n```\n\n"
        "It adds.\n```text\n# kept\n```"
    )
    go = (
        "```go\n// sum\nfunc add(a, b int) int {\n\treturn a + b // easy\n}\n\nfunc f() {\n\t// alone\n}\n```"
    )
    bare = go.replace("\t// alone\n", "")
    assert formed(rows(language="go", section_implementation=go), form)[1].count(bare) == 1


def test_all_comments_leave_code_of_any_language_when_asked() -> None:
    form = SmartForm(**dict(KEEP_ALL) | {"remove_comments": "all"})
    assert SmartForm(**dict(KEEP_ALL) | {"remove_comments": True}) == form  # as older recipes say it
    assert formed(rows(), form)[1] == (
        "Because of sums.\n\n```python\ndef add(a, b):\n    return a + b\n```\n\nIt adds."
    )
    ruby = "So:\n```ruby\n# goes\nputs 1 # too\n```\nand run it:\n```bash\nruby it.rb # kept\n```"
    assert formed(rows(language="ruby", section_implementation=ruby), form)[1] == (
        "Because of sums.\n\nSo:\n```ruby\nputs 1\n```\nand run it:\n```bash\nruby it.rb # kept\n```\n\nIt adds."
    )
    assert ruby in formed(rows(language="ruby", section_implementation=ruby), KEEP_ALL)[1]


def test_a_short_test_block_is_shown_whole_and_of_a_long_one_some_asserts_where_they_are_all() -> None:
    form = SmartForm(**dict(KEEP_ALL) | {"examples_in_instruction": 1})
    set_up = "items = [1, 2]\nassert add(*items) == 3"
    for tests in (TESTS, set_up, "def test_add():\n    assert add(1, 2) == 3\n\n\ntest_add()"):
        prompt = formed(rows(tests=tests), form)[0]
        assert prompt == f"Write a function that adds.\n\n{EXAMPLES_HEADING}\n```python\n{tests}\n```"
    many = "\n".join(f"assert add({number}, 0) == {number}" for number in range(8))
    prompts = with_final_form(rows(120, tests=many), form, seed=1)["prompt"]
    shown = [prompt.split("```python\n")[1].removesuffix("\n```").split("\n") for prompt in prompts]
    assert {len(lines) for lines in shown} == {1, 2, 3, 4, 5}
    assert {line for lines in shown for line in lines} == set(many.split("\n"))
    assert all(lines == sorted(lines, key=many.index) for lines in shown)
    longer = set_up + "\n" + many
    assert formed(rows(tests=longer), form)[0] == "Write a function that adds."  # an assert needs its set-up
    wide = SmartForm(**dict(form) | {"most_examples": 20})
    assert formed(rows(tests=longer), wide)[0].endswith(f"```python\n{longer}\n```")
    half = with_final_form(rows(200), SmartForm(drop_explanation=0), seed=1)["prompt"]
    assert 70 < half.str.contains(EXAMPLES_HEADING, literal=True).sum() < 130


def test_no_example_of_the_bank_shows_a_name_that_nothing_defines() -> None:
    form = SmartForm(**dict(KEEP_ALL) | {"examples_in_instruction": 1})
    shown = 0
    for example in bank("python"):
        row = rows(
            instruction="Do it.", tests=example.tests, section_implementation=fenced(example.code, "python")
        )
        for seed in range(10):
            checks = formed(row, form, seed=seed)[0].partition("```python\n")[2].removesuffix("\n```")
            if checks:
                shown += 1
                assert free_names(f"{example.code}\n{checks}") == [], example.name
    assert shown >= 20


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


def test_asserts_alone_are_whole_statements_and_nothing_beside_them() -> None:
    asserts = ["assert f(1) == '# no'", "assert f(\n    2\n)", "assert f(4), 'why'"]
    assert asserts_alone("\n".join(asserts)) == asserts
    assert asserts_alone("assert f(1)  # one\n\nassert f(2)") == ["assert f(1)  # one", "assert f(2)"]
    assert asserts_alone("assert f(1); assert f(2)") == ["assert f(1)", "assert f(2)"]
    assert asserts_alone("import x\n" + "\n".join(asserts)) == []
    assert asserts_alone("assert (") == []
    assert asserts_alone("\0") == []


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
