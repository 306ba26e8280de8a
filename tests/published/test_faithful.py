"""The recipes do what was published: the pipeline against the oracle on the same files and responses."""

import polars as pl
import pytest

from tests.published import oracle
from tests.published.paired import (
    final_rows,
    made_up_responses,
    paired_seeds,
    paired_selection,
    real_files,
)

FILES, INSTRUCTIONS = 250, 600
"""Enough to meet every rule; the page of figures has more (`tests/benchmarks/bench_faithful.py`)."""


def test_the_seeds_of_real_files_are_those_of_the_published_rules():
    extracted, kept, _ = paired_seeds(real_files(FILES))
    assert len(kept.published) > 10
    assert extracted.ours == extracted.published
    assert kept.ours == kept.published


@pytest.fixture(scope="module")
def responses() -> pl.DataFrame:
    return made_up_responses(INSTRUCTIONS)


def test_the_selection_is_the_published_pass(responses: pl.DataFrame):
    outcome, published = paired_selection(responses)
    assert outcome.kept["response_id"].to_list() == sorted(published)
    assert outcome.kept.height + outcome.rejected.height == responses.height
    # what choosing one response an instruction first, and dropping repeats afterwards, would lose
    first = responses.group_by("instruction_id", maintain_order=True).first()
    assert len(published) > 1.1 * len(oracle.selected(first.iter_rows(named=True)))


def test_the_final_form_is_the_published_one(responses: pl.DataFrame):
    outcome, _ = paired_selection(responses)
    rows = final_rows(outcome.kept)
    shown = 0
    for row in rows.iter_rows(named=True):
        completion = row["completion"]
        assert not any(line.strip().startswith("#") for line in completion.split("\n"))
        assert "return x  # as it is" in completion
        assert row["section_tests"].split("\n")[1] not in completion
        checks = oracle.shown_checks(row["prompt"], row["instruction"])
        if checks is not None:
            shown += 1
            assert "example" not in row["instruction"]
            assert oracle.may_show(row["tests"], checks), (row["tests"], checks)
    assert 0.2 * rows.height < shown < 0.5 * rows.height
    for heading, drawn in (("Think of", "reasoning"), ("It is right", "explanation")):
        there = rows["completion"].str.contains(heading).mean()
        assert isinstance(there, float) and 0.4 < there < 0.6, drawn
