"""The sandbox as the pipeline uses it: rows in, rows out, every key once, whatever dies in between."""

import os
import signal
import sys
import tempfile
import threading
import time
import venv
from pathlib import Path

import polars as pl
import psutil
import pytest

from resources.sandbox.base import PROGRAM_SCHEMA, VERDICT_SCHEMA, Limits, SandboxUnavailable
from resources.sandbox.isolation import isolation
from resources.sandbox.local import LocalSandbox, open_sandbox
from resources.sandbox.resource import SandboxResource
from resources.sandbox.server_process import ServerDied, ServerProcess

RIGHT = "def add(a, b):\n    return a + b\n"
TESTS = "assert add(1, 2) == 3\nassert add(2, 2) == 4\n"
LIMITS = Limits(cpu_s=1, retry_cpu_s=0)


@pytest.fixture(autouse=True, scope="module")
def isolated():
    try:
        isolation()
    except SandboxUnavailable as error:
        pytest.skip(str(error))


def frame(rows: list[tuple], **more) -> pl.DataFrame:
    programs = pl.DataFrame(rows, schema=["key", "code", "tests"], orient="row")
    return programs.with_columns(language=pl.lit("python"), **{k: pl.lit(v) for k, v in more.items()})


def judged(programs: pl.DataFrame, limits: Limits = LIMITS, **settings) -> dict[str, dict]:
    with open_sandbox(limits, **{"workers": 2, **settings}) as sandbox:
        found = pl.concat(sandbox.verify(programs))
    assert found.schema == VERDICT_SCHEMA
    assert sorted(found["key"]) == sorted(programs["key"])
    return {row["key"]: row for row in found.iter_rows(named=True)}


def test_every_column_is_filled():
    found = judged(
        frame([("a", RIGHT, TESTS), ("b", RIGHT, "print('so far')\nassert add(1, 1) == 3, 'one\\ntwo'")])
    )
    passed, failed = found["a"], found["b"]
    assert passed["verdict"] == "pass" and passed["detail"] == "" and passed["proof"] == "split"
    assert passed["duration_ms"] > 0 and passed["cpu_ms"] > 0 and passed["peak_mb"] > 1
    assert failed["verdict"] == "fail" and failed["detail"].startswith("tests: AssertionError: one")
    assert "\n" not in failed["detail"] and failed["output_tail"] == "so far\n"


def test_no_programs_and_no_code():
    assert list(open_sandbox(LIMITS).verify(pl.DataFrame(schema=PROGRAM_SCHEMA))) == []
    found = judged(frame([("a", None, TESTS), ("b", RIGHT, None), ("c", "", "")]))
    assert [found[k]["verdict"] for k in "abc"] == ["fail", "no_tests", "no_tests"]


def test_an_unknown_language_is_unsupported_not_failed():
    found = judged(frame([("a", RIGHT, TESTS)]).with_columns(language=pl.lit("cobol")))
    assert found["a"]["verdict"] == "unsupported" and "cobol" in found["a"]["detail"]


@pytest.mark.slow(seconds=2)
def test_a_longer_limit_is_tried_once():
    slow = "def f():\n    x = 0\n    for i in range(10**8):\n        x += i\n        if i == 2 * 10**7: return 1\n"
    found = judged(frame([("a", slow, "assert f() == 1")]), Limits(cpu_s=0.2, retry_cpu_s=20))
    assert found["a"]["verdict"] == "pass" and found["a"]["flags"] == ["retried"]
    loop = frame([("a", "def f():\n    while True: pass", "assert f()")], timeout_s=0.4)
    assert judged(loop, Limits(cpu_s=0.2, retry_cpu_s=20))["a"]["flags"] == ["retried"]


def test_a_programs_own_memory_limit():
    code = "def f(n):\n    return len(bytearray(n << 20))\n"
    rows = [("a", code, "assert f(150) == 150 << 20")]
    assert judged(frame(rows, timeout_s=15.0))["a"]["verdict"] == "pass"
    assert judged(frame(rows, timeout_s=15.0, memory_mb=80))["a"]["verdict"] == "oom"


