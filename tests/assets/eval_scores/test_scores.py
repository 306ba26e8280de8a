"""Verdicts to scores: raw and clean, problems that could not be judged, and no dependence on the row order."""

import datetime
from collections.abc import Mapping
from types import MappingProxyType

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.eval_scores.scores import judged_samples, score_table, scores_by_month
from assets.eval_scores.table import SAMPLES, TABLE
from resources.sandbox.base import Verdict

NONE = pl.DataFrame(schema={"benchmark": pl.String, "problem_id": pl.String})


def judged(
    verdicts: dict[str, list[str | None]],
    language: str = "python",
    task: str = "complete",
    released: Mapping[str, datetime.date] = MappingProxyType({}),
) -> pl.DataFrame:
    rows = [
        {
            "benchmark": "own",
            "problem_id": problem,
            "task": task,
            "language": language,
            "released": released.get(problem),
            "sample": sample,
            "text": f"answer {sample}",
            "begun": "",
            "max_tokens": 512,
            "finish_reason": "stop",
            "engine_detail": None,
            "has_code": True,
            "code": f"code {problem} {sample}",
            "tests": "check",
            "verdict": verdict,
            "detail": None,
            "reason": None,
        }
        for problem, samples in verdicts.items()
        for sample, verdict in enumerate(samples)
    ]
    return pl.DataFrame(
        rows,
        schema_overrides={
            "detail": pl.String,
            "engine_detail": pl.String,
            "reason": pl.String,
            "verdict": pl.String,
            "released": pl.Date,
        },
    )


def scored(
    verdicts: dict[str, list[str | None]], contaminated: tuple[str, ...] = (), ks: tuple[int, ...] = (1,)
):
    dirty = pl.DataFrame(
        {"benchmark": ["own"] * len(contaminated), "problem_id": list(contaminated)}, schema=NONE.schema
    )
    return score_table(judged_samples(judged(verdicts), dirty, "c1"), ks)


def test_raw_and_clean_scores_stand_side_by_side():
    table = scored({"a": ["pass"], "b": ["fail"], "c": ["pass"], "d": ["timeout"]}, contaminated=("a", "z"))
    assert table.schema == TABLE.schema
    [row] = table.to_dicts()
    assert (row["pass_at_k"], row["problems"], row["samples"]) == (0.5, 4, 4)
    assert (row["clean_pass_at_k"], row["clean_problems"]) == (pytest.approx(1 / 3), 3)
    assert row["low"] < 0.5 < row["high"] and row["clean_low"] < 1 / 3 < row["clean_high"]
    assert (row["checkpoint_id"], row["benchmark"], row["language"], row["k"]) == ("c1", "own", "python", 1)
    assert row["unverified_problems"] == 0


def test_a_row_for_every_k():
    table = scored({"a": ["pass", "fail", "fail", "fail"], "b": ["fail"] * 4}, ks=(4, 1))
    assert table["k"].to_list() == [1, 4]
    assert table["pass_at_k"].to_list() == [0.125, 0.5]
    assert table["score_id"].n_unique() == 2
    with pytest.raises(ValueError, match="at least 5 samples"):
        scored({"a": ["pass"] * 4}, ks=(5,))


@pytest.mark.parametrize("verdict", [Verdict.HARNESS_ERROR.value, Verdict.UNSUPPORTED.value, None])
def test_what_the_machine_could_not_judge_is_no_failure(verdict: str | None):
    [row] = scored({"a": ["pass", "pass"], "b": ["pass", verdict]}).to_dicts()
    assert (row["pass_at_k"], row["problems"], row["unverified_problems"]) == (1.0, 1, 1)


