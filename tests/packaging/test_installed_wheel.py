"""The installed wheel, used from a folder that is nobody's checkout."""

import contextlib
import json
import os
import signal
import subprocess
import time
import urllib.request
from itertools import islice
from pathlib import Path

import polars as pl
import pytest

from resources.ports import free_port
from tests.packaging.conftest import PACKAGES, ROOT, Installed

pytestmark = pytest.mark.slow(seconds=10)

SMALL_DEMO = """\
recipes = ["demo", "seedling_small"]

[dumps.named.installed-packages]
kind = "installed-packages"
max_files = 60

[dumps.named.grammar]
kind = "grammar"
functions = 40

[benchmarks]
seedling_held_out = "few.jsonl"
"""
LOCATIONS = (
    "{workspaceOrError{__typename ... on Workspace{locationEntries{name locationOrLoadError{__typename}}}}}"
)


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
    (packages,) = (installed.command.parents[1] / "lib").glob("python*/site-packages")
    assert [name for name in PACKAGES if not (packages / name / "py.typed").is_file()] == []


def test_verify_judges_programs(installed: Installed) -> None:
    (installed.folder / "programs.jsonl").write_text(
        json.dumps({"id": "a", "language": "python", "code": "def f(): return 1", "tests": "assert f() == 1"})
        + "\n"
    )
    installed.run("verify", "programs.jsonl", "verdicts.parquet")
    assert pl.read_parquet(installed.folder / "verdicts.parquet")["verdict"].to_list() == ["pass"]


@pytest.mark.slow(seconds=60)
def test_the_demo_and_the_ui(installed: Installed) -> None:
    (installed.folder / "seedline.toml").write_text(SMALL_DEMO, encoding="utf-8")
    (installed.folder / "few.jsonl").write_text(held_out(8), encoding="utf-8")
    said = installed.run("demo")
    assert "Done" in said and "on 8 held-out problems" in said, said
    [page] = (installed.folder / ".seedline" / "store" / "audit" / "report").glob("seedling_small.html")
    assert page.stat().st_size > 1_000_000
    left = [json.loads(line)["asset"] for line in installed.run("plan", "--json").splitlines()]
    assert left == ["demo/checkpoint", "demo/eval_scores"]  # the demo's first half ends with rows
    port = free_port()
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


def held_out(count: int) -> str:
    """The first of the problems that the demo asks."""
    with Path(ROOT, "assets/benchmarks/problems/seedling_held_out.jsonl").open(encoding="utf-8") as file:
        return "".join(islice(file, count))


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
