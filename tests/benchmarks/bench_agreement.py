"""Our verdicts beside published ones: MultiPL-E's programs of Qwen2.5-Coder-7B, judged there and judged here.

python tests/benchmarks/bench_agreement.py [--languages sh,java,php] [--workers 2] [--write PAGE.md]

The records give each whole program and whether it passed. What the model wrote is what stands between the problem's
prompt and its tests; it is judged on the way of `seedline score` and of `eval_scores`. Every difference is listed with
the published words; agreement.md beside this file, written by --write, has the reason of each (EXPLAINED).
"""

import argparse
import gzip
import json
import os
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import polars as pl  # noqa: E402

from assets.benchmarks.problem_files import read_problems  # noqa: E402
from assets.eval_scores.sample_programs import sample_programs  # noqa: E402
from resources.sandbox.base import Limits  # noqa: E402
from resources.sandbox.local import open_sandbox  # noqa: E402

SHARED = Path(os.environ.get("SEEDLINE_SHARED") or ROOT.parent / "shared") / "benchmarks"
LANGUAGES = {"sh": "bash", "java": "java", "php": "php"}
PHP_END = "?>"
"""What the published harness wrote behind a PHP program."""

RECORD = pl.Schema(
    {
        "task_id": pl.String,
        "published": pl.Boolean,
        "said": pl.String,
        "program": pl.String,
        "completion": pl.String,
    }
)
"""Columns of the recorded programs; `completion` is null where the program is not prompt, answer and tests."""


def recorded(language: str) -> pl.DataFrame:
    """The published programs of one language (MultiPL-E's name of it), as `RECORD`."""
    with gzip.open(SHARED / f"multipl-e/humaneval-{language}.jsonl.gz", "rt", encoding="utf-8") as lines:
        problems = {row["name"]: row for row in map(json.loads, lines)}
    with gzip.open(SHARED / f"recorded/multipl-e_humaneval-{language}-details.json.gz", "rt") as file:
        details: dict[str, list[tuple[int, dict[str, Any]]]] = json.load(file)
    rows = []
    for _, samples in sorted(details.items()):
        for _, one in samples:
            problem, program = problems[one["task_id"]], one["code"]
            body = program.removesuffix(PHP_END) if language == "php" else program
            whole = body.startswith(problem["prompt"]) and body.endswith(problem["tests"])
            answer = body[len(problem["prompt"]) : len(body) - len(problem["tests"])] if whole else None
            said = " ".join(one["result"].split())
            rows.append((f"{language}/{one['task_id']}", one["passed"], said, program, answer))
    return pl.DataFrame(rows, schema=RECORD, orient="row")


def judged(language: str, records: pl.DataFrame, workers: int) -> pl.DataFrame:
    """`records` with `verdict` and `detail` of ours, in their order."""
    problems = read_problems(f"multipl_e_{language}", SHARED / f"multipl-e/humaneval-{language}.jsonl.gz")
    asked = records.filter(pl.col("completion").is_not_null()).with_row_index("key")
    samples = asked.select(
        "task_id", sample=pl.lit(0), completion="completion", solution=pl.lit(None, pl.String)
    )
    programs = sample_programs(samples, problems)
    with open_sandbox(Limits(), workers=workers) as sandbox:
        verdicts = pl.concat(sandbox.verify(programs.rename({"task_id": "key"}))).rename({"key": "task_id"})
    return records.join(
        verdicts.select("task_id", "verdict", "detail"), on="task_id", how="left", maintain_order="left"
    )


EXPLAINED = {
    **dict.fromkeys(
        (
            "sh/HumanEval_0_has_close_elements",
            "sh/HumanEval_45_triangle_area",
            "sh/HumanEval_59_largest_prime_factor",
            "sh/HumanEval_84_solve",
        ),
        "the program calls `bc`, which the machine of the record did not have; with it the answer is right",
    ),
    "php/HumanEval_16_count_distinct_characters": "`str_split('')` gives an empty array since PHP 8.2, as "
    "the first test wants; before, an array with an empty text",
}
"""Why our verdict is another, by problem."""

HEAD = """# Verdicts beside published ones

Written by `bench_agreement.py --write`: programs of Qwen2.5-Coder-7B on MultiPL-E's HumanEval, whose verdicts
were published with them, judged again on the way of `seedline score` and of `eval_scores`. Python has no such
record here: its verdicts stand beside the canonical solutions, in canonical_failures.md.

| language | programs | passed there | passed here | same verdict | same, differences explained set aside |
|---|---|---|---|---|---|
"""


def main() -> None:
    """Prints agreement and every difference; `--write` makes a page of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--languages", default=",".join(LANGUAGES))
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--write", type=Path)
    asked = parser.parse_args()
    lines: list[str] = []
    differences: list[str] = []
    for language in asked.languages.split(","):
        found = judged(language, recorded(language), asked.workers)
        passed = (pl.col("verdict") == "pass").fill_null(False)
        other = found.filter(passed != pl.col("published"))
        same, known = found.height - other.height, other.filter(pl.col("task_id").is_in(list(EXPLAINED)))
        lines.append(
            f"| {LANGUAGES[language]} | {found.height} | {found['published'].sum()} | {found.filter(passed).height} | "
            f"{same} ({same / found.height:.1%}) | {(same + known.height) / found.height:.1%} |"
        )
        for row in other.iter_rows(named=True):
            why = EXPLAINED.get(row["task_id"], f"**not explained**: there {row['said'][:200]}")
            there = "pass" if row["published"] else "fail"
            differences.append(f"| {row['task_id']} | {there} | {row['verdict']} | {why} |")
    text = HEAD + "\n".join(lines) + "\n\n| problem | there | here | why |\n|---|---|---|---|\n"
    text += "\n".join(differences) + "\n"
    print(text)
    if asked.write is not None:
        asked.write.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
