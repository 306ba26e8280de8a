"""`seedline cache --prune`: answers that were paid for go only where nobody would use them and nobody lately has."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from pipeline_defs.cli import app
from pipeline_defs.commands.cache import code_versions
from pipeline_defs.deployment import Deployment
from resources.row_cache.cache import CacheStage, RowCache
from resources.row_cache.fragments import KEY
from resources.row_cache.spaces import list_spaces
from resources.row_cache.usage import read_usage
from resources.storage import Storage

USER = "demo/instructions/language=python"


@pytest.fixture
def storage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Storage:
    """The row cache of a deployment with the demo on."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SEEDLINE_HOME", str(tmp_path / "home"))
    return Storage(tmp_path / "home" / "row_cache")


def said(*arguments: str, answer: str | None = None) -> str:
    """What `seedline cache` prints, in one line."""
    done = CliRunner().invoke(app, ["cache", *arguments], input=answer, env={"COLUMNS": "200"})
    assert done.exit_code == 0, done.output
    return " ".join(done.output.split())


def fill(storage: Storage, user: str, version: str, code_version: str = "", fails: bool = False) -> str:
    """Two answers in a space of its own; with `fails`, the run dies after the first. Returns the space."""
    stage = CacheStage("completions", version)

    def compute(rows: pl.DataFrame):
        yield rows.head(1).select(KEY, pl.lit(1).alias("one"))
        if fails:
            raise KeyboardInterrupt
        yield rows.tail(1).select(KEY, pl.lit(1).alias("one"))

    cache = RowCache(storage, user=user, code_version=code_version, flush_rows=1)
    asked = pl.DataFrame({"n": [1, 2]})
    try:
        cache.map(stage, asked, compute, inputs=["n"], results={"one": pl.Int64})
    except KeyboardInterrupt:
        assert fails
    return stage.space


def age(storage: Storage, days: float) -> None:
    """As if all that is in the cache had been written and used `days` ago."""
    then = datetime.now(UTC) - timedelta(days=days)
    root = Path(storage.root)
    for path in root.glob("completions/*/*.parquet"):
        _, rest = path.name.split("-", 1)
        path.rename(path.with_name(f"{int(then.timestamp() * 1e9):020d}-{rest}"))
    for path in (root / "_usage").glob("*.json"):
        record = json.loads(path.read_text())
        path.write_text(json.dumps({**record, "last_used": then.isoformat(timespec="seconds")}))


def current() -> str:
    """The code version that the demo's instructions have now."""
    version = code_versions(Deployment.open())["demo/instructions"]
    assert version
    return version


@pytest.mark.parametrize("days", [0, 400])
def test_an_interrupted_run_of_a_recipe_that_is_on_loses_nothing(storage: Storage, days: float) -> None:
    space = fill(storage, USER, "1", current(), fails=True)
    age(storage, days)
    assert "nothing to delete" in said("--prune", "--yes", "--unused-days", "0")
    assert list_spaces(storage) == [space]


def test_every_space_that_a_recipe_uses_is_kept_not_the_last_one_alone(storage: Storage) -> None:
    spaces = [fill(storage, USER, version, current()) for version in ("1", "2", "3")]
    age(storage, 400)
    said("--prune", "--yes", "--unused-days", "0")
    assert list_spaces(storage) == sorted(spaces)


def test_who_has_used_a_space_is_known_before_anything_is_paid(storage: Storage) -> None:
    seen: list[object] = []

    def compute(rows: pl.DataFrame) -> pl.DataFrame:
        seen.extend(record["user"] for record in read_usage(storage))
        seen.append(said("--prune", "--yes"))  # somebody prunes while the run is going on
        return rows.select(KEY, pl.lit(1).alias("one"))

    RowCache(storage, user=USER, code_version="old").map(
        CacheStage("completions", "1"),
        pl.DataFrame({"n": [1]}),
        compute,
        inputs=["n"],
        results={"one": pl.Int64},
    )
    assert seen[0] == USER
    assert len(list_spaces(storage)) == 1


@pytest.mark.parametrize(
    ("user", "version"),
    [
        ("demo/instructions/language=python", "instructions/1-settings-of-before"),
        ("off_today/instructions/language=python", "instructions/1-x"),
        ("old_name/instructions/language=python", "instructions/1-x"),
        ("command", ""),
        ("-", ""),
    ],
)
def test_what_others_use_goes_only_after_a_while(storage: Storage, user: str, version: str) -> None:
    """Other settings, a recipe that is off for a day or was renamed, another deployment over one cache."""
    space = fill(storage, user, "1", version)
    age(storage, 1)
    text = said("--prune", "--yes")
    assert "1 more spaces" in text and "--unused-days 0" in text and "nothing to delete" in text
    assert list_spaces(storage) == [space]
    age(storage, 31)
    assert "deleted 1 spaces" in said("--prune", "--yes")
    assert list_spaces(storage) == []
    assert read_usage(storage) == []


def test_a_space_without_a_record_is_as_old_as_what_was_written_last(storage: Storage) -> None:
    fill(storage, USER, "1", current())
    for path in (Path(storage.root) / "_usage").iterdir():
        path.unlink()
    age(storage, 29)
    assert "nobody any more" in said()
    said("--prune", "--yes")
    assert len(list_spaces(storage)) == 1
    age(storage, 31)
    said("--prune", "--yes")
    assert list_spaces(storage) == []


def test_a_record_of_a_version_before_counts_while_its_recipe_is_on(storage: Storage) -> None:
    fill(storage, USER, "1")
    age(storage, 400)
    said("--prune", "--yes", "--unused-days", "0")
    assert len(list_spaces(storage)) == 1


def test_cache_shows_who_used_what_and_asks_before_deleting(storage: Storage) -> None:
    fill(storage, USER, "1", current())
    fill(storage, USER, "2", "old")
    fill(storage, "other/instructions", "3", "x")
    age(storage, 40)
    text = said()
    assert text.count("completions") == 3
    assert "other/instructions (not on)" in text and "(with other settings)" in text
    assert "delete 2 spaces" in said("--prune", answer="n\n")
    assert len(list_spaces(storage)) == 3
    assert "deleted 2 spaces" in said("--prune", answer="y\n")
    assert len(list_spaces(storage)) == 1
