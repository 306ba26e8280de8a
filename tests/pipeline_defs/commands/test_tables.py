"""Reading and writing the tables of the standalone commands."""

import gzip
from pathlib import Path

import polars as pl
import pytest

from pipeline_defs.commands.tables import TableError, read_table, write_table

ROWS = pl.DataFrame({"id": ["a", "b"], "code": ["x = 1", None]})


def test_parquet_and_json_lines_give_the_same_rows(tmp_path: Path):
    write_table(ROWS, tmp_path / "rows.parquet")
    ROWS.write_ndjson(tmp_path / "rows.jsonl")
    (tmp_path / "rows.jsonl.gz").write_bytes(gzip.compress((tmp_path / "rows.jsonl").read_bytes()))
    for name in ("rows.parquet", "rows.jsonl", "rows.jsonl.gz"):
        assert read_table(tmp_path / name, ["code"]).collect().equals(ROWS), name


def test_a_folder_is_read_in_the_order_of_its_names_with_its_partitions(tmp_path: Path):
    write_table(ROWS, tmp_path / "language=go" / "b.parquet")
    write_table(ROWS.reverse(), tmp_path / "language=go" / "a.parquet")
    write_table(ROWS, tmp_path / "language=bash" / "z.parquet")
    (tmp_path / "_tmp.parquet").write_text("half written")
    (tmp_path / "README.md").write_text("not a table")
    frame = read_table(tmp_path, ["id", "language"]).collect()
    assert frame["language"].to_list() == ["bash"] * 2 + ["go"] * 4
    assert frame["id"].to_list() == ["a", "b", "b", "a", "a", "b"]


@pytest.mark.parametrize("suffix", ["parquet", "jsonl"])
def test_a_missing_column_is_named_with_those_that_are_there(tmp_path: Path, suffix: str):
    path = tmp_path / f"rows.{suffix}"
    if suffix == "parquet":
        ROWS.write_parquet(path)
    else:
        ROWS.write_ndjson(path)
    with pytest.raises(TableError, match=r"rows\.\w+: no column 'source'; its columns are id, code"):
        read_table(path, ["id", "source"])


def test_what_is_no_table_is_named(tmp_path: Path):
    with pytest.raises(TableError, match=r"nowhere\.parquet: no such file or folder"):
        read_table(tmp_path / "nowhere.parquet", [])
    (tmp_path / "x.csv").write_text("id\n1\n")
    with pytest.raises(TableError, match="must end in one of"):
        read_table(tmp_path / "x.csv", [])
    with pytest.raises(TableError, match="no file below it"):
        read_table(tmp_path, [])
    (tmp_path / "broken.parquet").write_bytes(b"PAR1 but not for long")
    with pytest.raises(TableError, match=r"broken\.parquet: cannot be read as Parquet"):
        read_table(tmp_path / "broken.parquet", [])
    ROWS.write_ndjson(tmp_path / "rows.jsonl")
    with pytest.raises(TableError, match="holds Parquet and JSON lines"):
        read_table(tmp_path, [])


def test_a_failing_write_leaves_the_old_table_and_nothing_beside_it(tmp_path: Path):
    path = tmp_path / "rows.parquet"
    write_table(ROWS, path)

    def fails(_: pl.DataFrame) -> pl.DataFrame:
        raise pl.exceptions.ComputeError("out of luck")

    with pytest.raises(TableError, match="out of luck"):
        write_table(ROWS.lazy().map_batches(fails, schema=ROWS.schema), path)
    assert pl.read_parquet(path).equals(ROWS)
    assert [file.name for file in tmp_path.iterdir()] == ["rows.parquet"]


def test_a_table_may_be_replaced_by_what_is_read_from_it(tmp_path: Path):
    path = tmp_path / "rows.parquet"
    write_table(ROWS, path)
    write_table(read_table(path, ["id"]).with_columns(pl.lit(1).alias("n")), path)
    assert pl.read_parquet(path).columns == ["id", "code", "n"]


def test_the_output_must_be_a_parquet_file(tmp_path: Path):
    with pytest.raises(TableError, match=r"must end in \.parquet"):
        write_table(ROWS, tmp_path / "rows.csv")
    with pytest.raises(TableError, match="is a folder"):
        write_table(ROWS, tmp_path)
