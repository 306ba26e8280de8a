"""`seedline seeds` over a corpus larger than the memory that it may hold.

    python tests/benchmarks/bench_corpus.py [--corpus-gb 6] [--limit-gb 2]

The corpus is written as Parquet from the Python files of this machine, over and over, each with a line of its own.
Memory is the proportional set size of the command and its worker processes together (pages that they share count
once), sampled twice a second. Fails where it went over the limit.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
import pyarrow as pa
import pyarrow.parquet as pq
from bench_extraction import python_sources

ROOT = Path(__file__).parents[2]
SAMPLE_S = 0.5
ROW_GROUP_BYTES = 32_000_000
SCHEMA = pa.schema([("id", pa.string()), ("content", pa.large_string())])


def write_corpus(path: Path, gigabytes: float) -> tuple[int, float]:
    """Files and GB (10^9 bytes) of text written."""
    sources = [source.decode() for source in python_sources(200)]
    written = number = 0
    held: list[tuple[str, str]] = []
    with pq.ParquetWriter(path, SCHEMA, compression="zstd") as writer:
        while written < gigabytes * 1e9:
            text = f"{sources[number % len(sources)]}\n# copy {number // len(sources)}\n"
            held.append((f"{number:09}", text))
            written, number = written + len(text), number + 1
            if written % ROW_GROUP_BYTES < len(text):
                writer.write_table(_table(held))
                held = []
        writer.write_table(_table(held))
    return number, written / 1e9


def _table(rows: list[tuple[str, str]]) -> pa.Table:
    return pa.table({"id": [id_ for id_, _ in rows], "content": [text for _, text in rows]}, schema=SCHEMA)


def memory_gb(process: psutil.Process) -> float:
    """Of the process and its children, in GB."""
    total = 0
    for one in (process, *process.children(recursive=True)):
        try:
            total += one.memory_full_info().pss
        except psutil.Error:
            continue
    return total / 1e9


def main() -> None:
    """Write the corpus, run the command over it, report."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--corpus-gb", type=float, default=6)
    parser.add_argument("--limit-gb", type=float, default=2)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        corpus, out = Path(folder, "corpus.parquet"), Path(folder, "seeds.parquet")
        files, size = write_corpus(corpus, options.corpus_gb)
        program = [sys.executable, "-c", "from pipeline_defs.cli import main; main()"]
        arguments = ["seeds", str(corpus), str(out), "--id", "id"]
        started, peak = time.monotonic(), 0.0
        with tempfile.TemporaryFile("w+") as said:
            process = subprocess.Popen([*program, *arguments], cwd=ROOT, stderr=said)
            watched = psutil.Process(process.pid)
            while process.poll() is None:
                peak = max(peak, memory_gb(watched))
                time.sleep(SAMPLE_S)
            said.seek(0)
            if process.returncode:
                raise SystemExit(f"seedline seeds failed:\n{said.read()[-2000:]}")
        seconds = time.monotonic() - started
        seeds = pq.ParquetFile(out).metadata.num_rows
    print(
        f"seedline seeds, {size:.2f} GB of text in {files:,} files: {seeds:,} rows, peak {peak:.2f} GB, "
        f"{seconds:.0f} s, {size * 1000 / seconds:.1f} MB/s"
    )
    if peak > options.limit_gb:
        raise SystemExit(f"the peak is over the limit of {options.limit_gb} GB")


if __name__ == "__main__":
    main()
