"""Extraction over worker processes: the same seeds as in one process, and a crash that costs one file."""

import os
import signal

import polars as pl
import pytest

from assets.filtered_seeds.extraction import (
    ExtractionSettings,
    extract,
    extract_in_parallel,
    parallel,
    together,
)


def many_files(n: int) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "file_id": [f"f{number}" for number in range(n)],
            "content": [
                None if number % 7 == 0 else f'def f{number}():\n    """Doc."""\n' for number in range(n)
            ],
            "language": ["python"] * n,
            "license": ["MIT"] * n,
        }
    )


def extract_or_die(files: pl.DataFrame, settings: ExtractionSettings):
    if files["content"].str.contains("def f5\\(").any():
        os.kill(os.getpid(), signal.SIGSEGV)
    return extract(files, settings)


def test_the_same_as_in_one_process(monkeypatch):
    monkeypatch.setattr(parallel, "BATCH_BYTES", 200)
    files, settings = many_files(40), ExtractionSettings()
    parts = list(extract_in_parallel(files, settings, workers=2))
    whole, expected = together(parts), extract(files, settings)
    assert len(parts) > 4
    assert whole.kept.equals(expected.kept)
    assert whole.rejected.sort("id").equals(expected.rejected.sort("id"))


@pytest.mark.slow(seconds=2)
def test_a_grammar_that_crashes_costs_the_file_it_crashes_on():
    files = iter([many_files(4), many_files(9)[4:]])
    outcome = together(extract_in_parallel(files, ExtractionSettings(), workers=1, function=extract_or_die))
    lost = outcome.rejected.filter(id="f5").row(0, named=True)
    assert lost == {
        "id": "f5",
        "stage": "extraction",
        "reason": "parse_error",
        "detail": "the worker was ended by signal 11",
        "file_id": "f5",
        "repo": None,  # joined to it where the table is written
        "path": None,
    }
    assert set(outcome.kept["name"]) == {"f1", "f2", "f3", "f4", "f6", "f8"}


def test_nothing_in_nothing_out():
    outcome = together(extract_in_parallel(many_files(0), ExtractionSettings(), workers=1))
    assert outcome.kept.height == outcome.rejected.height == 0