def test_nothing_left_to_score_is_null_and_not_zero():
    [row] = scored({"a": ["unsupported"]}).to_dicts()
    assert (row["pass_at_k"], row["problems"], row["unverified_problems"]) == (None, 0, 1)
    [row] = scored({"a": ["pass"]}, contaminated=("a",)).to_dicts()
    assert (row["pass_at_k"], row["clean_pass_at_k"], row["clean_problems"]) == (1.0, None, 0)
    assert score_table(judged_samples(judged({"a": ["pass"]})[:0], NONE, "c1"), (1,)).is_empty()


def test_samples_keep_what_was_run_and_why_it_failed():
    rows = judged({"a": ["pass"], "b": ["crash"]}).with_columns(detail=pl.lit("NameError"))
    samples = judged_samples(rows, NONE, "c1")
    assert samples.schema == SAMPLES.schema
    assert samples["passed"].to_list() == [True, False]
    assert samples["completion"].to_list() == ["answer 0", "answer 0"]
    assert samples["sample_id"].n_unique() == 2
    other = judged_samples(rows, NONE, "c2")
    assert not set(other["sample_id"]) & set(samples["sample_id"])


@settings(max_examples=30, deadline=None)
@given(
    st.dictionaries(
        st.text("abcdef", min_size=1, max_size=3),
        st.lists(st.sampled_from(["pass", "fail", "unsupported"]), min_size=2, max_size=2),
        min_size=1,
        max_size=8,
    ),
    st.integers(0, 1000),
)
def test_row_order_does_not_matter(verdicts: dict[str, list[str | None]], seed: int):
    rows = judged(verdicts)
    dirty = rows.select("benchmark", "problem_id").unique(maintain_order=True)[:1]
    first = judged_samples(rows, dirty, "c1")
    second = judged_samples(rows.sample(fraction=1, shuffle=True, seed=seed), dirty, "c1")
    assert first.equals(second)
    shuffled = first.sample(fraction=1, shuffle=True, seed=seed)
    assert score_table(first, (1, 2)).equals(score_table(shuffled, (1, 2)))
    table = score_table(first, (1, 2))
    assert (table["problems"] + table["unverified_problems"]).to_list() == [len(verdicts)] * 2


def test_tasks_of_one_benchmark_have_scores_of_their_own():
    both = pl.concat([judged({"a": ["pass"]}), judged({"a": ["fail"]}, task="fix")])
    table = score_table(judged_samples(both, NONE, "c1"), (1,))
    assert table.select("task", "pass_at_k", "problems").rows() == [("complete", 1.0, 1), ("fix", 0.0, 1)]
    assert table["score_id"].n_unique() == 2


def test_scores_by_month_of_release():
    days = {"a": datetime.date(2024, 1, 3), "b": datetime.date(2024, 1, 30), "c": datetime.date(2024, 3, 1)}
    samples = judged_samples(
        judged({"a": ["pass"], "b": ["fail"], "c": ["pass"], "d": ["pass"]}, released=days), NONE, "c1"
    )
    by_month = scores_by_month(samples)
    assert by_month.select("benchmark", "month", "pass_at_k", "problems").rows() == [
        ("own", "2024-01", 0.5, 2),
        ("own", "2024-03", 1.0, 1),
    ]
    assert scores_by_month(samples.filter(problem_id="d")).is_empty()


def test_what_the_engine_did_not_answer_is_no_failure_of_the_model() -> None:
    rows = judged({"a": ["pass"], "b": ["fail"], "c": ["fail"]}).with_columns(
        finish_reason=pl.Series(["stop", "stop", "error"]),
        engine_detail=pl.Series([None, None, "the chat template refused"]),
        has_code=pl.Series([True, True, False]),
    )
    samples = judged_samples(rows, NONE, "c1")
    lost = samples.filter(pl.col("problem_id") == "c").row(0, named=True)
    assert lost["unverified"] and lost["detail"] == "no answer of the engine: the chat template refused"
    row = score_table(samples, (1,)).row(0, named=True)
    assert (row["pass_at_k"], row["problems"], row["unverified_problems"]) == (0.5, 2, 1)
    assert row["without_code"] == 0.0
