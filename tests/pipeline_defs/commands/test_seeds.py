"""`seedline seeds`: languages by column, imports, verdicts, files without seeds, bad input."""

import json
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from pipeline_defs.cli import app

FILES = [
    {"content": "/// Adds.\npub fn add(a: i32, b: i32) -> i32 {\n    a + b\n}\n", "lang": "rust"},
    {"content": 'def f(x):\n    """Double it."""\n    return np.array(x) * 2\n', "lang": "python"},
    {"content": 'def g(x):\n    """TODO: all of it."""\n    return x\n', "lang": "python"},
    {"content": "x = 1\n", "lang": "python"},
]


def run(folder: Path, *arguments: str):
    lines = "".join(json.dumps(row) + "\n" for row in FILES)
    (folder / "files.jsonl").write_text(lines, encoding="utf-8")
    return CliRunner().invoke(
        app, ["seeds", str(folder / "files.jsonl"), str(folder / "out.parquet"), *arguments]
    )


@pytest.mark.slow(seconds=1)
def test_every_file_is_a_seed_or_a_reason(tmp_path: Path) -> None:
    done = run(tmp_path, "--language", "column:lang", "--workers", "1")
    assert done.exit_code == 0, done.output
    rows = pl.read_parquet(tmp_path / "out.parquet")
    assert dict(rows.select("file_id", "reason").iter_rows()) == {
        "0": None,
        "1": None,
        "2": "banned_word",
        "3": "no_seed",
    }
    assert rows.filter(name="f")["imports"].to_list() == [["import numpy as np"]]
    assert rows.filter(name="add").select("start_line", "end_line").row(0) == (1, 4)


def test_a_wrong_language_or_column_is_named(tmp_path: Path) -> None:
    assert "cobol" in run(tmp_path, "--language", "cobol").output
    assert "'text'" in run(tmp_path, "--column", "text").output
    assert not (tmp_path / "out.parquet").exists()
