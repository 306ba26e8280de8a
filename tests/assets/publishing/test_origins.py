"""Rejected rows name the repository and path of their file, as far as the corpus knows it."""

from pathlib import Path

import polars as pl

from assets.corpus_dump.table import TABLE as FILES
from assets.publishing.origins import completed
from assets.rows.outcome import REJECTION_SCHEMA
from resources.parquet_store import ParquetStore, TableAddress
from resources.storage import Storage

ADDRESS = TableAddress(("mine", "instructions"), (("language", "python"),))


def rejected(*rows: dict[str, str | None]) -> pl.DataFrame:
    filled = [{name: row.get(name) for name in REJECTION_SCHEMA} for row in rows]
    return pl.DataFrame(filled, schema=REJECTION_SCHEMA)


def test_repository_and_path_come_from_the_corpus_of_the_language(tmp_path: Path) -> None:
    store = ParquetStore(Storage(tmp_path))
    place = TableAddress(("raw_corpus",), (("language", "python"),))
    files = pl.DataFrame({"file_id": ["f", "g"], "repo": ["r1", "r2"], "path": ["a.py", "b.py"]})
    absent = [
        pl.lit(None, kind).alias(name) for name, kind in FILES.schema.items() if name not in files.columns
    ]
    whole = files.with_columns(absent).select(FILES.schema.names())
    store.commit(place, store.stage(place, whole, FILES.schema))
    rows = rejected(
        {"id": "3", "file_id": "g"},
        {"id": "1", "file_id": "f", "path": "as the step had it"},
        {"id": "2", "file_id": "of another language"},
        {"id": "4"},
    )
    found = completed(rows, store, ADDRESS)
    assert found.schema == REJECTION_SCHEMA
    assert found.select("id", "repo", "path").rows() == [
        ("3", "r2", "b.py"),
        ("1", "r1", "as the step had it"),
        ("2", None, None),
        ("4", None, None),
    ]


def test_a_store_without_a_corpus_changes_nothing(tmp_path: Path) -> None:
    rows = rejected({"id": "1", "file_id": "f"})
    assert completed(rows, ParquetStore(Storage(tmp_path)), ADDRESS).equals(rows)
