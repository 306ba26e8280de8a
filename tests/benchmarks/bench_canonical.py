"""Every canonical solution against its own tests: HumanEval (Python) and MBXP in each language with a toolchain.

python tests/benchmarks/bench_canonical.py [--languages cpp,java] [--sample 50] [--out failures.jsonl]
                                           [--problems MBJP/104,MBCPP/12] [--workers 2]

Prints for each language how many pass, CPU ms a program and programs a second, and every failing problem with its
verdict. Why each fails is written in canonical_failures.md beside this file.
"""

import argparse
import json
import os
import queue
import statistics
import sys
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import polars as pl  # noqa: E402

from assets.benchmarks.problem_files import read_problems  # noqa: E402
from assets.eval_scores.sample_programs import sample_programs  # noqa: E402
from resources.sandbox.bubblewrap import close_sandboxes  # noqa: E402
from resources.sandbox.face import Limits  # noqa: E402
from resources.sandbox.toolchains import found, judge_program  # noqa: E402

SHARED = Path(os.environ.get("SEEDLINE_SHARED") or ROOT.parent / "shared") / "benchmarks"
FILES = {
    "cpp": "mbxp/mbcpp_release_v1.2.jsonl.gz",
    "csharp": "mbxp/mbcsp_release_v1.2.jsonl.gz",
    "java": "mbxp/mbjp_release_v1.2.jsonl.gz",
    "javascript": "mbxp/mbjsp_release_v1.2.jsonl.gz",
    "php": "mbxp/mbphp_release_v1.2.jsonl.gz",
    "ruby": "mbxp/mbrbp_release_v1.2.jsonl.gz",
    "typescript": "mbxp/mbtsp_release_v1.2.jsonl.gz",
}
LIMITS = Limits()


def canonical_programs(name: str, file: str) -> pl.DataFrame:
    """Programs (`task_id, sample, language, code, tests`) of the canonical solutions in `file`."""
    problems = read_problems(name, SHARED / file)
    samples = problems.filter(pl.col("canonical_solution").is_not_null()).select(
        task_id="problem_id", sample=0, completion="canonical_solution", solution=pl.lit(None, pl.String)
    )
    return sample_programs(samples, problems)


def judge_all(programs: pl.DataFrame, workers: int) -> tuple[list[dict], float]:
    """Verdicts of `programs` with the CPU time each took, and the seconds it all took."""
    waiting: queue.SimpleQueue = queue.SimpleQueue()
    for row in programs.iter_rows(named=True):
        waiting.put(row)
    results: list[dict] = []

    def work() -> None:
        while True:
            try:
                row = waiting.get_nowait()
            except queue.Empty:
                break
            judged = judge_program(row["language"], row["code"], row["tests"], LIMITS)
            results.append({"task_id": row["task_id"], **judged.__dict__})
        close_sandboxes()

    start = time.perf_counter()
    threads = [threading.Thread(target=work) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results, time.perf_counter() - start


def main() -> None:
    """Run what the command line asks for and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--languages", default=",".join(FILES))
    parser.add_argument("--sample", type=int, default=0, help="so many problems a language, drawn evenly; 0: all")
    parser.add_argument("--problems", default="", help="only these task ids")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--out", type=Path, help="write failing problems there, JSON lines")
    options = parser.parse_args()
    failures: list[dict] = []
    for language in options.languages.split(","):
        tools = found(language)
        if tools.problem:
            print(f"{language}: skipped: {tools.problem}")
            continue
        programs = canonical_programs(language, FILES[language])
        if options.problems:
            programs = programs.filter(pl.col("task_id").is_in(options.problems.split(",")))
        elif options.sample:
            programs = programs.gather_every(max(1, len(programs) // options.sample)).head(options.sample)
        if programs.is_empty():
            continue
        results, seconds = judge_all(programs, options.workers)
        failed = sorted((r for r in results if r["verdict"] != "pass"), key=lambda r: r["task_id"])
        cpu = sorted(r["cpu_ms"] for r in results)
        print(
            f"{language}: {len(results) - len(failed)} of {len(results)} pass; {tools.version}; CPU ms a program "
            f"{cpu[0]:.0f} / {statistics.median(cpu):.0f} / {cpu[-1]:.0f} (min, median, max); "
            f"{len(results) / seconds:.1f} programs/s with {options.workers} workers",
            flush=True,
        )
        for row in failed:
            print(f"  {row['task_id']}: {row['verdict']}: {row['detail']}")
        failures += [{key: row[key] for key in ("task_id", "verdict", "detail", "output_tail")} for row in failed]
    if options.out:
        options.out.write_text("".join(json.dumps(row) + "\n" for row in failures))


if __name__ == "__main__":
    main()