@pytest.mark.slow(seconds=1)
def test_a_program_may_ask_for_another_hash_seed():
    code = "def f():\n    return hash('seedling')\nprint(f())\n"
    rows = frame([("a", code, "assert f()"), ("b", code, "assert f()")])
    one, other, same = (
        judged(rows.with_columns(hash_seed=pl.lit(seed)))["a"]["output_tail"] for seed in (0, 1, None)
    )
    assert one == same != other


def test_runs_are_repeatable():
    code = "import random\ndef f():\n    return random.random(), hash('x'), list({'a', 'b', 'c'})\nprint(f())"
    rows = [(str(n), code, "assert f()") for n in range(6)]
    assert len({row["output_tail"] for row in judged(frame(rows)).values()}) == 1


@pytest.mark.slow(seconds=1)
def test_a_killed_worker_loses_nothing():
    rows = [
        (str(n), RIGHT, f"import time\ntime.sleep(0.01)\nassert add({n}, 1) == {n + 1}") for n in range(150)
    ]
    with LocalSandbox(LIMITS, workers=2) as sandbox:
        stop = threading.Event()
        killed = []

        def killer() -> None:
            while not stop.wait(0.2) and len(killed) < 2:
                for pid in sandbox.server_pids():
                    if pid not in killed and len(killed) < 2:
                        killed.append(pid)
                        os.kill(pid, signal.SIGKILL)

        thread = threading.Thread(target=killer)
        thread.start()
        found = pl.concat(sandbox.verify(frame(rows)))
        stop.set()
        thread.join()
    assert len(killed) == 2
    assert sorted(found["key"]) == sorted(key for key, *_ in rows)
    assert found["verdict"].to_list() == ["pass"] * len(rows)


def test_a_program_under_which_every_worker_dies_is_the_machines_error(monkeypatch):
    def dying(self, *_, **__):
        self._process.kill()
        raise ServerDied("it died")

    monkeypatch.setattr(ServerProcess, "ask", dying)
    found = judged(frame([("a", RIGHT, TESTS)]))
    assert found["a"]["verdict"] == "harness_error" and "it died" in found["a"]["detail"]


def test_texts_of_every_length_are_read_alike():
    """Short ones go to the reader and back in a message, long ones in memory of their own."""
    long_tests = "import sys\n" + "".join(f"assert add({n}, 2) == {n} + 2\n" for n in range(1500))
    long_answer = RIGHT + "# " + "x" * 100_000 + "\n"
    rows = [(f"{len(a)} {len(t)}", a, t) for a in (RIGHT, long_answer) for t in (TESTS, long_tests)]
    wrong = [(f"wrong {key}", answer, tests + "assert add(1, 2) == 4\n") for key, answer, tests in rows]
    broken = ("broken", "def add(", TESTS)
    found = judged(frame([*rows, *wrong, broken]))
    assert {found[key]["verdict"] for key, _, _ in rows} == {"pass"}
    assert {found[key]["verdict"] for key, _, _ in wrong} == {"fail"}
    assert found["broken"]["detail"].startswith("answer: SyntaxError")


def test_leaving_ends_every_process():
    with LocalSandbox(LIMITS, workers=2) as sandbox:
        list(sandbox.verify(frame([(str(n), RIGHT, TESTS) for n in range(4)])))
        pids = sandbox.server_pids()
        assert pids
        everything = [
            p for pid in pids for p in (psutil.Process(pid), *psutil.Process(pid).children(recursive=True))
        ]
    deadline = time.monotonic() + 10
    while any(p.is_running() and p.status() != psutil.STATUS_ZOMBIE for p in everything):
        assert time.monotonic() < deadline, everything
        time.sleep(0.02)


def test_identity_says_what_a_verdict_depends_on():
    with open_sandbox(LIMITS) as one, open_sandbox(Limits(cpu_s=3)) as other:
        about = one.identity("python")
        assert about["toolchain"].startswith("Python 3.") and about["isolation"] and about["harness"]
        assert about != other.identity("python")
        with pytest.raises(SandboxUnavailable):
            one.identity("cobol")


