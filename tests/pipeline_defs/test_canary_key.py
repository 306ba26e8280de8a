"""A key in the environment, a server that fails and says the key back: the key is in no file and on no terminal."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import polars as pl
import pytest

from tests.pipeline_defs.conftest import FILES, MakeLine, short_recipe, write_dump

KEY = "sk-canary-9f3c77d1e5"


class Telltale(BaseHTTPRequestHandler):
    """Refuses every call, and repeats what it was authorized with."""

    status = 401
    heard: list[str] = []

    def do_GET(self) -> None:
        self._answer(200, {"object": "list", "data": [{"id": "scripted", "object": "model"}]})

    def do_POST(self) -> None:
        said = self.headers.get("Authorization", "")
        self.heard.append(said)
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self._answer(self.status, {"error": {"message": f"Incorrect API key provided: {said}", "code": said}})

    def _answer(self, status: int, body: dict) -> None:
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.send_header("X-Request-Id", self.headers.get("Authorization", ""))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_: object) -> None:
        """Nothing on the test's own terminal."""


@pytest.fixture
def telltale() -> Iterator[str]:
    """Its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Telltale)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/v1"
    server.shutdown()
    server.server_close()


def holding(folder: Path, key: str) -> list[str]:
    """Files under `folder` with `key` in them, or, as Parquet is compressed, in their rows and their metadata."""
    found = []
    for path in folder.rglob("*"):
        if not path.is_file():
            continue
        text = path.read_bytes()
        if path.suffix == ".parquet":
            text += (
                str(pl.read_parquet(path).to_dicts()).encode() + str(pl.read_parquet_metadata(path)).encode()
            )
        if key.encode() in text:
            found.append(str(path.relative_to(folder)))
    return found


@pytest.mark.timeout(300)
@pytest.mark.slow(seconds=15)
@pytest.mark.parametrize("status", [401, 400])
def test_the_key_is_in_no_file_after_a_run_against_a_failing_server(
    make_line: MakeLine, telltale: str, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    Telltale.heard.clear()
    monkeypatch.setattr(Telltale, "status", status)
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    recipe = short_recipe(
        engine={"backend": "openai", "model": "scripted"},
        instructions={"method": "code_ocean", "wave": 2},
        responses={"method": "as_written"},
        verification={"method": "discriminator"},
    )
    line = make_line(recipe=recipe, settings=f'[engines.openai]\nbase_url = "{telltale}"')
    write_dump(line.folder / "dumps" / "2026-01", FILES)
    command = [sys.executable, "-m", "pipeline_defs.cli", "materialize", "--dump", "2026-01"]
    done = subprocess.run(
        [*command, "--select", '+key:"demo/instructions"'],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        env={**os.environ, "TMPDIR": str(line.folder)},
    )
    assert any(KEY in one for one in Telltale.heard), done.stderr  # it was sent, and came back
    assert KEY not in done.stdout + done.stderr
    assert (line.folder / "home" / "store").is_dir()
    assert holding(line.folder, KEY) == []
    (line.folder / "home" / "planted").write_text(f"x{KEY}x")
    assert holding(line.folder, KEY) == ["home/planted"]  # the search finds what is there
