"""Rows taken out of an exported folder: no byte of theirs is left in any form, and the folder is whole again."""

import hashlib
from pathlib import Path

import polars as pl
import pytest

from assets.exports.removal import remove_rows
from assets.exports.writing import SUMS
from tests.assets.exports.rows_of import row, rows
from tests.assets.exports.test_folder import exported

NEEDLES = ("task 3", "zeta3", "3gamma", "repo3", "m3.py", "double3")


@pytest.mark.parametrize("form", ["messages", "prompt_completion", "openai", "sharegpt", "alpaca", "rlvr"])
def test_nothing_of_a_removed_row_is_left(form: str, tmp_path: Path) -> None:
    made = [row(n, tests=f"assert double{n}(1)", code=f"def double{n}(x): return 1") for n in range(1, 7)]
    exported(tmp_path, rows(*made), format=form, shard_rows=4)
    gone = pl.Series([made[2]["sft_id"]])
    assert remove_rows(tmp_path, pl.Series(["unknown"])) == (0, 0)
    assert remove_rows(tmp_path, gone)[0] == 1
    files = {
        str(path.relative_to(tmp_path)): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()
    }
    texts = [str(pl.read_parquet(path).to_dicts()) for path in tmp_path.rglob("*.parquet")]
    texts += [content.decode() for path, content in files.items() if not path.endswith(".parquet")]
    assert not [needle for needle in (*NEEDLES, gone[0]) if any(needle in text for text in texts)]
    assert sum(text.count("zeta4") > 0 for text in texts) >= 1
    assert "1 rows were taken down" in files["README.md"].decode()
    listed = dict(line.split("  ")[::-1] for line in files.pop(SUMS).decode().splitlines())
    assert listed == {path: hashlib.sha256(content).hexdigest() for path, content in files.items()}
    # and by what it says, where its id is not known
    kept = pl.Series([], dtype=pl.String)
    assert (
        remove_rows(
            tmp_path,
            kept,
            lambda rows: pl.Series(["4gamma" in str(one) or "zeta4" in str(one) for one in rows.to_dicts()]),
        )[0]
        == 1
    )
