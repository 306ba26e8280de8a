"""The row cache at a million rows: how long a lookup of all of them takes, and how much memory.

    python tests/benchmarks/bench_row_cache.py [--rows 1000000] [--fragment-rows 2048] [--text 400] [--rounds 3]

Rows as the stages' model calls make them: a prompt of `--text` characters in, an answer of as many out. They are
written once, in fragments as a run writes them; then a process of its own maps the same rows through the cache,
with a compute function that must not be called. Reported: seconds of `RowCache.map`, of which the keys alone, and
how much memory the process took, rows asked about and answers included: as its highest resident size above that of
the process before it read the rows, and above that with them.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import polars as pl
import psutil

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from assets.asking.asker import CALL_VERSION  # noqa: E402
from resources.engines.base import COMPLETION_SCHEMA  # noqa: E402
from resources.ids import content_id  # noqa: E402
from resources.row_cache import CacheStage, RowCache  # noqa: E402
from resources.storage import Storage  # noqa: E402

STAGE = CacheStage(
    "bench/row_cache", CALL_VERSION, {"engine": {"model": "none"}, "sampling": {"max_tokens": 9}}
)
INPUTS = ["prompt", "sample", "seed"]
ASKED = "asked.parquet"
RESULTS = {name: dtype for name, dtype in COMPLETION_SCHEMA.items() if name != "key"}


def asked(rows: int, text: int) -> pl.DataFrame:
    """Rows with prompts that differ, ten samples of each."""
    numbers = pl.int_range(rows, eager=True)
    words = pl.concat_str(*(content_id(number) for number in _parts(numbers // 10, text)))
    return pl.DataFrame({"number": numbers}).select(
        words.alias("prompt"),
        (pl.col("number") % 10).cast(pl.Int32).alias("sample"),
        (pl.col("number") * 7919 % 2**31).alias("seed"),
    )


def answered(frame: pl.DataFrame, text: int) -> pl.DataFrame:
    """A completion a row, no two alike."""
    parts = max(1, text // 32)
    return frame.select(
        "cache_key",
        pl.concat_str(*(content_id("cache_key", pl.lit(part)) for part in range(parts))).alias("text"),
        pl.lit("stop").alias("finish_reason"),
        pl.lit(100, pl.Int32).alias("prompt_tokens"),
        pl.lit(100, pl.Int32).alias("completion_tokens"),
        pl.lit(None, pl.String).alias("detail"),
    )


def look_up(root: str, rows: int) -> dict[str, float]:
    """One lookup of everything, in this process."""
    process = psutil.Process()
    empty = process.memory_info().rss
    frame = pl.read_parquet(f"{root}/{ASKED}")
    highest = before = process.memory_info().rss
    ended = threading.Event()

    def watch() -> None:
        nonlocal highest
        while not ended.wait(0.02):
            highest = max(highest, process.memory_info().rss)

    watcher = threading.Thread(target=watch)
    watcher.start()
    started, cpu = time.perf_counter(), time.process_time()
    mapped = RowCache(Storage(root)).map(STAGE, frame, _never, inputs=INPUTS, results=RESULTS)
    seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
    ended.set()
    watcher.join()
    assert mapped.computed == 0 and mapped.reused == rows and mapped.rows["text"].null_count() == 0
    started = time.perf_counter()
    frame.select(content_id(*INPUTS))
    keys = time.perf_counter() - started
    return {
        "seconds": seconds,
        "cpu": cpu,
        "keys": keys,
        "above_mb": (highest - before) / 1e6,
        "all_mb": (highest - empty) / 1e6,
        "asked_mb": frame.estimated_size() / 1e6,
        "result_mb": mapped.rows.estimated_size() / 1e6,
    }


def _parts(numbers: pl.Series, text: int) -> list[pl.Expr]:
    return [pl.lit(numbers * 64 + part) for part in range(max(1, text // 32))]


def _never(_: pl.DataFrame) -> pl.DataFrame:
    raise AssertionError("every row is in the cache")


def main() -> None:
    """Write the cache and look everything up, a process a round."""
    parser = argparse.ArgumentParser(description="lookups in a large row cache")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--fragment-rows", type=int, default=2048, help="rows a run writes at a time")
    parser.add_argument("--text", type=int, default=400, help="characters of a prompt, and of an answer")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--root", help="cache to look up in: for the process of a round")
    options = parser.parse_args()
    if options.root:
        print(json.dumps(look_up(options.root, options.rows)))
        return
    with tempfile.TemporaryDirectory() as folder:
        frame = asked(options.rows, options.text)
        started = time.perf_counter()
        cache = RowCache(Storage(folder), flush_rows=options.fragment_rows, flush_s=1e9)
        cache.map(
            STAGE,
            frame,
            lambda missing: (
                answered(part, options.text) for part in missing.iter_slices(options.fragment_rows)
            ),
            inputs=INPUTS,
            results=RESULTS,
        )
        files = list(Path(folder).rglob("*.parquet"))
        size = sum(file.stat().st_size for file in files)
        print(
            f"written: {time.perf_counter() - started:.1f} s, {len(files)} files, {size / 1e6:.0f} MB",
            flush=True,
        )
        frame.write_parquet(Path(folder) / ASKED)
        del frame
        command = [
            sys.executable,
            __file__,
            "--rows",
            str(options.rows),
            "--root",
            folder,
        ]
        found = [
            json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
            for _ in range(options.rounds)
        ]
    for name in found[0]:
        values = [one[name] for one in found]
        print(
            f"{name}: median {statistics.median(values):.2f} (min {min(values):.2f}, max {max(values):.2f})"
        )


if __name__ == "__main__":
    main()
