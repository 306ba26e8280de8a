"""Every known way to fool or break a judge, and every right program that judges fail: each among honest neighbours.

Programs stand in `python_cases/` and in the shared cases. They are judged in one batch as root and in one as an
ordinary user, by bubblewrap; a selection by the Landlock fallback.
"""

import json
import os
import re
import secrets
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import psutil
import pytest

from resources.sandbox.base import Limits, SandboxUnavailable
from resources.sandbox.interpreter import interpreter
from resources.sandbox.isolation import isolation
from resources.sandbox.local import LocalSandbox

HERE = Path(__file__).parent
REPOSITORY = HERE.parents[2]
SHARED = Path(os.environ.get("SEEDLINE_SHARED", REPOSITORY.parent / "shared"))
NOT_OF_THE_SANDBOX = ("verify_answer_never_called",)  # wants the same tests against a useless answer
LIMITS = Limits(cpu_s=1.5, retry_cpu_s=0)
HONEST = ("honest", "plain")
ONE_PROCESS = "import sys\nsys.path\n"  # tests that look at `sys` are judged beside the answer
FLAGGED = "pass with a flag"  # which is not kept
AMPLE_S = 15.0  # for what must end otherwise than by time, however slow the machine is
HOST_FILE = Path(f"/tmp/host_canary_{secrets.token_hex(8)}.txt")  # what some programs try to write
ORDINARY_UID = 61001
NEIGHBOUR = ("def mul(a, b):\n    return a * b\n", "assert mul(2, 3) == 6\nassert mul(0, 5) == 0\n")


@dataclass(frozen=True)
class Case:
    name: str
    code: str
    tests: str
    accept: tuple[str, ...]
    proof: str = ""
    honest: bool = False


def own_cases() -> list[Case]:
    cases = []
    for file in ("honest", "plain", "hostile", "lies", "imports", "uncalled"):
        text = (HERE / "python_cases" / f"{file}.py.txt").read_text()
        for block in re.split(r"^#### ", text, flags=re.MULTILINE)[1:]:
            head, _, body = block.partition("\n")
            name, accept, *proof = (part.strip() for part in head.split("|"))
            code, _, tests = body.partition("# === TESTS ===\n")
            cases.append(
                Case(name, code, tests, tuple(accept.split()), proof[0] if proof else "", file in HONEST)
            )
            if file == "lies":  # the same lie beside the tests
                beside = f"{ONE_PROCESS}{tests}"
                cases.append(
                    Case(f"beside the tests: {name}", code, beside, (*accept.split(), FLAGGED), "in_process")
                )
    return cases


def shared_cases() -> list[Case]:
    manifest = SHARED / "sandbox_cases" / "manifest.json"
    if not manifest.exists():
        return []
    cases = []
    for entry in json.loads(manifest.read_text()):
        if entry["language"] == "python":
            text = (
                (manifest.parent / entry["file"]).read_text().replace("/tmp/host_canary.txt", str(HOST_FILE))
            )
            code, _, tests = text.partition("# === TESTS ===\n")
            cases.append(Case(entry["file"], code, tests, tuple(entry["accept"])))
    return cases


def shared_verdicts() -> list[Case]:
    """Answers with the verdict that plain Python gives, or that no value may forge."""
    cases = []
    for path in sorted((SHARED / "cases").glob("verify_*.jsonl")):
        if path.stem in NOT_OF_THE_SANDBOX:
            continue
        for row in map(json.loads, path.read_text().splitlines()):
            if row["language"] == "python":
                passes = row.get("right", "not pass").startswith("pass")
                accept = ("pass",) if passes else ("fail", "no_tests", "timeout", "crash")
                cases.append(Case(f"{path.stem}: {row['id']}", row["code"], row["tests"], accept, "", passes))
    return cases


CASES = own_cases() + shared_cases() + shared_verdicts()
needs_bwrap = pytest.mark.skipif(not Path("/usr/bin/bwrap").exists(), reason="bubblewrap is not installed")
needs_root = pytest.mark.skipif(os.getuid() != 0, reason="the suite runs as an ordinary user already")


def batch(cases: list[Case]) -> pl.DataFrame:
    """Each case with an honest neighbour before and behind it."""
    rows = []
    for case in cases:
        limit = None if "timeout" in case.accept else AMPLE_S
        rows.append((f"before {case.name}", *NEIGHBOUR, AMPLE_S))
        rows.append((case.name, case.code, case.tests, limit))
        rows.append((f"behind {case.name}", *NEIGHBOUR, AMPLE_S))
    schema = {"key": pl.String, "code": pl.String, "tests": pl.String, "timeout_s": pl.Float64}
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    return frame.with_columns(language=pl.lit("python"))


@pytest.fixture(scope="module")
def host_file():
    HOST_FILE.write_text("untouched")
    HOST_FILE.chmod(0o666)
    yield
    assert HOST_FILE.read_text() == "untouched"
    HOST_FILE.unlink()


