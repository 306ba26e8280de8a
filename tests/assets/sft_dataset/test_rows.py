"""The whole chain to training rows: their columns and origin, whatever the order, none lost."""

import hypothesis.strategies as st
import polars as pl
from hypothesis import given, settings

from assets.benchmarks.problem import PROBLEM_SCHEMA
from assets.corpus_dump.table import TABLE as FILES
from assets.filtered_seeds.table import TABLE as SEEDS
from assets.rows.ledger import Ledger, accounting_errors
from assets.rows.outcome import no_rejections
from assets.sft_dataset.rows import training_rows
from assets.sft_dataset.settings import SftSettings
from assets.sft_dataset.table import TABLE
from assets.verified_responses.table import TABLE as VERIFIED

COUNT = 9
QUESTION = "Given a list of numbers, return the two that stand farthest apart, in rising order."
SEED_ROWS = pl.DataFrame(
    [
        {"seed_id": f"s{n}", "file_id": f"f{n % 2}", "start_line": n + 1, "end_line": n + 3}
        for n in range(COUNT)
    ],
    schema=SEEDS.schema,
).lazy()
FILE_ROWS = pl.DataFrame(
    [
        {"file_id": f"f{n}", "repo": f"r{n}", "path": "p.py", "commit": "c", "license": "MIT"}
        for n in range(2)
    ],
    schema=FILES.schema,
).lazy()
PROBLEMS = pl.DataFrame(
    [{"benchmark": "bench", "problem_id": "p/0", "question": QUESTION}], schema=PROBLEM_SCHEMA
)


def verified() -> pl.DataFrame:
    """Three responses to each of three instructions; the last instruction is a benchmark's question."""
    return pl.DataFrame(
        [
            {
                "response_id": f"a{number}",
                "instruction_id": f"i{number // 3}",
                "seed_id": f"s{number // 3}",
                "file_id": f"f{number // 3 % 2}",
                "language": "python",
                "task": "code generation",
                "instruction": QUESTION if number >= 6 else f"Write number {number // 3}.",
                "response": f"Answer {number}",
                "code": f"def answer_{number}(): return {number}",
                "tests": "",
                "proof": "split",
                "verdict": "pass",
                "generation": {"engine": "offline"},
            }
            for number in range(COUNT)
        ],
        schema=VERIFIED.schema,
    )


def test_rows_have_the_declared_columns_and_their_origin() -> None:
    outcome, hits, *_ = training_rows(verified(), SEED_ROWS, FILE_ROWS, PROBLEMS, SftSettings())
    assert outcome.kept.schema == TABLE.schema
    assert outcome.kept["instruction_id"].sort().to_list() == ["i0", "i1"]
    for row in outcome.kept.iter_rows(named=True):
        number = int(row["instruction_id"][1])
        assert (row["repo"], row["start_line"], row["end_line"]) == (f"r{number % 2}", number + 1, number + 3)
        assert [turn["content"] for turn in row["messages"]] == [row["prompt"], row["completion"]]
        assert row["engine"] == "offline"
    assert set(hits["problem_id"]) == {"p/0"}
    assert outcome.kept["sft_id"].is_sorted()


def test_near_duplicates_of_kept_rows_go_where_the_recipe_asks() -> None:
    """Only their numbers tell the rows apart; the one with the lowest response id stays, whatever the order."""
    long = " ".join(f"word{n}" for n in range(200))
    rows = verified().with_columns(
        pl.concat_str(pl.lit(f"{long} "), "response").alias("response"),
        pl.concat_str(pl.lit(f"{long} "), "instruction").alias("instruction"),
    )
    chosen = SftSettings.model_validate(
        {
            "near_duplicates": {"threshold": 0.7, "ngram": 5, "permutations": 256},
            "selection": {"unique_function_names": False},
            "form": {"form": "plain"},
        }
    )
    outcome, *_ = training_rows(rows, SEED_ROWS, FILE_ROWS, PROBLEMS.clear(), chosen)
    again, *_ = training_rows(rows.reverse(), SEED_ROWS, FILE_ROWS, PROBLEMS.clear(), chosen)
    assert outcome.kept.equals(again.kept)
    dropped = outcome.rejected.filter(pl.col("reason") == "near_duplicate")
    assert (outcome.kept.height, dropped.height) == (1, 2)
    assert outcome.kept["response_id"].item() < dropped["id"].min()
    assert dropped["detail"].str.starts_with(f"representative={outcome.kept['response_id'].item()} ").all()
    apart, *_ = training_rows(verified(), SEED_ROWS, FILE_ROWS, PROBLEMS.clear(), chosen)
    assert apart.kept.height == 3


def test_marked_rows_stay_with_their_evidence() -> None:
    chosen = SftSettings.model_validate({"decontamination": {"action": "mark"}})
    outcome, *_ = training_rows(verified(), SEED_ROWS, FILE_ROWS, PROBLEMS, chosen)
    marked = outcome.kept.filter(pl.col("contamination").list.len() > 0)
    assert marked["instruction_id"].to_list() == ["i2"]


@settings(max_examples=15, deadline=None)
@given(order=st.permutations(range(COUNT)), taken=st.integers(0, COUNT))
def test_order_does_not_matter_and_the_accounts_add_up(order: list[int], taken: int) -> None:
    frame = verified()[order[:taken]]
    outcome, hits, *_ = training_rows(frame, SEED_ROWS, FILE_ROWS, PROBLEMS, SftSettings())
    again, hits_again, *_ = training_rows(
        frame.sort("response_id"), SEED_ROWS, FILE_ROWS, PROBLEMS, SftSettings()
    )
    assert outcome.kept.equals(again.kept)
    assert hits.equals(hits_again)
    ledger = Ledger()
    ledger.record_outcome("responses", frame.height, outcome, step="selection")
    rejected = pl.concat([no_rejections(), *ledger.rejections])
    assert accounting_errors(ledger.funnel(), rejected, outcome.kept.height) == []


def test_two_texts_that_become_one_row_stand_once() -> None:
    """Responses that differ in a dropped section only would otherwise be two rows under one id."""
    chosen = SftSettings.model_validate(
        {
            "selection": {"unique_instructions": False, "unique_function_names": False},
            "form": {
                "form": "smart",
                "drop_explanation": 1,
                "drop_reasoning": 1,
                "examples_in_instruction": 0,
            },
        }
    )
    twins = (
        verified()
        .head(6)
        .with_columns(
            instruction=pl.lit("Write a number."), section_implementation=pl.lit("```python\nx = 1\n```")
        )
    )
    outcome, *_ = training_rows(twins, SEED_ROWS, FILE_ROWS, PROBLEMS, chosen)
    assert outcome.kept.height == 1
    assert outcome.rejected.height == 5
    last = outcome.rejected.row(-1, named=True)
    assert last["reason"] == "duplicate_response"
    assert last["detail"] in outcome.kept["response_id"]
