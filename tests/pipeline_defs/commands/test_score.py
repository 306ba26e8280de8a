"""`seedline score`: samples of a benchmark judged, pass@k printed, ids that do not match named."""

import gzip
import json
import os
from pathlib import Path

import polars as pl
import pytest
import typer
from typer.testing import CliRunner

from pipeline_defs.commands.score import score

ROOT = Path(__file__).resolve().parents[3]
SHARED = Path(os.environ.get("SEEDLINE_SHARED") or ROOT.parent / "shared") / "benchmarks"

app = typer.Typer()
app.command()(score)

PROBLEMS = [
    {
        "task_id": f"T/{i}",
        "prompt": f"def f{i}(x):\n",
        "entry_point": f"f{i}",
        "test": f"def check(candidate):\n    assert candidate(1) == {i + 1}\n    assert candidate(2) == {i + 2}\n",
    }
    for i in range(3)
]


def lines(path: Path, rows: list) -> Path:
    text = "".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows).encode()
    path.write_bytes(gzip.compress(text) if path.suffix == ".gz" else text)
    return path


def run(samples: Path, problems: Path, *arguments: object):
    done = CliRunner().invoke(
        app,
        [str(a) for a in (samples, "--problems", problems, "--workers", 1, *arguments)],
        env={"COLUMNS": "200"},
    )
    return done, " ".join(done.output.replace("│", " ").split())


def right(i: int) -> dict:
    return {"task_id": f"T/{i}", "completion": f"    return x + {i}\n"}


def wrong(i: int) -> dict:
    return {"task_id": f"T/{i}", "solution": f"def f{i}(x):\n    return 1\n"}


@pytest.fixture
def problems(tmp_path: Path) -> Path:
    return lines(tmp_path / "problems.jsonl.gz", PROBLEMS)


def test_a_problem_whose_own_solution_fails_is_named(tmp_path: Path):
    own = ["    return x + 0\n", "    return 7\n", "    return 7\n"]  # the second and third fail
    rows = [{**problem, "canonical_solution": text} for problem, text in zip(PROBLEMS, own, strict=True)]
    samples = lines(tmp_path / "s.jsonl", [wrong(0), wrong(1), right(2)])
    done, told = run(
        samples, lines(tmp_path / "p.jsonl", rows), "--k", "1", "--out", tmp_path / "out.parquet"
    )
    assert done.exit_code == 0, done.output
    assert "1 problems' own solution fails their tests here, so no sample can pass: T/1" in told
    reasons = pl.read_parquet(tmp_path / "out.parquet").select("task_id", "reason").rows()
    assert reasons == [("T/0", None), ("T/1", "reference_fails"), ("T/2", None)]


def test_a_problem_whose_tests_hold_for_anything_is_named_and_its_score_stays(tmp_path: Path):
    empty = "def check(candidate):\n    try:\n        assert candidate(1) != candidate\n"
    empty += "    except ValueError:\n        pass\n"
    rows = [PROBLEMS[0], {**PROBLEMS[1], "test": empty}]
    samples = lines(tmp_path / "s.jsonl", [right(0), wrong(0), right(1), wrong(1)])
    problems, out = lines(tmp_path / "p.jsonl", rows), tmp_path / "out.parquet"
    done, told = run(samples, problems, "--k", "1", "--out", out)
    assert done.exit_code == 0, done.output
    assert "1 problems' tests also hold for an answer that does nothing" in told and "pass@1 0.7500" in told
    found = pl.read_parquet(out).select("task_id", "verdict", "reason").rows()
    assert found == [
        ("T/0", "pass", None),
        ("T/0", "fail", None),
        ("T/1", "pass", "answer_not_reached"),
        ("T/1", "pass", "answer_not_reached"),
    ]
    assert "also hold" not in run(samples, problems, "--k", "1", "--no-control")[1]


