"""A sample of MBXP's canonical solutions in each language; all of them are run by bench_canonical.py.

The source's own wrong solutions (canonical_failures.md beside the benchmark) are left out of the sample.
"""

import os
import re
from pathlib import Path

import polars as pl
import pytest

from assets.benchmarks.problem_files import read_problems
from assets.eval_scores.sample_programs import sample_programs
from resources.sandbox.base import Limits, SandboxUnavailable
from resources.sandbox.toolchains import judge_program, toolchain

ROOT = Path(__file__).resolve().parents[4]
SHARED = Path(os.environ.get("SEEDLINE_SHARED") or ROOT.parent / "shared") / "benchmarks"
KNOWN = ROOT / "tests" / "benchmarks" / "canonical_failures.md"
FILES = {
    "cpp": "mbcpp_release_v1.2",
    "csharp": "mbcsp_release_v1.2",
    "java": "mbjp_release_v1.2",
    "javascript": "mbjsp_release_v1.2",
    "php": "mbphp_release_v1.2",
    "ruby": "mbrbp_release_v1.2",
    "typescript": "mbtsp_release_v1.2",
}
SAMPLE = 15

pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason=f"no shared benchmarks at {SHARED}")


@pytest.mark.parametrize("language", sorted(FILES))
@pytest.mark.slow(seconds=18)
def test_canonical_solutions_pass_and_wrong_ones_do_not(language: str):
    try:
        toolchain(language)
    except SandboxUnavailable as error:
        pytest.skip(str(error))
    problems = read_problems(language, SHARED / "mbxp" / f"{FILES[language]}.jsonl.gz")
    failing = re.findall(r"\bMB\w+/\d+", KNOWN.read_text())
    right = problems.filter(pl.col("canonical_solution").is_not_null() & ~pl.col("problem_id").is_in(failing))
    chosen = right.gather_every(len(right) // SAMPLE).head(SAMPLE).rename({"problem_id": "task_id"})
    samples = chosen.select(
        "task_id", sample=0, completion="canonical_solution", solution=pl.lit(None, pl.String)
    )
    programs = sample_programs(samples, problems)
    judged = [
        (row["task_id"], judge_program(language, row["code"], row["tests"], Limits()))
        for row in programs.iter_rows(named=True)
    ]
    assert len(judged) == SAMPLE
    assert [(task, found.verdict, found.detail) for task, found in judged if found.verdict != "pass"] == []
    # another problem's solution is no solution
    moved = samples.with_columns(pl.col("completion").shift(-1)).head(3)
    for row in sample_programs(moved, problems).iter_rows(named=True):
        assert judge_program(language, row["code"], row["tests"], Limits()).verdict != "pass", row["task_id"]


@pytest.mark.parametrize(
    ("body", "verdict"),
    [
        (
            "\tfor d := 2; d*d <= n; d++ {\n\t\tif n%d == 0 {\n\t\t\treturn true\n\t\t}\n\t}\n\treturn false\n}\n",
            "pass",
        ),
        ("\treturn n%2 == 0\n}\n", "fail"),
        ("\treturn n\n}\n", "compile_error"),
    ],
)
def test_go_has_no_canonical_solutions_so_ours_are_judged(body: str, verdict: str):
    try:
        toolchain("go")
    except SandboxUnavailable as error:
        pytest.skip(str(error))
    problems = read_problems("go", SHARED / "mbxp" / "mbgp_release_v1.1.jsonl.gz")
    samples = pl.DataFrame({"task_id": ["MBGP/3"], "sample": [0], "completion": [body], "solution": [None]})
    row = sample_programs(samples.cast({"solution": pl.String}), problems).row(0, named=True)
    judged = judge_program("go", row["code"], row["tests"], Limits())
    assert judged.verdict == verdict, judged.detail
