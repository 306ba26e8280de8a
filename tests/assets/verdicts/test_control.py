"""Tests that would accept a useless answer make no pass, in any language; those that reach the answer do.

`controls.jsonl`: answers with tests that prove nothing of them (`nothing_proven`: right and wrong answers alike), with
tests in which no check runs (`no_check`), and right answers with tests that must not be accused (`proven`).
"""

from pathlib import Path

import polars as pl
import pytest

from assets.verdicts.judged import Judgments, judged
from assets.verdicts.reaching import reaches
from resources.row_cache import RowCache
from resources.sandbox.base import Limits
from resources.sandbox.languages import LANGUAGES as SANDBOXED
from resources.sandbox.local import open_sandbox
from resources.storage import Storage

CASES = pl.read_ndjson(Path(__file__).with_name("controls.jsonl"))


def _name(case: dict[str, str]) -> str:
    return f"{case['language']}: {case['name']}"


ADD = "def add(a, b):\n    return a + b\n"


def judgments(cases: pl.DataFrame, folder: Path, **options: object) -> list[Judgments]:
    """What becomes of `cases`, language by language."""
    found = []
    with open_sandbox(Limits(retry_cpu_s=0.0), workers=2) as sandbox:
        for (language,), part in cases.partition_by("language", as_dict=True, maintain_order=True).items():
            cache = RowCache(Storage(folder))
            found.append(judged(part, sandbox, cache, language=str(language), **options))  # type: ignore[arg-type]
    return found


def of_kind(kind: str, folder: Path) -> pl.DataFrame:
    """The judged cases of one kind."""
    found = judgments(CASES.filter(pl.col("kind") == kind), folder)
    return pl.concat([each.rows for each in found])


def named(rows: pl.DataFrame) -> list[tuple[str, ...]]:
    return rows.select("language", "name", "verdict", "detail", "reason").rows()


def test_every_language_has_cases_of_every_kind() -> None:
    languages = dict(CASES.group_by("kind").agg(pl.col("language").n_unique()).rows())
    judged_ones = len(SANDBOXED) + 1  # and Python
    assert languages == {"nothing_proven": judged_ones, "no_check": judged_ones, "proven": judged_ones}


@pytest.mark.parametrize("case", CASES.filter(pl.col("kind") == "nothing_proven").rows(named=True), ids=_name)
def test_syntax_is_never_sure_of_tests_that_prove_nothing(case: dict[str, str]) -> None:
    assert not reaches(case["language"], case["code"], case["tests"])


@pytest.mark.slow(seconds=10)
def test_tests_that_prove_nothing_make_no_pass(tmp_path: Path) -> None:
    found = of_kind("nothing_proven", tmp_path)
    assert named(found.filter(pl.col("verdict") == "pass")) == []
    assert (found["reason"] == "answer_not_reached").sum() >= 0.8 * found.height


def test_where_no_check_runs_there_is_no_pass(tmp_path: Path) -> None:
    found = of_kind("no_check", tmp_path)
    assert named(found.filter(pl.col("verdict") == "pass")) == []
    reasons = found.filter(pl.col("verdict") == "no_tests")["reason"]
    assert set(reasons) <= {"zero_tests", "all_skipped"}


@pytest.mark.slow(seconds=4)
def test_right_answers_are_not_accused(tmp_path: Path) -> None:
    found = of_kind("proven", tmp_path)
    assert named(found.filter(pl.col("verdict") != "pass")) == []


def python(*programs: tuple[str, str]) -> pl.DataFrame:
    return pl.DataFrame(programs, schema=["code", "tests"], orient="row").with_columns(
        language=pl.lit("python")
    )


def test_samples_of_one_task_share_their_control(tmp_path: Path) -> None:
    tests = "import os\nif os.name == 'posix':\n    assert add(1, 2) == 3\n"
    bodies = ("return a + b", "return b + a", "return sum([a, b])", "c = a + b\n    return c")
    samples = python(
        *(
            (f"def helper{n}():\n    return {n}\n\ndef add(a, b):\n    {body}\n", tests)
            for n, body in enumerate(bodies)
        )
    )
    (found,) = judgments(samples, tmp_path)
    assert found.rows["verdict"].to_list() == ["pass"] * 4
    assert (found.computed, found.doubted, found.controls) == (
        4,
        4,
        2,
    )  # one that throws, one that gives nothing


