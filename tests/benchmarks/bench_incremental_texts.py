"""What a change costs near-duplicates and decontamination: nothing new, 1 % new rows, a new benchmark.

    python tests/benchmarks/bench_incremental_texts.py ../shared/benchmarks --rows 20000 --folder /tmp/texts

The rows are functions of the installed Python code. As in the pipeline, signatures and finds are
kept in a row cache. Prints one JSON line a step: what was computed, what was known, CPU seconds of this process and of
those that it started.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import polars as pl

sys.path.insert(0, str(Path(__file__).parents[2]))

from assets.benchmarks.problem_files import read_problems
from assets.sft_dataset.decontamination import decontaminate
from assets.sft_dataset.settings import Decontamination
from assets.texts.near_duplicates.find import find_near_duplicates
from assets.texts.near_duplicates.settings import NearDuplicateSettings
from assets.texts.near_duplicates.signatures import signatures
from resources.row_cache import CacheStage, RowCache, StageWork
from resources.storage import Storage
from tests.benchmarks.real_functions import real_functions

FIRST = {
    "humaneval": "HumanEval.jsonl.gz",
    "gsm8k": "gsm8k_test.jsonl.gz",
}
NEW = "mbpp"


def said(step: str, work: Callable[[], dict[str, object]]) -> None:
    """Do `work` and print what it says, with its seconds."""
    started, before = time.monotonic(), os.times()
    found = work()
    after = os.times()
    cpu = sum(after[:4]) - sum(before[:4])
    print(
        json.dumps({"step": step, **found, "seconds": round(time.monotonic() - started, 1), "cpu": round(cpu, 1)}),
        flush=True,
    )  # fmt: skip


def deduplicated(rows: pl.DataFrame, cache: RowCache) -> dict[str, object]:
    """Near-duplicates among `rows`, signatures by way of the cache as the seeds' step has them."""
    settings = NearDuplicateSettings(threshold=0.7)
    mapped = cache.map(
        CacheStage("signature", "1", settings.signature_settings(), StageWork.TEXT),
        rows,
        lambda missing: signatures(missing, settings, key="cache_key"),
        inputs=["text"],
        results={"signature": pl.Binary()},
    )
    outcome = find_near_duplicates(mapped.rows, settings, prefer=[], id_column="id")
    return {"signed": mapped.computed, "known": mapped.reused, "kept": outcome.kept.height}


def clean(rows: pl.DataFrame, problems: pl.DataFrame, cache: RowCache) -> dict[str, object]:
    """Decontamination of `rows`: texts times problems that were compared, and that were known."""
    settings = Decontamination(action="mark")
    found = decontaminate(
        rows, problems, settings, text=pl.col("text"), id_column="id", seed=0, row_cache=cache
    )
    return {
        "groups": len(found.compared),
        "texts_compared": sum(one.computed for one in found.compared),
        "pairs_compared": sum(one.computed * one.problems for one in found.compared),
        "pairs_known": sum(one.reused * one.problems for one in found.compared),
        "finds": found.hits.height,
    }


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("benchmarks", type=Path)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--folder", type=Path, required=True)
    given = parser.parse_args()
    rows = real_functions(given.rows)
    new = max(rows.height // 100, 1)
    old, cache = rows.head(rows.height - new), RowCache(Storage(str(given.folder)))
    first = pl.concat(read_problems(name, given.benchmarks / path) for name, path in FIRST.items())
    added = next(path for path in sorted((given.benchmarks / NEW).rglob("*.json*")) if path.is_file())
    both = pl.concat([first, read_problems(NEW, added)])
    print(
        json.dumps(
            {"rows": rows.height, "new": new, "problems": first.height, "more": both.height - first.height}
        )
    )
    said("near-duplicates, cold", lambda: deduplicated(old, cache))
    said("near-duplicates, nothing new", lambda: deduplicated(old, cache))
    said("near-duplicates, 1 % new", lambda: deduplicated(rows, cache))
    said("decontamination, cold", lambda: clean(old, first, cache))
    said("decontamination, nothing new", lambda: clean(old, first, cache))
    said("decontamination, 1 % new rows", lambda: clean(rows, first, cache))
    said("decontamination, a new benchmark", lambda: clean(rows, both, cache))
    said("decontamination, nothing new again", lambda: clean(rows, both, cache))


if __name__ == "__main__":
    main()