def test_the_resource_opens_the_sandbox_of_its_settings():
    resource = SandboxResource(workers=1, cpu_s=0.5, retry_cpu_s=0, memory_mb=256)
    with resource.open() as sandbox:
        assert '"memory_mb":256' in sandbox.identity("python")["limits"]
        found = pl.concat(sandbox.verify(frame([("a", RIGHT, TESTS)])))
    assert found["verdict"].to_list() == ["pass"]


@pytest.mark.parametrize("symlinks", [True, False], ids=["linked", "copied"])
def test_a_virtual_environment_below_tmp_is_seen_inside(symlinks: bool):
    """A program's own /tmp must not hide it: what the program imports first is read from there."""
    if Path(sys.base_prefix).is_relative_to("/tmp"):
        pytest.skip("the interpreter itself lies below /tmp")
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        venv.create(f"{folder}/env", symlinks=symlinks)
        [packages] = Path(folder).glob("env/lib/python3*/site-packages")
        (packages / "only_there.py").write_text("VALUE = 7\n")
        code = "def value():\n    import only_there\n    return only_there.VALUE\n"
        program = {"key": ["1"], "language": ["python"], "code": [code], "tests": ["assert value() == 7\n"]}
        with open_sandbox(workers=1, backend="bwrap", python=f"{folder}/env/bin/python") as sandbox:
            [verdict] = pl.concat(sandbox.verify(pl.DataFrame(program))).to_dicts()
    assert (verdict["verdict"], verdict["detail"]) == ("pass", "")


def test_how_often_the_tests_reached_the_answer_is_counted():
    code = "BASE = 2\n\ndef double(x):\n    return x * BASE\n\nclass Box:\n    side = 3\n"
    rows = [
        ("calls", code, "assert double(1) == 2\nassert double(2) == 4"),
        ("attributes", code, "assert Box().side == 3"),
        ("constant", code, "assert BASE == 2"),
        (
            "never",
            code,
            "def double(x):\n    return x + x\nassert double(2) == 4\nBASE = 3\nassert BASE == 3",
        ),
        ("failed", code, "assert double(1) == 3"),
        ("together", code, "import sys\nassert double(1) == 2 and sys.path"),
    ]
    counts = {key: row["reached"] for key, row in judged(frame(rows)).items()}
    assert counts == {
        "calls": 2,
        "attributes": 2,
        "constant": 1,
        "never": 0,
        "failed": None,
        "together": None,
    }


HELD = """
import socket

def held():
    count, kept = 0, []
    try:
        while True:
            ends = socket.socketpair()
            kept += ends
            for one in ends:
                one.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 30)
                one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                one.setblocking(False)
                try:
                    while True:
                        count += one.send(b"x" * 65536)
                except BlockingIOError:
                    pass
    except OSError:
        return count
"""
LOWERED = """
import os, resource, time

def lowered():
    child = os.fork()
    if child == 0:
        time.sleep(60)
    try:
        resource.prlimit(child, resource.RLIMIT_NOFILE, (10, 10))
        return "another process's"
    except PermissionError:
        resource.prlimit(0, resource.RLIMIT_NOFILE, (30, 30))
        return "its own"
    finally:
        os.kill(child, 9)
"""


@pytest.mark.parametrize("backend", ["bwrap", "landlock"])
def test_socket_buffers_stay_small_and_limits_are_of_ones_own_process(backend):
    rows = [
        ("held", HELD, "assert 0 < held() < 64 << 20, held()"),
        ("lowered", LOWERED, "assert lowered() == 'its own', lowered()"),
    ]
    found = judged(frame(rows), Limits(cpu_s=3, retry_cpu_s=0), backend=backend)
    assert {key: row["verdict"] for key, row in found.items()} == dict.fromkeys(
        ("held", "lowered"), "pass"
    ), found