@pytest.fixture(scope="module")
def judged(host_file) -> dict[str, dict]:
    """All cases in one batch, as the user the suite runs as."""
    with LocalSandbox(LIMITS, workers=2, backend="bwrap") as sandbox:
        found = pl.concat(sandbox.verify(batch(CASES)))
        for pid in sandbox.server_pids():  # bubblewrap and its server; no program outlives its verdict
            below = psutil.Process(pid).children(recursive=True)
            assert len([child for child in below if child.status() != psutil.STATUS_ZOMBIE]) == 1
    return {row["key"]: row for row in found.iter_rows(named=True)}


@pytest.fixture(scope="module")
def judged_as_user(host_file) -> dict[str, dict]:
    """The same batch by a process that gave up root before it imported anything of the project."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:  # pytest's own is closed to other users
        Path(folder).chmod(0o777)
        return as_user(CASES, "bwrap", Path(folder))


def as_user(cases: list[Case], backend: str, folder: Path) -> dict[str, dict]:
    source, target = folder / "in.parquet", folder / "out.parquet"
    batch(cases).write_parquet(source)
    source.chmod(0o644)
    python = interpreter(sys.executable)
    order = {
        "uid": ORDINARY_UID,
        "env": {"PATH": "/usr/bin:/bin", "HOME": "/tmp", "PYTHONDONTWRITEBYTECODE": "1"},
        "in_place": True,
        "binds": [*python.folders, str(REPOSITORY / "resources"), str(REPOSITORY / "tests")],
        "command": [python.executable, str(HERE / "batch_as_user.py"), str(source), str(target), backend],
    }
    enter = REPOSITORY / "resources" / "sandbox" / "inside" / "enter.py"
    done = subprocess.run(
        [sys.executable, "-I", "-S", enter, json.dumps(order)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return {row["key"]: row for row in pl.read_parquet(target).iter_rows(named=True)}


def assert_right(case: Case, found: dict[str, dict]) -> None:
    row = found[case.name]
    said = f"{row['verdict']}: {row['detail']} {row['flags']} {row['output_tail'][-400:]}"
    verdict = (
        FLAGGED if row["verdict"] == "pass" and row["flags"] and FLAGGED in case.accept else row["verdict"]
    )
    assert verdict in case.accept, said
    if case.proof:
        assert row["proof"] == case.proof, said
    if case.honest:
        assert set(row["flags"]) <= {"retried"}, said  # on a slow machine
    for side in ("before", "behind"):
        assert found[f"{side} {case.name}"]["verdict"] == "pass", found[f"{side} {case.name}"]
    assert "LEAK" not in row["output_tail"]
    assert "\n" not in row["detail"] and len(row["detail"]) <= 150
    assert len(row["output_tail"].encode()) <= 4 * 4096
    assert row["toolchain"].startswith("Python 3.") and row["isolation"]


@needs_bwrap
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
@pytest.mark.slow(seconds=14)
def test_verdict_among_neighbours(case: Case, judged):
    assert_right(case, judged)
    assert judged[case.name]["isolation"] == "bwrap-forkserver"


@needs_bwrap
@needs_root
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
@pytest.mark.slow(seconds=14)
def test_verdict_for_an_ordinary_user(case: Case, judged_as_user):
    assert_right(case, judged_as_user)


def test_the_shared_cases_are_there():
    if not (SHARED / "sandbox_cases" / "manifest.json").exists():
        pytest.skip(f"no shared cases in {SHARED}: set SEEDLINE_SHARED")
    assert len(shared_cases()) > 80


@pytest.fixture(scope="module")
def judged_by_landlock() -> dict[str, dict]:
    """What does not wait for a limit, by the fallback."""
    try:
        isolation("landlock")
    except SandboxUnavailable as error:
        pytest.skip(str(error))
    with LocalSandbox(LIMITS, workers=2, backend="landlock") as sandbox:
        found = pl.concat(sandbox.verify(batch(quick_cases())))
    return {row["key"]: row for row in found.iter_rows(named=True)}


def quick_cases() -> list[Case]:
    slow = ("timeout", "oom", "output_limit")
    # the fallback promises no /dev/shm, no pid namespace: what needs them is not asked of it
    beyond = (
        "processes, threads",
        "spawned",
        "leaves files",
        "finds nothing",
        "cannot touch",
        "tests on disk",
    )
    return [c for c in CASES if not set(c.accept) & set(slow) and not any(name in c.name for name in beyond)]


@pytest.mark.parametrize("case", quick_cases(), ids=lambda case: case.name)
@pytest.mark.slow(seconds=16)
def test_verdict_of_the_fallback(case: Case, judged_by_landlock):
    assert_right(case, judged_by_landlock)
    assert judged_by_landlock[case.name]["isolation"] == "landlock"
