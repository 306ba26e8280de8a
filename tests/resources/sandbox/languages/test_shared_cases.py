"""The shared sandbox cases of all languages but Python, each in one batch with honest neighbours.

Run as the user of this process and, where that is root, once more as an ordinary user.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import polars as pl
import psutil
import pytest

from resources.sandbox.base import Limits
from resources.sandbox.languages import LANGUAGES
from resources.sandbox.local import open_sandbox
from resources.sandbox.toolchains import found

ROOT = Path(__file__).resolve().parents[4]
SHARED = Path(os.environ.get("SEEDLINE_SHARED") or ROOT.parent / "shared") / "sandbox_cases"
ORDINARY_USER = 60001

pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason=f"no shared sandbox cases at {SHARED}")


def programs() -> tuple[pl.DataFrame, dict[str, list[str]]]:
    """Every case between two honest programs of its language, and the verdicts that are right by key."""
    rows, accepted = [], {}
    for case in json.loads((SHARED / "manifest.json").read_text()):
        language = case["language"]
        if language == "python":
            continue
        comment = "#" if language == "bash" else "//"
        code, tests = (SHARED / case["file"]).read_text().split(f"{comment} === TESTS ===\n")
        honest = LANGUAGES[language].hello
        for place, (program, suite) in {"before": honest, "case": (code, tests), "after": honest}.items():
            key = f"{case['file']} {place}"
            rows.append({"key": key, "language": language, "code": program, "tests": suite})
            accepted[key] = case["accept"] if place == "case" else ["pass"]
    return pl.DataFrame(rows), accepted


def wrong_verdicts() -> list[str]:
    """What is not as it must be; a language without a toolchain must say so for each of its programs."""
    asked, accepted = programs()
    missing = {language for language in LANGUAGES if found(language).problem}
    with open_sandbox(Limits(retry_cpu_s=0.0), workers=2) as sandbox:
        verdicts = pl.concat(sandbox.verify(asked)).join(asked.select("key", "language"), on="key")
    assert sorted(verdicts["key"]) == sorted(accepted)
    return [
        f"{row['key']}: {row['verdict']}: {row['detail']}"
        for row in verdicts.iter_rows(named=True)
        if row["verdict"] not in (["unsupported"] if row["language"] in missing else accepted[row["key"]])
    ]


@pytest.mark.slow(seconds=3)
def test_cases_get_their_verdicts_and_leave_nothing():
    before = {process.pid for process in psutil.Process().children(recursive=True)}
    assert wrong_verdicts() == []
    # closing the sandbox ends its namespaces, and with them every process in them
    after = {process for process in psutil.Process().children(recursive=True) if process.pid not in before}
    assert [process.cmdline() for process in after if process.status() != psutil.STATUS_ZOMBIE] == []


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become another user")
@pytest.mark.slow(seconds=5)
def test_cases_get_their_verdicts_as_an_ordinary_user(tmp_path: Path):
    python = "/usr/bin/python3"
    site = [path for path in sys.path if path.endswith("site-packages")]
    environment = {
        "PATH": "/usr/bin:/bin",
        "PYTHONPATH": os.pathsep.join([str(ROOT), *site]),
        "SEEDLINE_SHARED": str(SHARED.parent),
        "HOME": str(tmp_path / "home"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    home = tmp_path / "home"
    home.mkdir()
    os.chown(home, ORDINARY_USER, ORDINARY_USER)
    for folder in (tmp_path, *tmp_path.parents):
        if folder.stat().st_uid == 0 and folder.is_relative_to("/tmp") and folder != Path("/tmp"):
            folder.chmod(folder.stat().st_mode | 0o011)

    def run(code: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [python, "-c", code], env=environment, user=ORDINARY_USER, group=ORDINARY_USER, extra_groups=[],
            capture_output=True, text=True, timeout=250, cwd="/",
        )  # fmt: skip

    if not Path(python).exists() or run("import polars, pydantic, tree_sitter").returncode != 0:
        pytest.skip(f"{python} cannot use this environment's packages as another user")
    done = run(
        "import importlib.util as u; "
        f"s = u.spec_from_file_location('cases', {__file__!r}); m = u.module_from_spec(s); "
        "import sys; sys.modules['pytest'] = __import__('types').SimpleNamespace("
        "mark=__import__('unittest.mock').mock.MagicMock()); s.loader.exec_module(m); print(m.wrong_verdicts())"
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.strip() == "[]"
