"""What was held against a benchmark once is not again: only new texts, and old ones against new benchmarks alone."""

from pathlib import Path

import polars as pl

from assets.benchmarks.problem import PROBLEM_SCHEMA
from assets.contamination.compared import compared
from assets.contamination.settings import DetectorSettings
from resources.row_cache import RowCache
from resources.storage import Storage

SETTINGS = DetectorSettings(methods=("verbatim", "openai_substrings", "ngram_overlap"))


def problems(*benchmarks: str) -> pl.DataFrame:
    rows = [
        {
            "benchmark": name,
            "problem_id": f"{name}/{n}",
            "question": f"Say which of the {name} is nearest to {n}.",
        }
        for name in benchmarks
        for n in range(3)
    ]
    return pl.DataFrame(rows, schema=PROBLEM_SCHEMA)


def texts(*some: str) -> pl.DataFrame:
    return pl.DataFrame({"text": some, "language": ["python"] * len(some)})


def test_a_new_benchmark_is_held_against_old_texts_alone_and_new_texts_against_all(tmp_path: Path):
    cache = RowCache(Storage(str(tmp_path)))

    def run(rows: pl.DataFrame, *benchmarks: str):
        found, counts = compared(rows, problems(*benchmarks), SETTINGS, cache, seed=0)
        alone, _ = compared(rows, problems(*benchmarks), SETTINGS, None, seed=0)
        order = ["place", "method", "benchmark", "problem_id"]
        assert found.sort(order).equals(alone.sort(order))
        return {one.benchmarks: (one.problems, one.computed, one.reused) for one in counts}

    old = texts(
        "Say which of the first is nearest to 1.",
        "say which of the second is nearest to 2",
        "x",
    )
    assert run(old, "first") == {("first",): (3, 3, 0)}
    assert run(old, "first") == {("first",): (3, 0, 3)}
    assert run(old, "first", "second") == {("first",): (3, 0, 3), ("second",): (3, 3, 0)}
    more = pl.concat([old, texts("y")])
    assert run(more, "first", "second") == {("first",): (3, 1, 3), ("second",): (3, 1, 3)}
    assert run(more, "second") == {("second",): (3, 0, 4)}

    changed = problems("first").with_columns(pl.col("question").str.replace("nearest", "farthest"))
    _, counts = compared(more, changed, SETTINGS, cache, seed=0)
    assert [(one.computed, one.reused) for one in counts] == [(4, 0)]
