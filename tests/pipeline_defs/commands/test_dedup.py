"""`seedline dedup` as a person runs it: a table in, the same rows with kept, reason and evidence out."""

from pathlib import Path

import polars as pl
import pytest
import typer
from typer.testing import CliRunner

from pipeline_defs.commands.dedup import dedup

ADD = "def add(first, second):\n    total = first + second\n    return total"
ADD_AGAIN = ADD.replace("def add", "def plus")
OTHER = "class Server:\n    def listen(self, port):\n        self.socket.bind(port)"


def run(*arguments: str | Path) -> tuple[int, str]:
    app = typer.Typer()
    app.command()(dedup)
    # wide, so that messages are not broken into lines
    result = CliRunner().invoke(app, [str(argument) for argument in arguments], env={"COLUMNS": "300"})
    return result.exit_code, " ".join((result.stdout + result.stderr).split())


def table(folder: Path, **columns: list[object]) -> Path:
    path = folder / "rows.parquet"
    pl.DataFrame(columns).write_parquet(path)
    return path


@pytest.mark.slow(seconds=2)
def test_every_row_comes_back_with_its_evidence(tmp_path: Path) -> None:
    rows = table(tmp_path, text=[OTHER, ADD_AGAIN, None, ADD, "", ADD], note=["a", "b", "c", "d", "e", "f"])
    code, said = run(rows, tmp_path / "out.parquet", "--ngram", "2", "--threshold", "0.5", "--batch", "2")
    assert code == 0, said
    out = pl.read_parquet(tmp_path / "out.parquet")
    assert out.columns == ["text", "note", "kept", "reason", "representative", "similarity"]
    assert out["note"].to_list() == ["a", "b", "c", "d", "e", "f"]
    assert out["kept"].to_list() == [True, True, False, False, True, False]
    assert out["reason"].to_list() == [
        None,
        None,
        "missing_content",
        "near_duplicate",
        None,
        "near_duplicate",
    ]
    assert out["representative"].to_list() == [None, None, None, "1", None, "1"]
    assert out["similarity"].drop_nulls().is_between(0.5, 0.99).all()
    assert "3 of 6 rows kept" in said
    assert "near_duplicate 2" in said
    assert "1 families of near-duplicates; the largest has 2 copies" in said


def test_ids_name_the_representative_and_preferred_rows_are_kept(tmp_path: Path) -> None:
    rows = table(tmp_path, body=[ADD, ADD, ADD], name=["x", "y", "z"], rank=[2, 1, 1], dump=["1", "3", "2"])
    arguments = ["--column", "body", "--id", "name", "--prefer", "rank", "--prefer", "dump"]
    assert run(rows, tmp_path / "out.parquet", *arguments)[0] == 0
    out = pl.read_parquet(tmp_path / "out.parquet")
    assert out["representative"].to_list() == ["z", "z", None]
    assert out["similarity"].to_list() == [1.0, 1.0, None]


def test_a_second_run_replaces_the_evidence_of_the_first(tmp_path: Path) -> None:
    path = table(tmp_path, text=[ADD, ADD])
    assert run(path, path)[0] == run(path, path)[0] == 0
    assert pl.read_parquet(path).columns == ["text", "kept", "reason", "representative", "similarity"]


def test_a_folder_of_json_lines_is_read_through(tmp_path: Path) -> None:
    for name, texts in (("a", [ADD, OTHER]), ("b", [ADD])):
        pl.DataFrame({"text": texts}).write_ndjson(tmp_path / f"{name}.jsonl")
    assert run(tmp_path, tmp_path / "out" / "rows.parquet")[0] == 0
    assert pl.read_parquet(tmp_path / "out" / "rows.parquet")["kept"].to_list() == [True, True, False]


def test_an_empty_table_stays_one(tmp_path: Path) -> None:
    path = tmp_path / "rows.parquet"
    pl.DataFrame(schema={"text": pl.String}).write_parquet(path)
    code, said = run(path, tmp_path / "out.parquet")
    assert code == 0, said
    assert pl.read_parquet(tmp_path / "out.parquet").shape == (0, 5)


@pytest.mark.parametrize(
    ("columns", "arguments", "message"),
    [
        ({"body": [ADD]}, [], "rows.parquet: no column 'text'; its columns are body"),
        ({"text": [1]}, [], "rows.parquet: column 'text' is Int64, not text"),
        (
            {"text": [ADD, ADD], "name": ["a", "a"]},
            ["--id", "name"],
            "column 'name': id 'a' is there more than once",
        ),
        (
            {"text": [ADD, ADD], "name": ["a", None]},
            ["--id", "name"],
            "column 'name' has 1 rows without an id",
        ),
        ({"text": [ADD]}, ["--threshold", "1.5"], "Invalid value for '--threshold'"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_written(
    tmp_path: Path, columns: dict[str, list[object]], arguments: list[str], message: str
) -> None:
    code, said = run(table(tmp_path, **columns), tmp_path / "out.parquet", *arguments)
    assert code == 2
    assert message in said
    assert not (tmp_path / "out.parquet").exists()
