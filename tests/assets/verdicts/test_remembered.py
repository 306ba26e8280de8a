"""One program, one key: what a command has judged costs a recipe nothing, and the other way round."""

import json
from contextlib import nullcontext
from pathlib import Path

import polars as pl
import pytest
import typer
from typer.testing import CliRunner

import pipeline_defs.commands.verify as command
from assets.verdicts.remembered import with_verdicts
from assets.verified_responses.door import Means
from assets.verified_responses.methods import verify
from assets.verified_responses.settings import Execution
from resources.row_cache import RowCache
from resources.row_cache.usage import read_usage
from resources.sandbox.local import open_sandbox
from resources.storage import Storage

PROGRAMS = [
    ("python", "def add(a, b):\n    return a + b\n", "assert add(1, 2) == 3\n"),
    ("python", "def add(a, b):\n    return a - b\n", "assert add(1, 2) == 3\n"),
    ("bash", "add() { echo $(($1 + $2)); }\n", '[ "$(add 1 2)" = 3 ] || exit 1\n'),
]


def by_command(cache: Path, folder: Path) -> list[str]:
    """Verdicts that `seedline verify` writes on `PROGRAMS`."""
    rows = [
        {"id": number, "language": language, "code": code, "tests": tests}
        for number, (language, code, tests) in enumerate(PROGRAMS)
    ]
    (folder / "in.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    app = typer.Typer()
    app.command("verify")(command.verify)
    arguments = [str(folder / "in.jsonl"), str(folder / "out.parquet"), "--cache", str(cache)]
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 0, done.output
    return pl.read_parquet(folder / "out.parquet")["verdict"].to_list()


def by_recipe(cache: Path) -> tuple[list[str], int]:
    """Verdicts that a recipe's verification with default settings gives on `PROGRAMS`, and its sandbox runs."""
    verdicts: list[str] = []
    runs = 0
    for language in dict.fromkeys(language for language, _, _ in PROGRAMS):
        programs = [(code, tests) for name, code, tests in PROGRAMS if name == language]
        responses = pl.DataFrame(programs, schema=["code", "tests"], orient="row").with_columns(
            language=pl.lit(language), response_id=pl.int_range(pl.len()).cast(pl.String)
        )
        means = Means(
            lambda asked: open_sandbox(asked.limits, workers=1),
            nullcontext,  # type: ignore[arg-type]
            RowCache(Storage(cache), user="recipe/verified_responses"),
            language,
        )
        verified = verify(responses, Execution(), means)
        verdicts += verified.verdicts["verdict"].to_list()
        runs += verified.sandbox_runs
    return verdicts, runs


RIGHT = ["pass", "fail", "pass"]


def test_what_the_command_judged_costs_a_recipe_nothing(tmp_path: Path):
    assert by_command(tmp_path / "cache", tmp_path) == RIGHT
    assert by_recipe(tmp_path / "cache") == (RIGHT, 0)


def test_what_a_recipe_judged_costs_the_command_nothing(tmp_path: Path):
    verdicts, runs = by_recipe(tmp_path / "cache")
    assert (verdicts, runs) == (RIGHT, len(PROGRAMS))
    assert by_command(tmp_path / "cache", tmp_path) == RIGHT
    by_user = {
        (record["user"], record["stage"]): record for record in read_usage(Storage(tmp_path / "cache"))
    }
    records = [record for (user, _), record in by_user.items() if user == "command"]
    assert records
    assert sum(int(str(record["computed"])) for record in records) == 0


@pytest.mark.parametrize(
    "limits", [{"timeout_s": 9.0}, {"memory_mb": 300}, {"timeout_s": 9, "memory_mb": 300}]
)
def test_a_limit_of_ones_own_is_another_key_and_an_absent_one_is_none(tmp_path: Path, limits: dict):
    frame = pl.DataFrame(PROGRAMS[:1], schema=["language", "code", "tests"], orient="row")
    empty = frame.with_columns(timeout_s=pl.lit(None, pl.Int64), memory_mb=pl.lit(None))
    own = frame.with_columns(**{name: pl.lit(value) for name, value in limits.items()})
    floats = frame.with_columns(**{name: pl.lit(float(value)) for name, value in limits.items()})
    row_cache = RowCache(Storage(tmp_path))
    with open_sandbox(workers=1) as sandbox:
        computed = [
            with_verdicts(asked, sandbox, row_cache, language="python").computed
            for asked in (frame, empty, own, floats, frame)
        ]
    assert computed == [1, 0, 1, 0, 0]
