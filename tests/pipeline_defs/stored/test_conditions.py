"""Conditions in SQL see one table: no query, no file."""

from pathlib import Path

import polars as pl
import pytest

from pipeline_defs.stored.conditions import ConditionError, condition

ROWS = pl.DataFrame({"path": ["a.py", "it's.py", "C:\\select.py"], "size": [1, 2, 3], "values": [4, 5, 6]})


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("size > 1 AND path LIKE '%.py'", 2),
        ("path = 'it''s.py'", 1),
        ("path ~ '\\.py$'", 3),
        ("path LIKE '%select%' OR path = 'exists (select 1)'", 1),
        ('"values" >= 5', 2),
        ("size IN (1, 3)", 2),
        ("CASE WHEN size = 1 THEN true ELSE false END", 1),
    ],
)
def test_conditions_that_people_write(text: str, rows: int) -> None:
    assert ROWS.filter(condition(text)).height == rows


@pytest.mark.parametrize(
    "text",
    [
        "size IN (SELECT a FROM read_csv('{}'))",
        "size IN (sElEcT a FROM read_csv('{}'))",
        "(SELECT a FROM read_csv('{}')) = 1",
        "EXISTS (SELECT * FROM read_csv('{}'))",
        "size > ALL (SELECT 1)",
        "size IN (WITH t AS (SELECT 1 AS a) SELECT a FROM t)",
        "size IN (VALUES (1))",
        "size IN (TABLE self)",
        "size = 1 -- '\n OR size IN (SELECT a FROM read_csv('{}')) -- '",
        "size = 1 /* ' */ OR size IN (SELECT a FROM read_csv('{}')) /* ' */",
        "path = '\\' OR size IN (SELECT a FROM read_csv(''{}'')) OR path = ''",
        "path = 'C:\\' OR size IN (SELECT a FROM read_csv('{}')) OR path = 'x'",
        "path = $$'$$ OR size IN (SELECT a FROM read_csv('{}')) OR path = '",
        "path = `'` OR size IN (SELECT a FROM read_csv('{}')) OR path = '",
        "size = 1; DROP TABLE x",
        "read_csv('{}') = 1",
        "(" * 5_000 + "size = 1" + ")" * 5_000,
        "size = ",
        "'",
    ],
)
def test_whatever_reads_other_data_is_refused(text: str, tmp_path: Path) -> None:
    file = tmp_path / "other.csv"
    file.write_text("a\n1\n")
    with pytest.raises(ConditionError) as error:
        condition(text.replace("{}", str(file)))
    assert "\n" not in str(error.value)
