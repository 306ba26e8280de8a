"""The recipes do what was published: the pipeline against the oracle on the same files and responses."""

import polars as pl
import pytest

from tests.published import oracle
from tests.published.paired import (
    made_up_responses,
    paired_forms,
    paired_seeds,
    paired_selection,
    real_files,
)

FILES, INSTRUCTIONS = 250, 600
"""Enough to meet every rule; the page of figures has more (`tests/benchmarks/bench_faithful.py`)."""


def test_the_seeds_of_real_files_are_those_of_the_published_rules():
    extracted, kept = paired_seeds(real_files(FILES))
    assert len(kept.published) > 10
    # a docstring of white space alone is none for the pipeline: the page names it
    assert extracted.ours <= extracted.published and len(extracted.published - extracted.ours) <= 2
    assert kept.ours <= kept.published and len(kept.published - kept.ours) <= 2


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
    forms = paired_forms(outcome.kept)
    rows = forms.rows
    assert forms.other_completion == [] and forms.other_checks == []
    assert 0.2 * rows.height < forms.with_checks < 0.5 * rows.height
    for heading in ("Think of", "It is right"):
        there = rows["completion"].str.contains(heading).mean()
        assert isinstance(there, float) and 0.4 < there < 0.6, heading
    latest = rows.filter(pl.col("instruction").str.contains("latest"))
    assert latest.height and latest["completion"].str.contains("assert").all()
