"""`seedline doctor`: what a machine lacks is said in a line with its remedy, as JSON too, and no key is shown."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from pipeline_defs.configuration.settings import Settings, load_settings
from pipeline_defs.machine.checks import findings, places
from pipeline_defs.machine.clock import clock
from pipeline_defs.machine.finding import Finding, State
from pipeline_defs.machine.servers import model_servers
from pipeline_defs.recipes.files import shipped_recipes

KEY = "sk-doctor-canary-4711"


def settings(folder: Path, **more: object) -> Settings:
    return load_settings({"home": str(folder / "home"), **more})


def problems(found: Iterator[Finding]) -> dict[str, Finding]:
    return {one.part: one for one in found if one.state is State.PROBLEM}


@contextmanager
def server(status: int, date: str | None = None) -> Iterator[str]:
    """A server that answers everything with `status`, and states `date` as its time."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response_only(status)
            if date is not None:
                self.send_header("Date", date)
            self.end_headers()

        do_HEAD = do_GET  # noqa: N815

        def log_message(self, *_: object) -> None:
            """Nothing is printed."""

    with HTTPServer(("127.0.0.1", 0), Answer) as listening:
        threading.Thread(target=listening.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{listening.server_port}"
        listening.shutdown()


@pytest.mark.slow(seconds=8)
def test_a_machine_that_runs_this_suite_lacks_nothing_that_the_demo_needs(tmp_path: Path) -> None:
    found = list(findings(settings(tmp_path)))
    assert {one.part for one in found} >= {"Python", "isolation", "torch", "home", "toolchains", "clock"}
    assert not (tmp_path / "home").exists()  # nothing is left behind
    assert next(one for one in found if one.part == "isolation").state is State.OK


def test_a_place_that_is_no_folder_or_does_not_answer_is_named_with_the_remedy(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file")
    with server(503) as address:
        asked = settings(tmp_path, cache="s3://bucket/cache", s3={"endpoint_url": address, "region": "x"})
        found = problems(places(asked))
    assert found["home"].found == f"{tmp_path / 'home'} is a file"
    assert "s3://bucket/cache" in found["row cache"].found and "endpoint_url" in found["row cache"].remedy
    assert "store" in found and "temporary files" not in found


def test_too_few_open_files_are_said_with_the_command_that_raises_them() -> None:
    code = "from pipeline_defs.machine.checks import open_files; print([*open_files()][0])"
    asked = ["bash", "-c", f"ulimit -Sn 512; {sys.executable} -c '{code}'"]
    said = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
    assert "512 a process" in said and "ulimit -n 1024" in said


@pytest.mark.parametrize(("status", "state"), [(200, State.OK), (401, State.PROBLEM), (404, State.NOTE)])
def test_a_model_server_is_asked_and_its_key_is_not_shown(tmp_path: Path, status: int, state: State) -> None:
    with server(status) as address:
        openai = {"base_url": f"{address}/v1", "api_key": KEY}
        asked = settings(tmp_path, engines={"openai": openai})
        recipe = tmp_path / "asks.yaml"
        shipped = shipped_recipes()["demo"].read_text(encoding="utf-8")
        recipe.write_text(
            shipped.replace("backend: offline", "backend: openai\n  model: any"), encoding="utf-8"
        )
        (found,) = model_servers(asked.model_copy(update={"recipes": [str(recipe)]}))
    assert found.state is state and address in found.found
    assert KEY not in str(found)
    (gone,) = model_servers(asked.model_copy(update={"recipes": [str(recipe)]}))
    assert gone.state is State.PROBLEM and "refused" in gone.found


def test_a_clock_far_from_the_s3_servers_is_a_problem(tmp_path: Path) -> None:
    with server(403, "Tue, 01 Jan 2030 00:00:00 GMT") as address:
        (found,) = clock(settings(tmp_path, s3={"endpoint_url": address}))
    assert found.state is State.PROBLEM and "from the S3 server's" in found.found
    (alone,) = clock(settings(tmp_path))
    assert alone.state is State.OK


@pytest.mark.slow(seconds=8)
def test_the_command_prints_json_and_fails_where_something_is_lacking(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    environment = {**os.environ, "SEEDLINE_HOME": str(tmp_path / "file" / "home")}
    asked = [sys.executable, "-m", "pipeline_defs.cli", "doctor", "--json"]
    done = subprocess.run(asked, capture_output=True, text=True, env=environment, check=False)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 1
    assert next(row for row in rows if row["part"] == "home")["state"] == "problem"
    demo = subprocess.run([*asked[:3], "demo"], capture_output=True, text=True, env=environment, check=False)
    assert demo.returncode == 1 and "home: " in demo.stdout and "Traceback" not in demo.stderr