def test_problems_of_a_registered_benchmark(tmp_path: Path, problems: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "seedline.toml").write_text(f'[benchmarks]\nexercises = "{problems}"\n')
    monkeypatch.chdir(tmp_path)
    samples = lines(tmp_path / "s.jsonl", [right(0), wrong(1), right(2)])
    done, told = run(samples, Path("exercises"), "--k", "1", "--no-control")
    assert done.exit_code == 0, done.output
    assert "pass@1 0.6667" in told
    done, _ = run(samples, Path("exercise"), "--k", "1")
    assert done.exit_code == 2
    assert "no registered benchmark; there are seedline, exercises" in " ".join(
        done.output.replace("│", " ").split()
    )


def test_scores_and_verdicts(tmp_path: Path, problems: Path):
    samples = lines(tmp_path / "s.jsonl", [right(0), wrong(0), wrong(1), wrong(1), right(2), right(2)])
    done, told = run(samples, problems, "--k", "1,2,10", "--out", tmp_path / "out.parquet")
    assert done.exit_code == 0, done.output
    assert "pass@1 0.5000" in told and "pass@2 0.6667" in told
    assert "left out: pass@10" in told
    out = pl.read_parquet(tmp_path / "out.parquet")
    assert out.columns[:4] == ["task_id", "sample", "language", "verdict"]
    assert out.select("task_id", "sample").rows() == [
        ("T/0", 0),
        ("T/0", 1),
        ("T/1", 0),
        ("T/1", 1),
        ("T/2", 0),
        ("T/2", 1),
    ]
    assert out["verdict"].to_list() == ["pass", "fail", "fail", "fail", "pass", "pass"]


@pytest.mark.parametrize(
    ("rows", "arguments", "told"),
    [
        ([right(0), right(1)], (), "no sample for 1 problems"),
        ([right(0), right(1), right(2), {"task_id": "T/9", "completion": ""}], (), "T/9"),
        ([right(0), "{", right(1)], (), "s.jsonl:2: not JSON"),
        ([{"task_id": "T/0"}], (), "s.jsonl:1: neither completion nor solution"),
        ([{"completion": "x"}], (), "s.jsonl:1: no task_id"),
        ([], (), "holds no sample"),
        ([right(0), right(1), right(2)], ("--k", "0"), "k starts at 1"),
        ([right(0), right(1), right(2)], ("--k", "one"), "numbers with commas"),
        ([right(0), right(1), right(2)], ("--k", "2"), "pass@2 needs 2 samples a problem"),
    ],
)
def test_what_cannot_be_scored_is_named(
    rows: list, arguments: tuple, told: str, tmp_path: Path, problems: Path
):
    done, output = run(lines(tmp_path / "s.jsonl", rows), problems, *arguments)
    assert done.exit_code == 2
    assert told in output


def test_partial_scores_what_is_there(tmp_path: Path, problems: Path):
    done, told = run(lines(tmp_path / "s.jsonl", [right(0), right(1)]), problems, "--partial", "--k", "1")
    assert done.exit_code == 0, done.output
    assert "pass@1 1.0000" in told


@pytest.mark.skipif(not SHARED.is_dir(), reason=f"no shared benchmarks at {SHARED}")
@pytest.mark.parametrize("name", ["HumanEval.jsonl.gz", "mbxp/mbphp_release_v1.2.jsonl.gz"])
def test_the_benchmarks_own_files(name: str, tmp_path: Path):
    known = [json.loads(line) for line in gzip.decompress((SHARED / name).read_bytes()).splitlines()]
    chosen = [row for row in known if row.get("canonical_solution")][:8]
    samples = [{"task_id": row["task_id"], "completion": row["canonical_solution"]} for row in chosen]
    if name.startswith("mbxp") and not Path("/usr/bin/php").exists():
        pytest.skip("no PHP on this machine")
    done, _ = run(
        lines(tmp_path / "s.jsonl", samples),
        SHARED / name,
        "--partial",
        "--k",
        "1",
        "--out",
        tmp_path / "out.parquet",
    )
    assert done.exit_code == 0, done.output
    verdicts = pl.read_parquet(tmp_path / "out.parquet")["verdict"].to_list()
    assert len(verdicts) == 8
    if name.startswith("Human"):
        assert verdicts == ["pass"] * 8
