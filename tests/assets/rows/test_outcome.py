"""Filtering steps lose nothing: whatever the rules, rows in are rows kept plus rows rejected."""

import hypothesis.strategies as st
import polars as pl
import pytest
from hypothesis import given, settings

from assets.rows.outcome import (
    REJECTION_SCHEMA,
    Outcome,
    Rule,
    apply_rules,
    as_rejections,
    no_rejections,
    reject,
    with_origins,
)
from assets.rows.reasons import Reason

REASONS = [Reason.EMPTY, Reason.TOO_LONG, Reason.SECRET]
ROWS = st.lists(st.tuples(st.integers(0, 9) | st.none(), st.text(max_size=3) | st.none()), max_size=30)


def frame_of(rows: list[tuple[int | None, str | None]]) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "id": [f"row {place}" for place in range(len(rows))],
            "n": [n for n, _ in rows],
            "t": [t for _, t in rows],
        },
        schema={"id": pl.String, "n": pl.Int64, "t": pl.String},
    )


@st.composite
def rules(draw: st.DrawFn) -> list[Rule]:
    """Rules over `n` and `t`, some of them null for some rows, some with evidence that may be null."""
    made = []
    for _ in range(draw(st.integers(0, 4))):
        bound = draw(st.integers(-1, 10))
        rejects = draw(
            st.sampled_from(
                [pl.col("n") > bound, pl.col("n") == bound, pl.col("t").str.len_chars() > bound % 3]
            )
        )
        detail = draw(st.sampled_from([None, pl.col("t"), pl.col("n"), pl.lit("why")]))
        made.append(Rule(draw(st.sampled_from(REASONS)), rejects, detail))
    return made


@settings(max_examples=60, deadline=None)
@given(rows=ROWS, chosen=rules())
def test_rows_in_are_rows_kept_plus_rows_rejected(rows: list, chosen: list[Rule]) -> None:
    frame = frame_of(rows)
    outcome = apply_rules(frame, chosen, stage="step", id_column="id")
    assert outcome.kept.schema == frame.schema
    assert outcome.rejected.schema == REJECTION_SCHEMA
    assert sorted([*outcome.kept["id"], *outcome.rejected["id"]]) == sorted(frame["id"])
    assert outcome.kept.equals(frame.filter(pl.col("id").is_in(outcome.kept["id"].implode())))


@settings(max_examples=60, deadline=None)
@given(rows=ROWS, chosen=rules())
def test_the_first_rule_that_matches_gives_the_reason(rows: list, chosen: list[Rule]) -> None:
    frame = frame_of(rows)
    outcome = apply_rules(frame, chosen, stage="step", id_column="id")
    verdicts = frame.select(
        "id", *(rule.rejects.fill_null(False).alias(str(place)) for place, rule in enumerate(chosen))
    )
    expected = {}
    for row in verdicts.iter_rows(named=True):
        first = next((place for place in range(len(chosen)) if row[str(place)]), None)
        if first is not None:
            expected[row["id"]] = chosen[first].reason.value
    assert dict(outcome.rejected.select("id", "reason").iter_rows()) == expected


def test_evidence_belongs_to_the_rule_that_rejected() -> None:
    frame = frame_of([(5, "x"), (1, "long"), (1, "y")])
    outcome = apply_rules(
        frame,
        [
            Rule(Reason.TOO_LONG, pl.col("n") > 3),  # no evidence of its own
            Rule(Reason.SECRET, pl.col("t") != "y", pl.col("t")),
        ],
        stage="step",
        id_column="id",
    )
    assert outcome.rejected.select("id", "stage", "reason", "detail").rows() == [
        ("row 0", "step", "too_long", None),
        ("row 1", "step", "secret", "long"),
    ]
    assert outcome.kept["id"].to_list() == ["row 2"]


def test_steps_follow_each_other() -> None:
    first = apply_rules(
        frame_of([(1, "a"), (2, "b")]), [Rule(Reason.EMPTY, pl.col("n") == 1)], stage="a", id_column="id"
    )
    second = apply_rules(first.kept, [Rule(Reason.SECRET, pl.col("n") == 2)], stage="b", id_column="id")
    both = first.then(second)
    assert both.kept.is_empty()
    assert both.rejected.select("id", "stage").rows() == [("row 0", "a"), ("row 1", "b")]


def test_rejecting_whole_frames() -> None:
    frame = frame_of([(1, "a"), (2, None)])
    assert reject(frame, Reason.UNREADABLE, stage="s", id_column="n").rows() == [
        ("1", "s", "unreadable", *[None] * 4),
        ("2", "s", "unreadable", *[None] * 4),
    ]
    assert reject(frame, Reason.UNREADABLE, stage="s", id_column="id", detail=pl.col("t"))[
        "detail"
    ].to_list() == ["a", None]
    assert no_rejections().schema == REJECTION_SCHEMA
    assert Outcome(frame, no_rejections()).kept is frame


def test_a_rejection_keeps_the_file_that_its_row_came_from() -> None:
    rows = pl.DataFrame({"id": ["a", "b"], "n": [1, 2], "file_id": ["f", "g"], "path": ["x.py", None]})
    outcome = apply_rules(rows, [Rule(Reason.EMPTY, pl.col("n") > 0)], stage="s", id_column="id")
    assert outcome.rejected.select("id", "file_id", "repo", "path").rows() == [
        ("a", "f", None, "x.py"),
        ("b", "g", None, None),
    ]
    found = with_origins(pl.DataFrame({"id": ["b", "z"]}), rows, "id")
    assert found.rows() == [("b", "g", None), ("z", None, None)]


def test_rejections_of_others_may_lack_the_origin() -> None:
    bare = pl.DataFrame(
        {"id": ["a"], "stage": ["s"], "reason": ["empty"], "detail": [None]},
        schema_overrides={"detail": pl.String},
    )
    both = Outcome(bare, bare).then(Outcome(bare, bare))
    assert both.rejected.schema == REJECTION_SCHEMA
    with pytest.raises(pl.exceptions.SchemaError):
        as_rejections(bare.drop("reason"))
