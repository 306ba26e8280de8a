"""Pyright's verdict on sources that cannot see each other or the machine."""

import sys
from pathlib import Path

import polars as pl
import pytest
from pydantic import ValidationError

from resources.type_checker.base import VERDICT_SCHEMA, TypeChecker, TypeCheckerUnavailable
from resources.type_checker.cascade import Cascade
from resources.type_checker.pyright import Pyright, PyrightSettings

SOUND = '''import re
from collections import Counter


def most_common(text: str) -> str:
    """The word that occurs most often."""
    return Counter(re.findall(r"\\w+", text)).most_common(1)[0][0]
'''
CASES = {
    "sound": (SOUND, 0),
    "untyped": ("def f(a, b=1):\n    return a.anything(b)[0]", 0),
    "empty": ("", 0),
    "stubs that Pyright ships": ("import yaml\n\n\ndef f(text):\n    return yaml.safe_load(text)", 0),
    "switched off": ("def f():\n    return unknown  # type: ignore", 1),
    "switched off as mypy does": ("def f():\n    return unknown()  # type: ignore[return-value]", 1),
    "import that is switched off": (
        "try:\n    import tomli as t  # type: ignore[no-redef]\nexcept E:\n    t = 0",
        2,
    ),
    "behind an early return": ("def f():\n    return 1\n    return unknown", 0),
    "undefined name": ("def f():\n    return unknown", 1),
    "missing module": ("import numpy as np\n\n\ndef f(a):\n    return np.sum(a)", 1),
    "relative import": ("from . import helper", 1),
    "relative import from above": ("from ... import helper\nfrom ..x import y", 2),
    "another source": ("from importlib import import_module\nimport sound", 1),
    "return type": ("def f() -> int:\n    return 'a'", 1),
    "optional member": ("import re\n\n\ndef f(s: str):\n    return re.match('a', s).group()", 1),
    "super outside a class": ("def f(self):\n    return super().f()", 1),
    "no syntax": ("def f(:\n    pass", None),
    "null byte": ("x = 1\x00", None),
    "CRLF": (SOUND.replace("\n", "\r\n"), 0),
    "not ASCII": ("def naïve(größe):\n    return größe  # 😀", 0),
}


@pytest.fixture(scope="module")
def rows() -> pl.DataFrame:
    return pl.DataFrame({"key": list(CASES), "source": [source for source, _ in CASES.values()]})


@pytest.mark.parametrize("checker", [Pyright(), Cascade()], ids=["alone", "cascade"])
def test_verdicts(checker: TypeChecker, rows: pl.DataFrame):
    verdicts = checker.check(rows)
    assert verdicts.schema == VERDICT_SCHEMA
    assert verdicts["key"].to_list() == list(CASES)
    for key, ok, n_errors, detail in verdicts.iter_rows():
        expected = CASES[key][1]
        assert ok == (expected == 0), (key, detail)
        assert (detail is None) == ok
        if expected is None:
            assert n_errors > 0
        else:
            assert n_errors == expected, (key, detail)


def test_a_verdict_depends_on_the_source_alone(rows: pl.DataFrame):
    together = Pyright(PyrightSettings(batch_size=7, processes=2)).check(rows)
    backwards = Pyright().check(rows.reverse())
    assert together.equals(backwards.reverse())
    alone = Pyright().check(rows.filter(pl.col("key") == "optional member"))
    assert alone.equals(together.filter(pl.col("key") == "optional member"))


def test_equal_sources_are_judged_once_and_all_get_the_verdict():
    rows = pl.DataFrame({"key": ["a", "b", "c"], "source": ["x: int = ''", "y = 1", "x: int = ''"]})
    asked: list[int] = []

    class Counting(Pyright):
        def judge(self, sources):
            asked.append(len(sources))
            return super().judge(sources)

    assert Counting().check(rows)["ok"].to_list() == [False, True, False]
    assert asked == [2]


def test_the_packages_of_an_environment_are_seen_when_it_is_named():
    rows = pl.DataFrame({"key": ["a"], "source": ["import pydantic_settings"]})
    assert not Cascade().check(rows)["ok"].item()
    assert Cascade(PyrightSettings(environment=sys.prefix)).check(rows)["ok"].item()
    with pytest.raises(TypeCheckerUnavailable, match="nowhere"):
        Pyright(PyrightSettings(environment="nowhere"))


def test_the_identity_of_an_environment_is_what_is_installed_and_not_where(tmp_path: Path):
    def identity(folder: str) -> str:
        return Pyright(PyrightSettings(environment=str(tmp_path / folder))).identity()["environment"]

    for folder in ("one", "two"):
        (tmp_path / folder / "lib/python3.11/site-packages/a-1.0.dist-info").mkdir(parents=True)
    before = identity("one")
    assert before == identity("two")
    (tmp_path / "one/lib/python3.11/site-packages/b-2.0.dist-info").mkdir()
    assert identity("one") != before


def test_the_identity_names_all_that_can_change_a_verdict():
    strict = PyrightSettings(mode="strict", python_version="3.12", platform="Windows")
    assert (
        Pyright(strict).identity().items()
        >= {
            "mode": "strict",
            "python_version": "3.12",
            "platform": "Windows",
        }.items()
    )
    assert Cascade(strict).identity().items() > Pyright(strict).identity().items()
    busy = PyrightSettings(processes=7, batch_size=3, timeout_s=1)
    assert Pyright(busy).identity() == Pyright().identity()


def test_no_time_is_an_error_and_no_verdict():
    with pytest.raises(TypeCheckerUnavailable, match="fails on every source: no verdict within"):
        Pyright(PyrightSettings(timeout_s=0.01)).check(pl.DataFrame({"key": ["a"], "source": ["x = 1"]}))


def test_no_memory_is_an_error_and_no_verdict():
    """Node ends when its heap is full; with so little not even an empty file can be checked."""
    settings = PyrightSettings.model_construct(**(PyrightSettings().model_dump() | {"memory_mb": 8}))
    with pytest.raises(TypeCheckerUnavailable, match="fails on every source"):
        Pyright(settings).check(pl.DataFrame({"key": ["a"], "source": ["import typing"]}))


def test_nothing_is_left_in_the_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    Cascade().check(pl.DataFrame({"key": ["a"], "source": ["x = 1"]}))
    assert list(tmp_path.iterdir()) == []


def test_nulls_and_unknown_settings_are_refused():
    with pytest.raises(ValueError, match="1 rows have no source"):
        Pyright().check(pl.DataFrame({"key": ["a", "b"], "source": ["x = 1", None]}))
    with pytest.raises(ValidationError):
        PyrightSettings.model_validate({"mood": "basic"})


def test_no_rows_need_no_checker():
    rows = pl.DataFrame(schema={"key": pl.String, "source": pl.String})
    assert Cascade().check(rows).schema == VERDICT_SCHEMA
