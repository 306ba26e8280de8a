"""What the detectors of contamination find and what they find wrongly, and how fast.

    python tests/benchmarks/bench_contamination.py ../shared/benchmarks --functions 45000

Recall on HumanEval's solutions under alterations (`tests/assets/contamination/alterations.py`) and on reworded
docstrings of our own; false finds on functions of this machine's Python, with every file below the folder registered.
"""

import argparse
import json
import random
import time
from collections import Counter
from pathlib import Path

import polars as pl

from assets.benchmarks.problem import BenchmarkError
from assets.benchmarks.problem_files import read_problems
from assets.contamination.hits import untold
from assets.sft_dataset.decontamination import decontaminate
from assets.sft_dataset.settings import Decontamination
from tests.assets.contamination.alterations import python_altered
from tests.benchmarks.real_functions import real_functions

REWORDED = Path(__file__).parents[1] / "assets" / "contamination" / "reworded_humaneval.jsonl"


def all_problems(folder: Path) -> pl.DataFrame:
    """The problems of every benchmark file below `folder` that is read."""
    frames = []
    for path in sorted(folder.rglob("*.json*.gz")):
        try:
            frames.append(read_problems("-".join(path.relative_to(folder).parts).split(".")[0], path))
        except BenchmarkError as error:
            print(f"left out: {error}"[:120])
    return pl.concat(frames)


def found(rows: pl.DataFrame, problems: pl.DataFrame, methods: tuple[str, ...] | None = None) -> pl.DataFrame:
    """All hits in `rows` (`id, text`)."""
    settings = Decontamination(action="mark", **({"methods": methods} if methods else {}))  # type: ignore[arg-type]
    return decontaminate(rows, problems, settings, text=pl.col("text"), id_column="id", seed=0).hits


def recall(name: str, texts: list[str], ids: list[str], problems: pl.DataFrame) -> None:
    """Print how many of `texts`, each one of the problem of `ids`, are found, by method."""
    rows = pl.DataFrame({"id": [str(number) for number in range(len(texts))], "text": texts})
    hits = found(rows, problems).join(
        rows.select("id", pl.Series("problem_id", ids)), on=["id", "problem_id"]
    )
    by_method = Counter(method for method, _ in hits.select("method", "id").unique().iter_rows())
    shares = ", ".join(f"{method} {count / len(texts):.1%}" for method, count in sorted(by_method.items()))
    print(f"{name}: {hits['id'].n_unique() / len(texts):.1%} of {len(texts)} ({shares})")


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--functions", type=int, default=45_000)
    given = parser.parse_args()
    problems = all_problems(given.folder)
    print(f"{problems.height} problems of {problems['benchmark'].n_unique()} files; "
          f"{untold(problems).height} cannot be told by shape")  # fmt: skip
    humaneval = read_problems("humaneval", given.folder / "HumanEval.jsonl.gz")
    draws, ids = random.Random(0), humaneval["problem_id"].to_list()
    codes = [row["prompt"] + row["canonical_solution"] for row in humaneval.iter_rows(named=True)]
    recall("unchanged", codes, ids, humaneval)
    recall(
        "renamed, reformatted, no docstring", [python_altered(code, draws) for code in codes], ids, humaneval
    )
    recall(
        "statements moved too", [python_altered(code, draws, reorder=True) for code in codes], ids, humaneval
    )
    reworded = [json.loads(line) for line in REWORDED.read_text().splitlines()]
    recall(
        "reworded docstrings, no code",
        [row["text"] for row in reworded],
        [row["problem"] for row in reworded],
        humaneval,
    )
    rows = real_functions(given.functions)
    size = int(rows["text"].str.len_bytes().sum())
    for method in Decontamination().methods:
        began, cpu = time.perf_counter(), time.process_time()
        hits = found(rows, problems, (method,))
        took = time.perf_counter() - began
        wrong = hits["id"].n_unique()
        speed = f"{took:.1f} s, {rows.height / took:.0f} rows/s, {size / took / 1e6:.1f} MB/s"
        here = f"CPU of this process {time.process_time() - cpu:.1f} s"
        print(
            f"{method}: {wrong} of {rows.height} ordinary functions ({wrong / rows.height:.3%}); {speed}; {here}"
        )
        for row in hits.unique("id").head(8).iter_rows(named=True):
            print("   ", row["benchmark"], row["problem_id"], "|", row["matched"][:100].replace("\n", " "))


if __name__ == "__main__":
    main()
