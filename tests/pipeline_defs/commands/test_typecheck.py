"""`seedline typecheck` as a user meets it."""

from pathlib import Path

import polars as pl
import pytest
import typer
from typer.testing import CliRunner

from pipeline_defs.commands.typecheck import typecheck

APP = typer.Typer()
APP.command()(typecheck)

ROWS = pl.DataFrame(
    {
        "id": [1, 2, 3, 4],
        "source": [
            "def f(x: int):\n    return x",
            "def f():\n    return re.I",
            None,
            "def f() -> int:\n    return ''",
        ],
        "imports": [[], ["import re"], None, []],
    }
)


def run(*arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(APP, [str(argument) for argument in arguments], env={"COLUMNS": "400"})
    return result.exit_code, result.output


@pytest.mark.slow(seconds=2)
def test_every_row_is_written_with_its_verdict(tmp_path: Path):
    ROWS.write_ndjson(tmp_path / "rows.jsonl")
    code, output = run(
        tmp_path / "rows.jsonl", tmp_path / "out.parquet", "--imports", "imports", "--batch", 3
    )
    assert code == 0, output
    written = pl.read_parquet(tmp_path / "out.parquet")
    assert written.select(ROWS.columns).equals(ROWS)
    assert written.select("kept", "reason", "n_errors").rows() == [
        (True, None, 0),
        (True, None, 0),
        (False, "missing_content", None),
        (False, "type_error", 1),
    ]
    assert "reportReturnType" in written["detail"][3]
    assert "2 of 4 rows kept" in output
    assert "type_error 1" in output
    assert "basedpyright" in output
    # once more over its own output: the old verdict gives way to the new
    code, output = run(tmp_path / "out.parquet", tmp_path / "out.parquet", "--check", "grammar")
    assert code == 0, output
    again = pl.read_parquet(tmp_path / "out.parquet")
    assert again.columns == written.columns
    assert again["kept"].to_list() == [True, True, False, True]


def test_another_language_is_parsed(tmp_path: Path):
    pl.DataFrame({"code": ["func f() int { return 1 }", "func f( {"]}).write_parquet(tmp_path / "go.parquet")
    code, output = run(
        tmp_path / "go.parquet", tmp_path / "out.parquet", "--column", "code", "--language", "go"
    )
    assert code == 0, output
    assert pl.read_parquet(tmp_path / "out.parquet")["kept"].to_list() == [True, False]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--column", "code"], "no column 'code'; its columns are id, source, imports"),
        (["--column", "id"], "column 'id' is Int64, not text"),
        (["--imports", "source"], "column 'source' is String, not a list of texts"),
        (["--language", "go", "--check", "pyright"], "pyright checks Python, not go"),
        (["--python-version", "three"], "python_version"),
    ],
)
def test_what_cannot_be_done_is_said_before_any_work(tmp_path: Path, options: list[str], message: str):
    ROWS.write_parquet(tmp_path / "rows.parquet")
    code, output = run(tmp_path / "rows.parquet", tmp_path / "out.parquet", *options)
    assert code == 2
    assert message in output
    assert not (tmp_path / "out.parquet").exists()


def test_a_checker_that_cannot_run_leaves_nothing(tmp_path: Path):
    ROWS.write_parquet(tmp_path / "rows.parquet")
    code, output = run(tmp_path / "rows.parquet", tmp_path / "out.parquet", "--environment", "/nowhere")
    assert code == 1
    assert "Nothing was written: environment /nowhere" in output
    assert [path.name for path in tmp_path.iterdir()] == ["rows.parquet"]


def test_a_table_without_rows_is_a_table(tmp_path: Path):
    ROWS.clear().write_parquet(tmp_path / "rows.parquet")
    code, output = run(tmp_path / "rows.parquet", tmp_path / "out.parquet")
    assert code == 0, output
    assert pl.read_parquet(tmp_path / "out.parquet").columns == [
        *ROWS.columns,
        "kept",
        "reason",
        "n_errors",
        "detail",
    ]
