"""Shared servers by their leases, with a small HTTP server in vLLM's place: one start, restarts, idle stop, room."""

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from resources.engines.base import EngineUnavailable
from resources.engines.lease import Lease, LeaseFile, Process
from resources.engines.server_watch import Plan
from resources.engines.shared_server import SharedServer, told_to_stop
from tests.resources.engines.conftest import end_servers

SERVER = textwrap.dedent("""
    import http.server, os, signal, subprocess, sys, threading
    port, slow, log = int(sys.argv[1]), float(sys.argv[2]), sys.argv[3]
    threading.Thread(target=lambda: (os.read(0, 1), os.killpg(0, signal.SIGKILL)), daemon=True).start()
    with open(log, "a") as file:
        file.write(f"{os.getpid()}\\n")
    if slow < 0:
        raise RuntimeError("torch.OutOfMemoryError: CUDA out of memory")
    threading.Event().wait(slow)
    worker = subprocess.Popen(["sleep", "1000"])

    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            said = f"{os.getpid()} {worker.pid} {os.environ['KEY']}".encode()
            self.send_response(200)
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_):
            pass

    http.server.ThreadingHTTPServer(("127.0.0.1", port), Answer).serve_forever()
""")


@pytest.fixture
def state(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "engines"
    yield folder
    end_servers(folder)


@pytest.fixture
def plan_of(tmp_path: Path) -> Callable[..., Plan]:
    program = tmp_path / "server.py"
    program.write_text(SERVER)

    def plan(digest: str = "a" * 32, *, slow: float = 0.0, **settings: object) -> Plan:
        starts = tmp_path / f"starts-{digest}"
        command = [sys.executable, str(program), "{port}", str(slow), str(starts)]
        defaults: dict[str, object] = {
            "memory_share": 0.5,
            "devices": "",
            "idle_s": 30.0,
            "load_timeout_s": 60.0,
        }
        fields = defaults | {"key": "k" + digest, "environment": {"KEY": "{key}"}} | settings
        return Plan(digest=digest, name=f"model-{digest[0]}", command=command, **fields)  # type: ignore[arg-type]

    return plan


def starts(tmp_path: Path, digest: str = "a" * 32) -> list[int]:
    return [int(line) for line in (tmp_path / f"starts-{digest}").read_text().split()]


def ask(lease: Lease) -> tuple[int, int, str]:
    with urllib.request.urlopen(lease.url, timeout=10) as answer:
        server, worker, key = answer.read().decode().split()
    return int(server), int(worker), key


def until(condition: Callable[[], object], seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


@pytest.mark.slow(seconds=1)
def test_a_server_is_started_once_and_found_by_others(
    plan_of: Callable[..., Plan], state: Path, tmp_path: Path
):
    plan = plan_of(slow=1.0)
    script = tmp_path / "other.py"
    script.write_text(
        "import json, sys; from pathlib import Path\n"
        "from resources.engines.server_watch import Plan\n"
        "from resources.engines.shared_server import SharedServer\n"
        "plan = json.loads(sys.argv[1])\n"
        "print(SharedServer(Plan(**plan), Path(sys.argv[2])).lease().port)\n"
    )
    from dataclasses import asdict

    command = [sys.executable, str(script), json.dumps(asdict(plan)), str(state)]
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[3])}
    others = [
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment, start_new_session=True)
        for _ in range(2)
    ]
    mine = SharedServer(plan, state)
    lease = mine.lease()
    ports = [int(other.communicate(timeout=120)[0]) for other in others]
    assert ports == [lease.port, lease.port]
    server, _, key = ask(lease)
    assert starts(tmp_path) == [server], "one start for three processes"
    assert key == plan.key == lease.key
    # the processes that asked for it are over, whoever started it among them
    assert mine.alive and ask(mine.lease())[0] == server
    assert (
        not psutil.Process(lease.watch.pid).parent() or psutil.Process(lease.watch.pid).ppid() != os.getpid()
    )
    assert oct(mine.file.path.stat().st_mode & 0o777) == "0o600", "the lease holds the server's key"
    mine.leave()


@pytest.mark.parametrize("victim", ["server", "watch"])
@pytest.mark.slow(seconds=3)
def test_a_killed_server_is_started_again_and_leaves_nothing(
    plan_of: Callable[..., Plan], state: Path, tmp_path: Path, victim: str
):
    shared = SharedServer(plan_of(), state)
    before = shared.lease()
    server, worker, _ = ask(before)
    os.kill(server if victim == "server" else before.watch.pid, signal.SIGKILL)
    until(lambda: not shared.alive)
    until(lambda: not psutil.pid_exists(worker) or psutil.Process(worker).status() == "zombie")
    after = shared.lease()
    assert ask(after)[0] != server
    assert len(starts(tmp_path)) == 2
    assert not told_to_stop(shared.file.read())
    shared.leave()


