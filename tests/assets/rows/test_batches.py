"""Batches of a table: all rows, once, in order, whatever the size; a table without rows has its columns still."""

from pathlib import Path

import polars as pl
import pytest

from assets.rows.batches import row_batches


@pytest.mark.parametrize("rows", [0, 1, 9, 10, 11, 35])
def test_all_rows_come_once_in_order(tmp_path: Path, rows: int) -> None:
    table = pl.DataFrame(
        {"n": range(rows), "text": [f"row {n}" for n in range(rows)]}, schema_overrides={"n": pl.Int64}
    )
    table.write_parquet(tmp_path / "rows.parquet", row_group_size=4)
    found = list(row_batches(pl.scan_parquet(tmp_path / "rows.parquet"), 10))
    assert pl.concat(found).equals(table)
    assert [part.height for part in found[:-1]] == [10] * (len(found) - 1)
    assert len(found) == max(1, -(-rows // 10))
