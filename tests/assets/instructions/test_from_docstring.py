"""Comment-function pairs: what the corpus says becomes instruction and solution, and no model is asked."""

import polars as pl
import pytest

from assets.candidate_responses.methods import write_responses
from assets.candidate_responses.settings import AsWritten
from assets.candidate_responses.table import TABLE as RESPONSES
from assets.instructions.from_docstring import signature
from assets.instructions.methods import write_instructions
from assets.instructions.settings import FromDocstring
from assets.instructions.table import TABLE

SEEDS = pl.DataFrame(
    {
        "seed_id": ["s1", "s2", "s3"],
        "file_id": ["f1", "f2", "f3"],
        "language": ["python", "go", "python"],
        "seed": [
            'def area(r: float) -> float:\n    """Area of a circle."""\n    return math.pi * r * r',
            "// Add adds.\nfunc Add(a, b int) int {\n\treturn a + b\n}",
            "def bare(x):\n    return x",
        ],
        "docstring": ["Area of a circle.", "Add adds.", None],
        "imports": [["import math"], [], None],
    },
    schema_overrides={"imports": pl.List(pl.String)},
)


def nobody(*_: object) -> pl.DataFrame:
    raise AssertionError("a model was asked")


def test_pairs_become_responses_without_a_call():
    written = write_instructions(SEEDS, FromDocstring(), nobody)
    assert written.rejected.select("id", "stage", "reason", "detail").rows() == [
        ("s3", "pair", "nothing_to_ask", None)
    ]
    rows = written.kept.select(TABLE.schema.names())
    assert "def area(r: float) -> float" in rows["instruction"][0]
    assert "Area of a circle." in rows["instruction"][0]
    answered = write_responses(rows, AsWritten(), nobody)
    assert answered.rejected.is_empty()
    responses = answered.kept.select(RESPONSES.schema.names())
    assert responses["code"][0].startswith("import math\n\n\ndef area")
    assert responses["code"][1].startswith("// Add adds.\nfunc Add")
    assert responses["tests"].null_count() == 2
    assert responses["response_id"].n_unique() == 2


def test_an_instruction_without_a_solution_is_rejected():
    rows = write_instructions(SEEDS, FromDocstring(), nobody).kept.with_columns(
        solution=pl.lit(None, pl.String)
    )
    outcome = write_responses(rows, AsWritten(), nobody)
    assert outcome.kept.is_empty()
    assert set(outcome.rejected["reason"]) == {"malformed"}


@pytest.mark.parametrize(
    ("seed", "expected"),
    [
        ("@cache\ndef f(x):\n    return x", "def f(x)"),
        ("/** Doc. */\npublic int g(int a) {", "public int g(int a)"),
        ("#[inline]\nfn h(a: u8) -> u8 {", "fn h(a: u8) -> u8"),
        ("  // note\nfunction k(a) {", "function k(a)"),
    ],
)
def test_the_signature_is_the_line_that_announces_the_function(seed, expected):
    assert signature(seed) == expected