@pytest.mark.slow(seconds=2)
def test_a_server_stops_when_nobody_has_used_it_for_its_idle_time(plan_of: Callable[..., Plan], state: Path):
    shared = SharedServer(plan_of(idle_s=1.0), state)
    lease = shared.lease()
    server, worker, _ = ask(lease)
    time.sleep(3.0)
    assert shared.alive, "it has a user, however long that one is silent"
    shared.leave()
    until(lambda: not shared.alive)
    until(lambda: not psutil.pid_exists(server) and not lease.watch.alive)
    until(lambda: not psutil.pid_exists(worker) or psutil.Process(worker).status() == "zombie")
    stopped = shared.file.read()
    assert stopped is not None and stopped.state == "stopped" and "idle" in str(stopped.reason)


def test_a_server_that_cannot_start_says_why_at_once(plan_of: Callable[..., Plan], state: Path):
    shared = SharedServer(plan_of(slow=-1.0), state)
    with pytest.raises(EngineUnavailable) as raised:
        shared.lease()
    said = str(raised.value)
    assert "'model-a' did not start: it ended with status 1" in said
    assert "lower engines.vllm.memory_share" in said, "what to do about it"
    assert "OutOfMemoryError: CUDA out of memory" in said, "its last words"
    late = SharedServer(plan_of("b" * 32, slow=1000.0, load_timeout_s=1.0), state)
    with pytest.raises(EngineUnavailable, match=r"not ready after 1 s \(engines.vllm.load_timeout_s\)"):
        late.lease()
    lease = late.file.read()
    assert lease is not None and lease.server is not None
    until(lambda: not lease.server.alive)
    shared.leave()
    late.leave()


@pytest.mark.slow(seconds=3)
def test_room_is_made_by_stopping_what_nobody_uses(plan_of: Callable[..., Plan], state: Path):
    first, second, third = (
        SharedServer(plan_of(letter * 32, memory_share=share, load_timeout_s=timeout), state)
        for letter, share, timeout in (("a", 0.6, 60.0), ("b", 0.4, 60.0), ("c", 0.5, 20.0))
    )
    first.lease()
    second.lease()
    assert first.alive and second.alive, "their shares fit together"
    second.leave()
    impatient = SharedServer(plan_of("c" * 32, memory_share=0.5, load_timeout_s=1.0), state)
    with pytest.raises(EngineUnavailable, match=r"server of 'model-a' \(share 0.6 .* is in use"):
        impatient.lease()
    impatient.leave()
    first.leave()
    third.lease()
    assert third.alive and not first.alive
    third.leave()


@pytest.mark.slow(seconds=2)
def test_servers_on_other_devices_are_left_alone(plan_of: Callable[..., Plan], state: Path):
    first = SharedServer(plan_of("a" * 32, memory_share=0.9, devices="0,1"), state)
    second = SharedServer(plan_of("b" * 32, memory_share=0.9, devices="2"), state)
    first.lease()
    first.leave()
    second.lease()
    assert first.alive and second.alive
    both = first.file.read()
    assert both is not None and both.competes_with("1,2") and both.competes_with("")
    second.leave()


@pytest.mark.slow(seconds=1)
def test_the_command_shows_and_stops_servers(
    plan_of: Callable[..., Plan],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    from pipeline_defs.commands import engine

    monkeypatch.setenv("SEEDLINE_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "250")
    engine.status()
    assert "no server has run here" in capsys.readouterr().out
    shared = SharedServer(plan_of(), tmp_path / "engines")
    lease = shared.lease()
    server = ask(lease)[0]
    engine.status()
    shown = capsys.readouterr().out
    assert "model-a" in shown and "in use" in shown and lease.url in shown and lease.key not in shown
    with pytest.raises(EngineUnavailable, match="in use by a step, so it was left alone: model-a"):
        engine.stop(None)
    assert shared.alive
    engine.stop("another model")
    assert shared.alive
    engine.stop(None, force=True)
    assert not psutil.pid_exists(server) and told_to_stop(shared.file.read())
    shared.leave()
    engine.status()
    assert "stopped by command" in capsys.readouterr().out


def test_a_lease_outlives_neither_its_process_nor_a_process_with_its_id(tmp_path: Path):
    me = Process.of(os.getpid())
    assert me.alive
    assert not Process(me.pid, me.started - 100).alive, "another process had this id"
    file = LeaseFile(tmp_path, "d" * 32)
    assert file.read() is None
    lease = Lease("d" * 32, "m", me, 1, "key", 0.5, "", 1.0, state="ready")
    file.write(lease)
    assert file.read() == lease
    file.amend(state="stopped")
    changed = file.read()
    assert changed is not None and not changed.alive
    file.path.write_text("{half")
    assert file.read() is None
    with file.use(), file.unused() as unused:
        assert not unused
    with file.unused() as unused:
        assert unused
