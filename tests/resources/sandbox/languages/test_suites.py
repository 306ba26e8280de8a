"""Answers and tests as models write them, a file of many a language: each gets the verdict that its heading names.

`suites/LANGUAGE.txt` holds programs one after the other: a line `=== verdicts: what it is`, with + between the verdicts
that are right, the answer, a line `=== tests`, the tests. All of a language are judged in one batch.
"""

import re
from pathlib import Path

import polars as pl
import pytest

from resources.sandbox.base import Limits
from resources.sandbox.languages import LANGUAGES
from resources.sandbox.local import open_sandbox
from resources.sandbox.toolchains import found

SUITES = sorted((Path(__file__).parent / "suites").glob("*.txt"))
_PROGRAM = re.compile(r"(?ms)^=== ([\w+]+): ([^\n]+)\n(.*?)^=== tests\n(.*?)(?=^=== |\Z)")


def programs(file: Path) -> pl.DataFrame:
    """`key, language, code, tests` of a file, with `right`."""
    rows = [
        {"key": name, "language": file.stem, "code": code, "tests": tests, "right": right}
        for right, name, code, tests in _PROGRAM.findall(file.read_text())
    ]
    return pl.DataFrame(rows)


@pytest.mark.parametrize("file", SUITES, ids=lambda file: file.stem)
@pytest.mark.slow(seconds=25)
def test_suites(file: Path):
    assert file.stem in LANGUAGES
    if problem := found(file.stem).problem:
        pytest.skip(problem)
    asked = programs(file)
    assert asked["key"].is_unique().all()
    assert len(asked) == file.read_text().count("\n=== tests\n")
    assert asked.filter(pl.col("right") == "pass").height >= 15
    assert asked.filter(pl.col("right") != "pass").height >= 15
    with open_sandbox(Limits(retry_cpu_s=0.0), workers=2) as sandbox:
        verdicts = pl.concat(sandbox.verify(asked.drop("right"))).join(asked.select("key", "right"), on="key")
    assert len(verdicts) == len(asked)
    wrong = [
        f"{row['key']}: {row['verdict']}, not {row['right']}: {row['detail']}"
        for row in verdicts.sort("key").iter_rows(named=True)
        if row["verdict"] not in row["right"].split("+")
    ]
    assert wrong == []
