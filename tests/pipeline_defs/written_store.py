"""A small store written by hand, one row of everything: for tests of what is shown."""

from pathlib import Path

import polars as pl
import pytest

from assets.audit.questions import tables
from assets.rows.ledger import FUNNEL_SCHEMA
from assets.rows.outcome import REJECTION_SCHEMA
from resources.parquet_store import ParquetStore, TableAddress
from resources.storage import Storage

FILE = {"file_id": "f1", "repo": "example/alpha", "path": "a.py", "commit": "c0ffee", "license": "MIT"}
CHAIN = {"file_id": "f1", "seed_id": "s1", "instruction_id": "i1", "response_id": "r1", "language": "python"}
ROWS: dict[str, list[dict[str, object]]] = {
    "raw_corpus": [FILE | {"language": "python", "dump": "2026-01", "sha256": "0f", "content": "x = 1"}],
    "filtered_seeds": [
        {
            "seed_id": "s1",
            "file_id": "f1",
            "name": "first",
            "start_line": 3,
            "end_line": 5,
            "kind": "function",
        },
        {
            "seed_id": "s2",
            "file_id": "f1",
            "name": "second",
            "start_line": 7,
            "end_line": 9,
            "kind": "function",
        },
    ],
    "instructions": [CHAIN | {"instruction": "Take the [/first] of [bold]items[/].", "difficulty": "easy"}],
    "candidate_responses": [CHAIN | {"sample": 0, "response": "items[0]"}],
    "verified_responses": [
        CHAIN | {"sample": 0, "verdict": "pass", "proof": "split", "response": "items[0]"}
    ],
    "sft_dataset": [
        CHAIN
        | FILE
        | {
            "sft_id": "t1",
            "prompt": "Take the [/first] of [bold]items[/].",
            "completion": "items[0]",
            "engine": "offline",
            "start_line": 3,
            "end_line": 5,
        }
    ],
}

STRANGERS = (
    "repo",
    "path",
    "commit",
    "license",
    "content",
    "name",
    "instruction",
    "response",
    "prompt",
    "completion",
)
"""Columns whose values come out of dumps and models."""


def write(store: ParquetStore, key: tuple[str, ...], frame: pl.DataFrame) -> None:
    address = TableAddress.of(key, "python")
    store.commit(address, store.stage(address, frame, frame.schema))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with settings and nothing else."""
    (tmp_path / "dumps").mkdir()
    (tmp_path / "seedline.toml").write_text(
        f'recipes = ["demo"]\nhome = "{tmp_path}/home"\n[dumps]\nfolder = "{tmp_path}/dumps"\n',
        encoding="utf-8",
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SEEDLINE_CONFIG", str(tmp_path / "seedline.toml"))
    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    monkeypatch.setenv("COLUMNS", "220")
    return tmp_path


@pytest.fixture
def store(home: Path) -> ParquetStore:
    """One row of everything, from a file to a training row, and one rejection."""
    return write_store(home)


def write_store(home: Path, ending: str = "") -> ParquetStore:
    """The same with `ending` behind every name and text that a stranger chooses."""
    store = ParquetStore(Storage(home / "home" / "store"))
    for name, (key, schema) in tables("demo").items():
        if name in ROWS:
            rows = [
                {
                    column: f"{value}{ending}" if column in STRANGERS else value
                    for column, value in row.items()
                }
                for row in ROWS[name]
            ]
            write(store, key, pl.DataFrame(rows, schema=schema))
    rejected = {"id": "s2", "stage": "answer", "reason": "unfinished", "detail": f"[/cut] off{ending}"}
    write(store, ("demo", "instructions__rejected"), pl.DataFrame([rejected], schema=REJECTION_SCHEMA))
    step = {
        "position": 0,
        "step": "answer",
        "unit": "seeds",
        "rows_in": 2,
        "kept": 1,
        "rejected": 1,
        "rows_out": 1,
    }
    write(store, ("demo", "instructions__funnel"), pl.DataFrame([step], schema=FUNNEL_SCHEMA))
    return store