def test_a_second_time_costs_nothing(tmp_path: Path) -> None:
    programs = python((ADD, "x = 3\nif x:\n    assert add(1, 2) == 3\n"))
    (first,) = judgments(programs, tmp_path)
    (second,) = judgments(programs, tmp_path)
    assert first.controls > 0
    assert (second.computed, second.controls, second.repeats) == (0, 0, 0)
    assert second.rows["verdict"].to_list() == first.rows["verdict"].to_list()


def test_where_syntax_leaves_no_doubt_nothing_is_run(tmp_path: Path) -> None:
    programs = python(
        (ADD, "assert add(1, 2) == 3\n"),
        (ADD, "def check(candidate):\n    assert candidate(1, 2) == 3\n\ncheck(add)\n"),
        (ADD, "got = add(1, 2)\nassert got == 3\n"),
        (
            ADD,
            "import unittest\nclass T(unittest.TestCase):\n    def test(self):\n"
            "        self.assertEqual(add(1, 2), 3)\nunittest.main()\n",
        ),
        (ADD, "for a, b in [(1, 2)]:\n    assert add(a, b) == a + b\n"),
    )
    (found,) = judgments(programs, tmp_path)
    assert found.rows["verdict"].to_list() == ["pass"] * 5
    assert (found.doubted, found.controls) == (0, 0)


def test_the_control_can_be_switched_off(tmp_path: Path) -> None:
    programs = python((ADD, "x = 3\nassert x == 3\n"))
    (found,) = judgments(programs, tmp_path, control=False)
    assert (found.rows["verdict"][0], found.controls) == ("pass", 0)
    (found,) = judgments(programs, tmp_path)
    assert (found.rows["verdict"][0], found.rows["reason"][0]) == ("no_tests", "answer_not_reached")


@pytest.mark.parametrize("repeat", ["never", "in_doubt", "always"])
@pytest.mark.slow(seconds=3)
def test_a_pass_by_chance_is_flaky(tmp_path: Path, repeat: str) -> None:
    by_order = "def order():\n    return ''.join(set(['seed', 'line', 'order', 'chance', 'hash']))\n"
    first = judgments(python((by_order, "print(order())\nassert order()")), tmp_path)[0].rows["output_tail"][
        0
    ]
    tests = f"assert order() == {first.split()[0]!r}"
    (found,) = judgments(
        python((by_order, tests), (ADD, "assert add(1, 2) == 3")), tmp_path / "again", repeat=repeat
    )
    flaky = repeat != "never"
    assert found.rows["verdict"].to_list() == ["pass", "pass"]
    assert found.rows["reason"].to_list() == ["flaky" if flaky else None, None]
    assert found.rows["flags"].to_list() == [["flaky"] if flaky else [], []]
    assert found.repeats == {"never": 0, "in_doubt": 1, "always": 2}[repeat]


BROKEN = [
    ("python", "", ""),
    ("python", "def f(:\n", "assert f"),
    ("python", "\x00", "assert 1"),
    ("python", "x = '\\ud800'\n", "assert x == 1"),
    ("python", "import os\nos.kill(os.getpid(), 9)\n", "assert 1 == 1"),
    ("python", "(" * 500, "assert 1"),
    ("python", "while True: pass\n", "assert 1"),
    ("javascript", "function f( {", "f()"),
    ("bash", "f() {", "f"),
    ("java", "class", "x"),
    ("go", "func", "x"),
    ("rust", "fn", "x"),
    ("cpp", "int", "x"),
    ("php", "<?php function", "x"),
    ("ruby", "def", "x"),
    ("csharp", "class", "x"),
    ("typescript", "const", "x"),
]


@pytest.mark.slow(seconds=1)
def test_a_broken_program_leaves_a_row_all_the_same(tmp_path: Path) -> None:
    programs = pl.DataFrame(BROKEN, schema=["language", "code", "tests"], orient="row")
    rows = pl.concat([each.rows for each in judgments(programs, tmp_path)])
    assert rows.height == len(BROKEN)
    assert rows["verdict"].null_count() == 0
    assert "pass" not in rows["verdict"].to_list()
