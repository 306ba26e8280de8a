"""`seedline sources`: what a source would bring, on real folders and dumps."""

import json
from pathlib import Path

import polars as pl
import pytest
import typer
from typer.testing import CliRunner

from pipeline_defs.commands.sources import sources
from resources.corpus_source.base import SourceError

app = typer.Typer()
app.command()(sources)


@pytest.fixture(autouse=True)
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Settings that name one dump, in a folder of its own."""
    dump = tmp_path / "stack.jsonl"
    rows = [
        {
            "content": f"x = {n}\n",
            "repo": "o/n",
            "path": f"{n}.py",
            "license": ["MIT", "GPL-3.0", None][n % 3],
        }
        for n in range(9)
    ]
    rows += [
        {"content": "", "repo": "o/n", "path": "empty.py"},
        {"content": "x", "repo": "o/n", "path": "a.txt"},
    ]
    dump.write_text("".join(json.dumps(row) + "\n" for row in rows))
    config = tmp_path / "own.toml"
    config.write_text(f'[dumps.named.mine]\nkind = "dump"\npath = "{dump}"\n')
    monkeypatch.setenv("SEEDLINE_CONFIG", str(config))
    return tmp_path


def run(*arguments: str) -> str:
    result = CliRunner(env={"COLUMNS": "200"}).invoke(app, list(arguments), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def counts(*arguments: str) -> tuple[dict[tuple[str, str | None, bool], int], dict[str, int]]:
    rows = [json.loads(line) for line in run(*arguments, "--json").splitlines()]
    kept = {
        (row["language"], row["license"], row["allowed"]): row["files"] for row in rows if row["language"]
    }
    return kept, {row["reason"]: row["files"] for row in rows if row["reason"]}


def test_the_dumps_of_the_settings_are_listed() -> None:
    output = run()
    assert "mine" in output
    assert "stack.jsonl" in output
    assert "installed-packages" not in output


def test_a_dump_is_counted_by_language_license_and_reason() -> None:
    kept, rejected = counts("mine")
    assert kept == {
        ("python", "MIT", True): 3,
        ("python", "GPL-3.0-only", False): 3,
        ("python", None, False): 3,
    }
    assert rejected == {"empty": 1, "unknown_language": 1}
    output = run("mine")
    assert "11 files read" in output
    assert "not known" in output
    assert "column license: 'GPL-3.0'" in output


def test_counting_can_stop_early() -> None:
    kept, rejected = counts("mine", "-n", "4")
    assert sum(kept.values()) == 4
    assert rejected == {}
    assert "4 files read (stopped there, as asked)" in run("mine", "-n", "4")


def test_a_path_needs_no_settings(settings: Path) -> None:
    (settings / "tree").mkdir()
    (settings / "tree" / "a.go").write_text("package a\n")
    assert counts(str(settings / "tree")) == ({("go", None, False): 1}, {})
    assert counts(str(settings / "stack.jsonl")) == counts("mine")
    pl.DataFrame({"content": ["x"], "repo": ["r"], "path": ["p.rs"]}).write_parquet(
        settings / "tree" / "p.parquet"
    )
    assert counts(str(settings / "tree"), "--kind", "dump") == ({("rust", None, False): 1}, {})


def test_an_unknown_name_is_an_error_that_says_where_to_put_it() -> None:
    with pytest.raises(SourceError, match=r"no source for the dump 'nowhere'.*dumps\.named"):
        run("nowhere")
