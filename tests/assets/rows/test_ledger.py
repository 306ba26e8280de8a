"""The ledger adds up exactly when the steps do, and says where they do not."""

import hypothesis.strategies as st
import polars as pl
from hypothesis import given, settings

from assets.rows.ledger import FUNNEL_SCHEMA, Ledger, accounting_errors
from assets.rows.outcome import Rule, apply_rules, no_rejections, reject
from assets.rows.reasons import Reason

BOUNDS = st.lists(st.integers(0, 12), max_size=4)


def numbers(count: int) -> pl.DataFrame:
    return pl.DataFrame(
        {"id": [str(n) for n in range(count)], "n": range(count)}, schema_overrides={"n": pl.Int64}
    )


def chain(count: int, bounds: list[int]) -> tuple[Ledger, pl.DataFrame, pl.DataFrame]:
    """A chain of filters, its ledger, what it kept and what it rejected."""
    frame = numbers(count)
    outcome = apply_rules(frame, [], stage="none", id_column="id")
    for place, bound in enumerate(bounds):
        rule = Rule(Reason.TOO_LONG, pl.col("n") >= bound)
        outcome = outcome.then(apply_rules(outcome.kept, [rule], stage=f"step {place}", id_column="id"))
    ledger = Ledger()
    ledger.record_outcome("files", frame.height, outcome, step="whole")
    return ledger, outcome.kept, outcome.rejected


@settings(max_examples=50, deadline=None)
@given(count=st.integers(0, 12), bounds=BOUNDS)
def test_every_chain_of_filters_adds_up(count: int, bounds: list[int]) -> None:
    ledger, kept, rejected = chain(count, bounds)
    funnel = ledger.funnel()
    assert funnel.schema == FUNNEL_SCHEMA
    assert accounting_errors(funnel, rejected, kept.height) == []
    assert funnel["rows_in"][0] == count
    assert funnel["rows_out"][-1] == kept.height
    assert sum(frame.height for frame in ledger.rejections) == count - kept.height


@settings(max_examples=50, deadline=None)
@given(count=st.integers(1, 12), bounds=BOUNDS, data=st.data())
def test_a_row_that_vanishes_anywhere_is_noticed(count: int, bounds: list[int], data: st.DataObject) -> None:
    ledger, kept, rejected = chain(count, bounds)
    place = data.draw(st.integers(0, count - 1))
    if place < rejected.height:
        lost = pl.concat([rejected.head(place), rejected.slice(place + 1)])
        assert accounting_errors(ledger.funnel(), lost, kept.height)
    else:
        assert accounting_errors(ledger.funnel(), rejected, kept.height - 1)


def test_errors_name_the_step() -> None:
    ledger = Ledger()
    ledger.record(
        "license", "files", 5, reject(numbers(1), Reason.LICENSE, stage="license", id_column="id"), rows_out=3
    )
    ledger.record("form", "files", 4, no_rejections(), rows_out=4)
    stray = reject(numbers(2), Reason.EMPTY, stage="nowhere", id_column="id")
    assert accounting_errors(ledger.funnel(), pl.concat([*ledger.rejections, stray]), 9) == [
        "license: 5 files in, but 3 kept and 1 rejected",
        "nowhere: rejections of a step that the funnel lacks",
        "license gave 3 rows, form got 4",
        "form gave 4 rows, the artifact has 9",
    ]


def test_a_step_that_makes_several_rows_of_one_still_adds_up() -> None:
    ledger = Ledger()
    ledger.record(
        "extraction",
        "files",
        3,
        reject(numbers(1), Reason.NO_SEED, stage="extraction", id_column="id"),
        rows_out=7,
        kept=2,
    )
    ledger.record_fan_out("samples", "instructions", 7, 70)
    rejected = pl.concat(ledger.rejections)
    assert accounting_errors(ledger.funnel(), rejected, 70) == []
    assert ledger.funnel().select("rows_in", "kept", "rejected", "rows_out").rows() == [
        (3, 2, 1, 7),
        (7, 7, 0, 70),
    ]


def test_a_ledger_without_steps_has_an_empty_funnel() -> None:
    assert Ledger().funnel().schema == FUNNEL_SCHEMA
    assert accounting_errors(Ledger().funnel(), no_rejections(), 0) == []
