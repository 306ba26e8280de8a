"""The wheel in an environment of its own, and a folder whose `assets` and `resources` hold other things.

The environment takes its dependencies from this one, by a plain path: the checkout that is installed here in
editable form is not seen from there.
"""

import fcntl
import os
import shutil
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("pipeline_defs", "assets", "resources", "sql")


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


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The built wheel, installed; the current folder holds packages of the same names that cannot be imported."""
    fresh = _environment(tmp_path_factory)
    folder = tmp_path_factory.mktemp("wheel") / "my project"
    for name in ("assets", "resources"):
        (folder / name).mkdir(parents=True)
        (folder / name / "__init__.py").write_text("raise ImportError('the folder of somebody else')\n")
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in ("PYTHONPATH", "DAGSTER_HOME") and not name.startswith("SEEDLINE_")
    }
    return Installed(fresh / "bin" / "seedline", folder, environment)


def _environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The environment with the wheel, made by whichever of this run's workers wants it first."""
    base = tmp_path_factory.getbasetemp()
    place = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "installed"
    place.mkdir(exist_ok=True)
    fresh, done = place / "venv", place / "done"
    with (place / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            _install(place, fresh)
            done.touch()
    return fresh


def _install(place: Path, fresh: Path) -> None:
    source = place / "source"
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


@pytest.fixture(scope="session")
def plugin(installed: Installed, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The documentation's example package: installed beside the wheel, and in a folder for this process's path."""
    source = tmp_path_factory.mktemp("plugin") / "source"
    folder = source.with_name("packages")
    shutil.copytree(ROOT / "docs" / "example_plugin", source)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    build = ["--no-deps", "--no-build-isolation"]
    subprocess.run([*pip, "wheel", *build, "--wheel-dir", source, source], check=True)
    (wheel,) = source.glob("*.whl")
    subprocess.run([*pip, "install", "--no-deps", "--target", folder, wheel], check=True)
    python = installed.command.with_name("python")
    subprocess.run([*pip, "--python", python, "install", "--no-deps", wheel], check=True)
    return folder
