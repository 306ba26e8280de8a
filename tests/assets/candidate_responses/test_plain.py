"""Plain and ready-made responses: their text, their code, what is rejected."""

import polars as pl
import pytest

from assets.asking.asker import GENERATION
from assets.candidate_responses.methods import write_responses
from assets.candidate_responses.settings import Plain
from assets.candidate_responses.table import TABLE
from assets.source_code.answers import code_of_answer

INSTRUCTIONS = pl.DataFrame(
    {
        "instruction_id": ["i1", "i2"],
        "seed_id": ["s1", "s2"],
        "file_id": ["f1", "f2"],
        "language": ["python", "python"],
        "instruction": ["Add two numbers.", "Say nothing."],
        "task": ["code generation"] * 2,
        "generation": [None, None],
    },
    schema_overrides={"generation": GENERATION},
)


def ask(requests: pl.DataFrame, sampling, stage: str) -> pl.DataFrame:
    assert stage == "candidate_responses/plain"
    texts = [
        "Sure.\n```python\ndef add(a, b):\n    return a + b\n```" if "Add" in said[0]["content"] else "  "
        for said in requests["messages"]
    ]
    return requests.with_columns(
        pl.Series("text", texts),
        pl.lit("stop").alias("finish_reason"),
        pl.lit(None, pl.String).alias("detail"),
        pl.lit(None, GENERATION).alias("generation"),
    )


def test_samples_are_rows_and_an_empty_answer_is_rejected():
    outcome = write_responses(INSTRUCTIONS, Plain(samples=3, temperature=0.8), ask)
    rows = outcome.kept.select(TABLE.schema.names()).cast(TABLE.schema)
    assert rows["sample"].to_list() == [0, 1, 2]
    assert rows["code"].unique().to_list() == ["def add(a, b):\n    return a + b"]
    assert rows["response_id"].n_unique() == 3
    assert outcome.rejected["reason"].to_list() == ["malformed"] * 3
    assert rows.height + outcome.rejected.height == 2 * 3


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("no fence", "no fence"),
        ("```js\nlet a\n```\n```python\na = 1\n```", "a = 1"),
        ("```js\nlet a\n```", "let a"),
        ("```python\na = 1\n```\nthen\n```py\nb = 2\n```", "a = 1\n\nb = 2"),
        ("````python\ns = '''\n```\n'''\n````", "s = '''\n```\n'''"),
    ],
)
def test_the_code_of_a_free_answer(text, expected):
    assert code_of_answer(text, "python") == expected
