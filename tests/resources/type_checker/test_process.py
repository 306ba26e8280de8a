"""A checker's process: cut by time, told apart from a killed one, never left behind."""

import os
import sys
import threading
import time
from pathlib import Path

import pytest

from resources.type_checker.base import TypeCheckerUnavailable
from resources.type_checker.process import CheckerFailed, run_checker


def run(script: str, folder: Path, timeout_s: float = 30) -> str:
    return run_checker([sys.executable, "-c", script], folder, timeout_s=timeout_s, install="install it")


def test_what_it_prints_comes_back_and_findings_are_no_failure(tmp_path: Path):
    assert run("print('found'); raise SystemExit(1)", tmp_path) == "found\n"


def test_the_environment_of_the_user_does_not_reach_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PYTHONPATH", "/somewhere")
    monkeypatch.setenv("VIRTUAL_ENV", "/elsewhere")
    seen = run("import os; print(sorted(os.environ))", tmp_path)
    assert "PYTHONPATH" not in seen
    assert "VIRTUAL_ENV" not in seen


def test_one_that_hangs_is_cut_with_its_children(tmp_path: Path):
    script = (
        "import subprocess, sys, pathlib, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        "pathlib.Path('child').write_text(str(child.pid))\n"
        "time.sleep(600)"
    )
    with pytest.raises(CheckerFailed, match="no verdict within"):
        run(script, tmp_path, timeout_s=0.5)
    child = int((tmp_path / "child").read_text())
    assert _is_gone(child)


def test_one_that_computes_for_ever_is_cut_by_its_cpu_time_and_one_that_waits_is_not(tmp_path: Path):
    with pytest.raises(CheckerFailed, match="no verdict within 1 s"):
        run("while True: pass", tmp_path, timeout_s=1)
    assert run("import time; time.sleep(1.5); print('done')", tmp_path, timeout_s=1) == "done\n"


def test_one_that_nobody_waits_for_any_more_is_ended(tmp_path: Path):
    cancelled = threading.Event()
    threading.Timer(3, cancelled.set).start()
    script = "import os, pathlib, time; pathlib.Path('child').write_text(str(os.getpid())); time.sleep(600)"
    with pytest.raises(TypeCheckerUnavailable, match="stopped"):
        run_checker(
            [sys.executable, "-c", script], tmp_path, timeout_s=60, install="install it", cancelled=cancelled
        )
    assert _is_gone(int((tmp_path / "child").read_text()))


def test_one_that_crashes_is_told_by_its_last_words(tmp_path: Path):
    with pytest.raises(CheckerFailed, match=r"exit status 3.*out of ideas"):
        run("import sys; print('out of ideas', file=sys.stderr); sys.exit(3)", tmp_path)


def test_one_that_is_killed_is_not_the_fault_of_the_sources(tmp_path: Path):
    with pytest.raises(TypeCheckerUnavailable, match=r"killed by signal 9.*memory"):
        run("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", tmp_path)


def test_one_that_is_not_there_is_named_with_the_remedy(tmp_path: Path):
    with pytest.raises(TypeCheckerUnavailable, match=r"no-such-checker: cannot be started.*install it"):
        run_checker(["no-such-checker"], tmp_path, timeout_s=5, install="install it")
    with pytest.raises(TypeCheckerUnavailable, match=r"no_such_module.*install it"):
        run_checker([sys.executable, "-m", "no_such_module"], tmp_path, timeout_s=30, install="install it")


def _is_gone(pid: int) -> bool:
    for _ in range(50):
        try:
            os.kill(pid, 0)
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except (ProcessLookupError, FileNotFoundError):
            return True
        if state == "Z":  # ended; whoever adopted it has yet to collect it
            return True
        time.sleep(0.1)
    return False
