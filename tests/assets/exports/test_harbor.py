"""Harbor's task folders: the oracle passes and nothing does not, by the task's own scripts, and tricks earn nothing."""

import tomllib
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from assets.exports.choice import choose
from assets.exports.harbor.data import harbor
from assets.exports.harbor.folder import foreign_imports, task_files
from assets.exports.harbor.proof import prove
from assets.exports.settings import ExportSettings
from assets.exports.writing import write_folder
from assets.rows.ledger import Ledger
from resources.sandbox.base import Limits, SandboxUnavailable
from resources.sandbox.isolation import isolation
from tests.assets.exports.rows_of import row, rows

CODE, TESTS = "def f(x):\n    return x + 1", "assert f(1) == 2\nassert f(-1) == 0"
HOSTILE = 'a "quoted"\n[verifier]\nx = \\1 \x7f \U0001f600'


@pytest.fixture(autouse=True)
def _isolated() -> None:
    try:
        isolation()
    except SandboxUnavailable as error:
        pytest.skip(str(error))


def proven_row(number: int, **said: Any) -> dict[str, Any]:
    known = {"code": CODE, "tests": TESTS, "toolchain": "Python 3.11.7", "samples": 10, "passed": 2}
    return row(number, **(known | said))


def test_tasks_are_proven_and_others_leave_with_the_reason(tmp_path: Path) -> None:
    made = rows(
        proven_row(1, repo=HOSTILE),
        proven_row(2, code="def f(x):\n    return x"),
        proven_row(3, code=f"import numpy\n{CODE}"),
        proven_row(4, language="go"),
    )
    settings, ledger = ExportSettings(format="harbor", near_duplicates=None), Ledger()
    data, kept = harbor(choose(made, settings, ledger), settings, ledger)
    reasons = pl.concat(ledger.rejections).select("reason", "detail").sort("reason").rows()
    assert [reason for reason, _ in reasons] == ["oracle_fails", "unverifiable", "unverifiable"]
    assert "AssertionError" in reasons[0][1]
    assert kept["repo"].to_list() == [HOSTILE]
    write_folder(tmp_path / "out", data.files, data.executable)
    (folder,) = (tmp_path / "out" / "tasks").iterdir()
    about = tomllib.loads((folder / "task.toml").read_text())
    assert about["metadata"]["repository"] == HOSTILE
    assert about["metadata"]["difficulty"] == "hard"
    assert about["metadata"]["seedline_id"] == folder.name == kept["sft_id"][0]
    assert about["verifier"]["environment_mode"] == "separate"
    assert about["verifier"]["environment"]["network_mode"] == "no-network"
    assert about["artifacts"] == ["/app/solution.py"]
    assert "The tests use the name `f`." in (folder / "instruction.md").read_text()
    shown = [path for path in folder.rglob("*.*") if path.parent.name != "tests"]
    assert "assert f(1)" not in "".join(path.read_text() for path in shown)
    assert (folder / "solution" / "solve.sh").stat().st_mode & 0o111
    assert pl.read_parquet(tmp_path / "out" / "data" / "*.parquet")["folder"].to_list() == [
        f"tasks/{folder.name}"
    ]


def test_neither_a_trick_nor_a_broken_verifier_makes_a_proof() -> None:
    whole = proven_row(1) | {
        "category": None,
        "proof": None,
        "isolation": None,
    }
    task = task_files(whole | {"asked": [{"role": "user", "content": "Do it."}]})
    answers = ["import os\nos._exit(0)", "raise SystemExit(0)", "while True: pass", "print(1)", ""]
    tasks = [task, *(task | {"solution/solution.py": answer.encode()} for answer in answers)]
    tasks.append(
        task | {"tests/test.sh": b'#!/bin/bash\nmkdir -p "$LOGS_DIR"; echo 1 > "$LOGS_DIR/reward.txt"\n'}
    )
    proofs = prove(tasks, limits=Limits(cpu_s=1.5, files=256))
    assert [one.oracle == "1" for one in proofs] == [True, *[False] * len(answers), True]
    assert [one.nothing for one in proofs] == ["0"] * (len(answers) + 1) + ["1"]
    assert [one.holds for one in proofs] == [True] + [False] * (len(answers) + 1)


def test_modules_beyond_the_standard_library_are_named() -> None:
    code = "import os, numpy\nfrom math import pi\nfrom attrs.x import y\n  import json\nimport_it = 1"
    assert foreign_imports(code) == ["attrs", "numpy"]
