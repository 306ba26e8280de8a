"""Files that a person names in settings, where they are pipes, binary, or unfold without end: one message each."""

import os
from itertools import pairwise
from pathlib import Path

import pytest

from assets.benchmarks.problem import BenchmarkError
from assets.benchmarks.problem_files import read_problems
from assets.raw_corpus.asset import read_take_downs
from assets.raw_corpus.settings import RawCorpusSettings
from assets.raw_corpus.take_down_rules import TakeDownError
from assets.sft_dataset.decisions import DecisionError, read_decisions
from pipeline_defs.configuration.settings import SettingsError, load_settings
from pipeline_defs.recipes.files import RecipeError
from pipeline_defs.recipes.model import load_recipe
from resources.storage import S3Options

PIPE = r"is a pipe \(FIFO\), not a file"


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    os.mkfifo(tmp_path / "pipe")
    return tmp_path / "pipe"


def test_a_pipe_is_not_waited_for(pipe: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError, match=f"pipe: cannot be read: {PIPE}"):
        load_settings(pipe)
    monkeypatch.setenv("SEEDLINE_CONFIG", str(pipe))
    with pytest.raises(SettingsError, match=f"pipe: cannot be read: {PIPE}"):
        load_settings()
    with pytest.raises(RecipeError, match=f"pipe: cannot be read: {PIPE}"):
        load_recipe(str(pipe))
    with pytest.raises(TakeDownError, match=f"it {PIPE}; correct the setting raw_corpus.take_downs"):
        read_take_downs(RawCorpusSettings(take_downs=str(pipe)), S3Options())
    with pytest.raises(BenchmarkError, match=f"pipe cannot be read: .*{PIPE}"):
        read_problems("b", pipe)
    with pytest.raises(DecisionError, match=PIPE):
        read_decisions(pipe)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\x7fELF\x02\x01\x01\0\0", "holds NUL characters"),
        (b"\xff\xfe\xfd", "is not text in UTF-8"),
        (b"home = '\xe9'", "is not text in UTF-8"),
        (b"home = " + b"[" * 50_000, "nested more than 64 levels"),
    ],
)
def test_settings_that_are_no_text(content: bytes, message: str, tmp_path: Path) -> None:
    (tmp_path / "seedline.toml").write_bytes(content)
    with pytest.raises(SettingsError, match=rf"seedline\.toml: .*{message}") as error:
        load_settings(tmp_path / "seedline.toml")
    assert "\n" not in str(error.value)


def test_settings_in_utf_16_are_read(tmp_path: Path) -> None:
    (tmp_path / "seedline.toml").write_text('home = "é"', encoding="utf-16")
    assert load_settings(tmp_path / "seedline.toml").home == Path("é")


def test_a_recipe_of_aliases_is_refused(tmp_path: Path) -> None:
    names = "abcdefghij"
    lines = ["a: &a [x, x, x, x, x, x, x, x]"]
    lines += [f"{name}: &{name} [{', '.join([f'*{last}'] * 8)}]" for last, name in pairwise(names)]
    (tmp_path / "r.yaml").write_text("\n".join(lines))
    with pytest.raises(RecipeError, match=r"r\.yaml: unfolds to more than 1000000 values"):
        load_recipe(str(tmp_path / "r.yaml"))
