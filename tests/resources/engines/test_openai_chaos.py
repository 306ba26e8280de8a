"""The openai engine on a bad day: a server that misbehaves in every way, and a run that is killed again and again."""

import json
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import pytest

from assets.asking.asker import requests_frame
from resources.engines.base import Sampling
from resources.engines.deployment import OpenAIDeployment
from resources.engines.openai import OpenAIEngine
from resources.engines.spec import OpenAISpec
from tests.resources.engines.scripted_server import Chaos, ScriptedServer, asked

ROOT = Path(__file__).parents[3]


def requests(rows: int) -> pl.DataFrame:
    return requests_frame(
        [{"key": f"k{i}", "prompt": f"say {i}", "task": "t", "sample": 0, "seed": i} for i in range(rows)]
    )


@pytest.mark.slow(seconds=4)
def test_every_request_is_answered_exactly_once_or_rejected_with_its_reason() -> None:
    """The trouble that is to be expected, and every row gets through it, each answer paid for once."""
    rows = requests(400)
    with ScriptedServer(lambda body: asked(body)[4:], Chaos(seed=3)) as server:
        deployment = OpenAIDeployment(base_url=server.base_url, timeout_s=9)
        found = pl.concat(
            list(OpenAIEngine(OpenAISpec(model="m"), deployment).complete(rows, Sampling(max_tokens=9)))
        )
        assert set(server.outcomes) == {"answer", "too_many", "server_error", "cut", "hang", "malformed"}
        assert server.outcomes["answer"] == 400
    assert sorted(found["key"]) == sorted(rows["key"])
    assert found["finish_reason"].unique().to_list() == ["stop"]
    assert found.select((pl.col("key") == "k" + pl.col("text")).all()).item()


@pytest.mark.slow(seconds=2)
def test_who_does_not_get_through_in_its_tries_is_rejected_with_the_reason() -> None:
    chaos = Chaos(
        0, too_many=0.2, server_error=0.3, cut=0.1, hang=0.05, malformed=0.1, latency_s=(0.001, 0.01)
    )
    rows = requests(300)
    with ScriptedServer(lambda body: asked(body)[4:], chaos) as server:
        deployment = OpenAIDeployment(base_url=server.base_url, timeout_s=2, attempts=2)
        found = pl.concat(
            list(OpenAIEngine(OpenAISpec(model="m"), deployment).complete(rows, Sampling(max_tokens=9)))
        )
        answered = server.outcomes["answer"]
    assert sorted(found["key"]) == sorted(rows["key"])
    stopped = found.filter(pl.col("finish_reason") == "stop")
    errors = found.filter(pl.col("finish_reason") == "error")
    assert stopped.height == answered
    assert stopped.height + errors.height == 300
    assert errors.height > 20
    assert (
        errors["detail"]
        .str.contains(r"^given up after \d+ tries: (HTTP 500|connection lost|no answer)")
        .any()
    )
    assert errors["detail"].str.starts_with("given up after ").all()


CONCURRENCY, FLUSH_ROWS, BACKLOG = 16, 128, 64
BATCH = CONCURRENCY + FLUSH_ROWS + 2 * BACKLOG
"""What a kill may cost: in flight, not yet taken, just taken, and gathered but not yet written."""

RUN = f"""
import sys
from assets.asking.asker import Asker, requests_frame
from resources.engines.deployment import OpenAIDeployment
from resources.engines.base import Sampling
from resources.engines.openai import OpenAIEngine
from resources.engines.spec import OpenAISpec
from resources.row_cache import RowCache
from resources.storage import Storage
url, root, rows = sys.argv[1:]
requests = requests_frame([
    {{"key": f"k{{i}}", "prompt": f"say {{i}}", "task": "t", "sample": 0, "seed": i}} for i in range(int(rows))
])
deployment = OpenAIDeployment(base_url=url, concurrency={CONCURRENCY})
with OpenAIEngine(OpenAISpec(model="m"), deployment, frame_s=0.05, backlog={BACKLOG}) as engine:
    asker = Asker(engine, RowCache(Storage(root), flush_rows={FLUSH_ROWS}, flush_s=0.5))
    print(asker(requests, Sampling(max_tokens=9), "chaos").select("key", "text").write_json())
"""


@pytest.mark.slow(seconds=12)
def test_a_run_that_is_killed_again_and_again_pays_for_at_most_a_batch_each_time(tmp_path: Path) -> None:
    rows, draw = 2000, random.Random(8)

    def start(server: ScriptedServer) -> "subprocess.Popen[str]":
        command = [sys.executable, "-c", RUN, server.base_url, str(tmp_path / "cache"), str(rows)]
        return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def rule(body: dict) -> dict:
        return {"text": asked(body)[4:], "delay": draw.uniform(0.01, 0.05)}

    with ScriptedServer(rule) as server:
        for _ in range(6):
            seen, paid_twice = server.total, server.repeated
            process = start(server)
            wanted = seen + draw.randrange(1, 400)
            while server.total < wanted and process.poll() is None:
                time.sleep(0.001)
            time.sleep(draw.uniform(0, 0.3))
            process.send_signal(signal.SIGKILL)
            assert process.communicate(timeout=60) is not None
            assert process.returncode == -signal.SIGKILL, "it ended before it was killed"
            assert server.repeated - paid_twice <= BATCH
        before, paid_twice = server.distinct, server.repeated
        process = start(server)
        out, err = process.communicate(timeout=120)
        assert process.returncode == 0, err
        assert server.repeated - paid_twice <= BATCH
        assert before < rows == server.distinct
        print(f"killed six times: {server.repeated} of {rows} rows paid for twice")
    found = {row["key"]: row["text"] for row in json.loads(out)}
    assert found == {f"k{i}": str(i) for i in range(rows)}
