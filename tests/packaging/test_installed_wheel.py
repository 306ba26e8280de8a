"""The wheel in an environment of its own, used from a folder whose `assets` and `resources` hold other things.

The environment takes its dependencies from this one, by a plain path: the checkout that is installed here in
editable form is not seen from there.
"""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("pipeline_defs", "assets", "resources", "sql")
SMALL_DEMO = """\
recipes = ["demo"]

[dumps.named.installed-packages]
kind = "installed-packages"
max_files = 60
"""
LOCATIONS = (
    "{workspaceOrError{__typename ... on Workspace{locationEntries{name locationOrLoadError{__typename}}}}}"
)


@dataclass(frozen=True)
class Installed:
    """The command of the fresh environment, in a folder that is nobody's checkout."""

    command: Path
    folder: Path
    environment: dict[str, str]

    def run(self, *words: str, timeout_s: float = 600) -> str:
        """The output of `seedline WORDS`; fails the test where the command fails."""
        done = subprocess.run(
            [self.command, *words],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=timeout_s,
        )
        assert done.returncode == 0, f"seedline {' '.join(words)}\n{done.stdout}\n{done.stderr}"
        return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The built wheel, installed; the current folder holds packages of the same names that cannot be imported."""
    place = tmp_path_factory.mktemp("wheel")
    source, folder, fresh = place / "source", place / "my project", place / "venv"
    source.mkdir()
    for name in PACKAGES:
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source / name)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    subprocess.run(
        [*pip, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", place, source], check=True
    )
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", fresh], check=True)
    python = fresh / "bin" / "python"
    (wheel,) = place.glob("*.whl")
    subprocess.run([*pip, "--python", python, "install", "--no-deps", wheel], check=True)
    (packages,) = (fresh / "lib").glob("python*/site-packages")
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    for name in ("assets", "resources"):
        (folder / name).mkdir(parents=True)
        (folder / name / "__init__.py").write_text("raise ImportError('the folder of somebody else')\n")
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in ("PYTHONPATH", "DAGSTER_HOME") and not name.startswith("SEEDLINE_")
    }
    return Installed(fresh / "bin" / "seedline", folder, environment)


def test_the_installed_package_is_the_one_that_runs(installed: Installed) -> None:
    python = installed.command.with_name("python")
    code = "import assets, resources, sql, pipeline_defs as p; print(p.__file__, assets.__file__)"
    done = subprocess.run(
        [python, "-P", "-c", code],
        cwd=installed.folder,
        env=installed.environment,
        capture_output=True,
        text=True,
    )
    assert done.stdout.count(str(installed.command.parents[1])) == 2, done.stderr


def test_a_project_begun_with_init_comes_to_training_rows(installed: Installed) -> None:
    installed.run("init", "begun")
    begun = Installed(installed.command, installed.folder / "begun", installed.environment)
    assert "never materialized" in begun.run("plan")
    begun.run("materialize", "--select", 'key:"begun/sft_dataset" or +key:"begun/sft_dataset"')
    rows = begun.run("show", "sft_dataset", "--json", "-n", "20").splitlines()
    assert len(rows) >= 10
    assert all(json.loads(row)["repo"] for row in rows)


def test_verify_judges_programs(installed: Installed) -> None:
    (installed.folder / "programs.jsonl").write_text(
        json.dumps({"id": "a", "language": "python", "code": "def f(): return 1", "tests": "assert f() == 1"})
        + "\n"
    )
    installed.run("verify", "programs.jsonl", "verdicts.parquet")
    assert pl.read_parquet(installed.folder / "verdicts.parquet")["verdict"].to_list() == ["pass"]


@pytest.mark.slow
def test_the_demo_and_the_ui(installed: Installed) -> None:
    (installed.folder / "seedline.toml").write_text(SMALL_DEMO, encoding="utf-8")
    assert "Done" in installed.run("demo")
    assert "up to date" in installed.run("plan")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = installed.folder / "ui.log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            [installed.command, "ui", "--port", str(port)],
            cwd=installed.folder,
            env=installed.environment,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        assert _locations(port) == {"seedline": "RepositoryLocation"}, log.read_text()[-3000:]
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(timeout=60)


def _locations(port: int, timeout_s: float = 180) -> dict[str, str]:
    """Name of each code location of the UI and whether it loaded, once the server has finished to load them."""
    body = json.dumps({"query": LOCATIONS}).encode()
    found: dict[str, str] = {}
    end = time.monotonic() + timeout_s
    while time.monotonic() < end and (not found or None in found.values()):
        time.sleep(1)
        with contextlib.suppress(OSError):
            request = urllib.request.Request(
                f"http://127.0.0.1:{port}/graphql", body, {"Content-Type": "application/json"}
            )
            with urllib.request.urlopen(request, timeout=30) as answer:
                entries = json.load(answer)["data"]["workspaceOrError"]["locationEntries"]
            found = {one["name"]: (one["locationOrLoadError"] or {}).get("__typename") for one in entries}
    return found
