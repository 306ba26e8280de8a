"""The discriminator: its prompt, its parser on ugly answers, what each judgment leads to."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assets.asking.asker import GENERATION
from assets.asking.judging.discriminator import JUDGE, Judgment, decided, judge, parse_judgment, requests
from assets.asking.judging.settings import RULES, Discriminator
from assets.asking.spending import BUDGET_SPENT

SETTINGS = Discriminator.model_validate({})
TWO = ("first rule", "second rule")
ROWS = pl.DataFrame(
    {
        "id": ["a", "b", "c", "d", "e", "f"],
        "task": ["code generation"] * 6,
        "instruction": [f"Write a Python function f{n}." for n in range(6)],
        "response": [f"```python\ndef f{n}(): ...\n```" for n in range(6)],
        "detail": ["of the row itself"] * 6,
    }
)


def said(verdict: str, count: int = len(RULES)) -> str:
    lines = [f"Rule {n}: {'yes' if verdict == 'yes' else 'no'} - because {n}" for n in range(1, count + 1)]
    return "\n".join([*lines, f"Overall: {verdict}"])


def answering(by_key: dict[str, tuple[str | None, str]]):
    def ask(asked, sampling, stage):
        answers = [by_key.get(key, (said("yes"), "stop")) for key in asked["key"]]
        return asked.with_columns(
            pl.Series("text", [text for text, _ in answers], dtype=pl.String),
            pl.Series("finish_reason", [ended for _, ended in answers], dtype=pl.String),
            pl.lit(None, pl.String).alias("detail"),
            pl.lit(None, GENERATION).alias("generation"),
        )

    return ask


def test_the_published_values_are_the_defaults():
    assert (SETTINGS.temperature, SETTINGS.max_tokens, len(SETTINGS.rules)) == (1.0, 500, 5)


def test_each_judgment_has_its_outcome_and_keeps_the_raw_text():
    answers = {
        "b": (said("no"), "stop"),
        "c": ("Looks fine to me.", "stop"),
        "d": ("Rule 1: yes - the", "length"),
        "e": (None, "error"),
        "f": (None, BUDGET_SPENT),
    }
    judged = judge(ROWS, SETTINGS, answering(answers), solution="response", id_column="id")
    assert judged["judge"].struct.field("verdict").to_list() == [
        "yes",
        "no",
        "malformed",
        *["unanswered"] * 3,
    ]
    assert judged.schema["judge"] == JUDGE
    outcome = decided(judged, id_column="id")
    assert outcome.kept["id"].to_list() == ["a"]
    assert set(outcome.kept.columns) == {*ROWS.columns, "judge"}
    assert outcome.kept["detail"].to_list() == ["of the row itself"]
    found = {row["id"]: row for row in outcome.rejected.iter_rows(named=True)}
    assert {key: row["reason"] for key, row in found.items()} == {
        "b": "judged_bad",
        "c": "malformed",
        "d": "unfinished",
        "e": "engine_error",
        "f": "budget",
    }
    assert found["b"]["detail"] == said("no")
    assert found["c"]["detail"].startswith("judgment: 5 rules")
    assert found["c"]["detail"].endswith("--- raw text\nLooks fine to me.")
    first = judged["judge"].struct.field("reasons")[0]
    assert first[0] == {"rule": RULES[0], "answer": "yes", "reason": "because 1"}


def test_the_prompt_depends_on_task_instruction_and_solution_alone():
    asked = requests(ROWS, SETTINGS, solution="response", id_column="id").drop("key")
    other = ROWS.reverse().with_columns(
        pl.format("x{}", "id").alias("id"),
        pl.format("\n{} \n", pl.col("response")).alias("solution"),
        detail=None,
    )
    again = requests(other, SETTINGS, solution="solution", id_column="id").drop("key").reverse()
    assert asked.equals(again)
    assert asked["seed"].n_unique() == 6
    content = asked["messages"][0][0]["content"]
    assert "Write a Python function f0." in content and "def f0()" in content
    assert all(f"{n}. {rule}" in content for n, rule in enumerate(RULES, 1))


def test_no_rows_make_an_empty_outcome():
    outcome = decided(
        judge(ROWS.clear(), SETTINGS, answering({}), solution="response", id_column="id"), id_column="id"
    )
    assert outcome.kept.height == outcome.rejected.height == 0
    assert "judge" in outcome.kept.columns


@pytest.mark.parametrize(
    "text",
    [
        "Rule 1: yes - it is\nRule 2: no - it is not\nOverall: no",
        "**Rule 1:** Yes — it is\n**Rule 2:** No — it is not\n\n**Overall:** No",
        "Let's see.\n\n1. yes, it is\n2. no, it\n   is not\n\nOverall answer: no.",
        "- Rule 1: <yes> it is\r\n- Rule 2: <no> it is not\r\n- Overall answer: <no>\r\n\r\nThanks!",
        "### Rule 1\nyes\n1) Yes: it is\n2) NO: it is not\n> overall judgment - NO",
        "Step 1 answer: yes (it is)\nStep 2 answer: no (it is not)\nOverall = no",
    ],
)
def test_ugly_answers_are_read(text):
    found = parse_judgment(text, TWO)
    assert isinstance(found, Judgment), found
    assert found.verdict == "no"
    assert [(one.rule, one.answer) for one in found.answers] == [("first rule", "yes"), ("second rule", "no")]
    assert [one.reason.strip("()") for one in found.answers] == ["it is", "it is not"]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "answered are none"),
        ("yes", "answered are none"),
        ("Rule 1: yes - fine\nOverall: yes", "answered are [1]"),
        ("Rule 2: yes - a\nRule 1: yes - b\nOverall: yes", "answered are [2, 1]"),
        ("Rule 1: yes - a\nRule 1: yes - b\nRule 2: yes - c\nOverall: yes", "answered are [1, 1, 2]"),
        ("Rule 1: yes - a\nRule 2: yes - b\nRule 3: yes - c\nOverall: yes", "answered are [1, 2, 3]"),
        ("Rule 1: yes - a\nRule 2: maybe - b\nOverall: yes", "answered are [1]"),
        ("Rule 1: yes\nRule 2: yes - b\nOverall: yes", "no reason for rule 1"),
        ("Rule 1: yes - a\nRule 2: yes - b", "no overall answer"),
        ("Rule 1: yes - a\nRule 2: yes - b\nOverall: it depends", "no overall answer"),
        ("Rule 1: yes - a\nRule 2: yes - b\nOverall: yes\nOverall: no", "more than one overall answer"),
        ("Rule 1: yesterday - a\nRule 2: yes - b\nOverall: yes", "answered are [2]"),
    ],
)
def test_what_is_no_judgment_is_named(text, fault):
    assert fault in str(parse_judgment(text, TWO))


def test_the_overall_answer_counts_and_not_the_sum_of_the_others():
    found = parse_judgment("Rule 1: no - a\nRule 2: yes - b\nOverall: yes", TWO)
    assert isinstance(found, Judgment) and found.verdict == "yes"


reason = (
    st.text(st.characters(categories=["L", "N", "Zs"]), min_size=1, max_size=30)
    .map(lambda text: " ".join(text.split()))
    .filter(bool)
)


@given(st.lists(st.tuples(st.sampled_from(["yes", "no"]), reason), min_size=1, max_size=12))
def test_what_is_written_is_read(answers):
    rules = tuple(f"rule {n}" for n in range(len(answers)))
    lines = [f"Rule {n}: {said} - {why}" for n, (said, why) in enumerate(answers, 1)]
    found = parse_judgment("\n".join([*lines, "Overall: yes"]), rules)
    assert isinstance(found, Judgment)
    assert [(one.answer, one.reason) for one in found.answers] == answers
    assert parse_judgment(found.analysis, rules) == found


@given(st.text())
def test_any_text_is_a_judgment_or_a_fault(text):
    assert isinstance(parse_judgment(text, TWO), Judgment | str)
