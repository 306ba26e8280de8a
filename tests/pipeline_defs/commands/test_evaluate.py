"""`seedline evaluate`: a model scored beside another, once; and what is said where it cannot be."""

import json
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from pipeline_defs.cli import app
from pipeline_defs.deployment import Deployment
from pipeline_defs.evaluating.evaluate import spread
from resources.model_folder import located

SEEDLING = located("seedling")


def command(*arguments: str):
    return CliRunner().invoke(app, ["evaluate", *arguments], catch_exceptions=True)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SEEDLINE_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.slow(seconds=15)
def test_a_model_is_scored_beside_another_and_paid_for_once(home: Path):
    pytest.importorskip("torch", reason="a model runs")
    own = home / "own.jsonl"
    problem = {
        "task_id": "own/0",
        "prompt": 'def double(x: int) -> int:\n    """Twice x."""\n',
        "entry_point": "double",
        "canonical_solution": "    return 2 * x\n",
        "test": "def check(candidate):\n    assert candidate(2) == 4\n",
    }
    own.write_text(json.dumps(problem) + "\n")
    asked = [str(SEEDLING), "-b", "seedline", "-b", f"own={own}", "--limit", "3", "--set", "max_tokens=64"]
    first = command(*asked, "--base", str(SEEDLING), "--out", str(home / "all.parquet"), "--json")
    assert first.exit_code == 0, first.output
    rows = [json.loads(line) for line in first.stdout.splitlines() if line.startswith("{")]
    assert {(row["benchmark"], row["problems"]) for row in rows} == {("seedline", 3), ("own", 1)}
    assert "4 answers were computed" in first.output  # the second time, all came from the cache
    assert pl.read_parquet(home / "all.parquet").height == 8
    found = Deployment.open().evaluate(str(SEEDLING), limit=3, max_tokens=64)
    assert found.calls == 0 and found.against(found)["difference"].to_list() == [0.0]
    assert found.failing_references.is_empty()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["-b", "nothing"], "'nothing' is not registered"),
        (["-b", "mine=missing.jsonl"], "missing.jsonl"),
        (["-b", "seedline:guess"], "there are complete, fix, explain"),
        (["-b", "seedline", "--engine", "steam"], "there are offline, transformers"),
        (["-b", "seedline", "--engine", "offline"], "runs no model"),
        (["-b", "seedline", "--set", "samples=3"], "set temperature above 0"),
        (["-b", "seedline", "--set", "engine.size=3"], "size: no such field"),
        (["-b", "seedline", "--preset", "mine"], "preset"),
    ],
)
def test_what_cannot_be_asked_is_said_before_a_model_is(home: Path, arguments: list[str], said: str):
    found = command("no/model", *arguments)
    assert found.exit_code != 0 and said in f"{found.output}{found.exception}"


def test_a_limit_is_spread_over_the_file():
    problems = pl.DataFrame(
        {
            "benchmark": ["a"] * 10 + ["b"] * 2,
            "task": "complete",
            "language": "python",
            "problem_id": range(12),
        }
    )
    assert spread(problems, 3)["problem_id"].to_list() == [0, 4, 7, 10, 11]
    assert spread(problems, 100).height == 12
