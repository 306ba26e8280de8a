"""The vllm_server engine, with a real `vllm serve` on the CPU: one load for two processes, restarted, ended."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import polars as pl
import psutil
import pytest

from resources.engines.base import COMPLETION_SCHEMA, REQUEST_SCHEMA, EngineUnavailable, Sampling
from resources.engines.deployment import OpenAIDeployment, VllmDeployment
from resources.engines.lease import LeaseFile, lease_files
from resources.engines.shared_server import stop
from resources.engines.spec import VllmServerSpec
from resources.engines.transformers import TransformersEngine
from resources.engines.vllm_server import VllmServerEngine
from tests.resources.engines.conftest import end_servers

pytestmark = pytest.mark.timeout(900)  # vLLM takes a while to start, longer where others use the processor

WORDS = ["def", "return", "x", "value", "if", "not", "for", "in", "1234", "é", "é\n    ", "+"]

OTHER = """
import sys
from pathlib import Path
import polars as pl
from resources.engines.deployment import OpenAIDeployment, VllmDeployment
from resources.engines.base import Sampling
from resources.engines.spec import VllmServerSpec
from resources.engines.vllm_server import VllmServerEngine
model, python, state, asked, answered = sys.argv[1:]
spec = VllmServerSpec(model=model, dtype="float32")
machine = VllmDeployment(python=Path(python), memory_share=0.2, eager=True)
with VllmServerEngine(spec, machine, OpenAIDeployment(), state=Path(state)) as engine:
    pl.concat(engine.complete(pl.read_parquet(asked), Sampling(16))).write_parquet(answered)
"""


def request(key: str, **fields: Any) -> dict[str, Any]:
    empty = {"prompt": None, "messages": None, "task": "t", "facts": "{}", "sample": 0, "seed": 3}
    return empty | fields | {"key": key}


def frame(*rows: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=REQUEST_SCHEMA)


def prompts(count: int) -> pl.DataFrame:
    return frame(
        *(request(f"p{n}", prompt=" ".join(WORDS[: 1 + n % 12]), sample=n // 12) for n in range(count))
    )


def answers(engine: Any, requests: pl.DataFrame, sampling: Sampling) -> pl.DataFrame:
    return pl.concat([pl.DataFrame(schema=COMPLETION_SCHEMA), *engine.complete(requests, sampling)])


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("home") / "engines"
    yield folder
    end_servers(folder)


@pytest.fixture
def engine(tiny_llama: Path, vllm_python: Path, state: Path) -> Iterator[VllmServerEngine]:
    with engine_of(tiny_llama, vllm_python, state) as opened:
        yield opened


def engine_of(model: Path, python: Path, state: Path, form: Any = "base") -> VllmServerEngine:
    spec = VllmServerSpec(model=str(model), dtype="float32", form=form)
    machine = VllmDeployment(python=python, memory_share=0.2, eager=True)
    return VllmServerEngine(spec, machine, OpenAIDeployment(timeout_s=120), state=state)


def test_the_likeliest_tokens_of_every_place_come_along(engine: VllmServerEngine):
    requests = frame(*(request(f"p{n}", prompt=word) for n, word in enumerate(WORDS[:6])))
    plain = answers(engine, requests, Sampling(5)).sort("key")
    found = pl.concat(engine.complete(requests, Sampling(5, top_logprobs=3))).sort("key")
    assert found["text"].to_list() == plain["text"].to_list()
    for places, tokens in found.select("candidates", "completion_tokens").iter_rows():
        assert len(places) == tokens and all(0 < len(place) <= 4 for place in places)
        assert all(place == sorted(place, key=lambda one: -one["logprob"]) for place in places)


@pytest.mark.slow(seconds=25)
def test_two_processes_share_one_server(
    engine: VllmServerEngine,
    tiny_llama: Path,
    vllm_python: Path,
    state: Path,
    tmp_path: Path,
    same_text: Callable[[pl.Series, pl.Series], pl.Series],
):
    requests = prompts(36)
    requests.write_parquet(tmp_path / "asked.parquet")
    (tmp_path / "other.py").write_text(OTHER)
    files = [str(tmp_path / "asked.parquet"), str(tmp_path / "answered.parquet")]
    command = [
        sys.executable,
        str(tmp_path / "other.py"),
        str(tiny_llama),
        str(vllm_python),
        str(state),
        *files,
    ]
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[3])}
    other = subprocess.Popen(command, env=environment)
    mine = answers(engine, requests, Sampling(16)).sort("key")
    assert other.wait(300) == 0
    theirs = pl.read_parquet(tmp_path / "answered.parquet").sort("key")
    with TransformersEngine(str(tiny_llama), device="cpu", threads=1) as reference:
        wanted = answers(reference, requests, Sampling(16)).sort("key")
    for found in (mine, theirs):
        assert found["key"].to_list() == wanted["key"].to_list(), "every key exactly once"
        assert found["prompt_tokens"].equals(wanted["prompt_tokens"])
        assert same_text(found["text"], wanted["text"]).mean() >= 0.95
    [file] = lease_files(state)
    assert file.log.read_text().count("non-default args") == 1, "the model was loaded once"


def test_seeds_repeat_and_samples_differ(engine: VllmServerEngine):
    asked = frame(*(request(f"{s}/{n}", prompt="def", seed=s, sample=n) for s in range(2) for n in range(6)))
    first, again = (answers(engine, asked, Sampling(12, 1.0)).sort("key") for _ in range(2))
    assert first["text"].n_unique() > 8
    assert first["text"].equals(again["text"])


def test_rows_that_cannot_be_answered_are_rejected_one_by_one(engine: VllmServerEngine):
    asked = frame(request("long", prompt="x" * 500), request("fits", prompt="x"), request("nothing"))
    found = {row["key"]: row for row in answers(engine, asked, Sampling(20)).iter_rows(named=True)}
    assert found["long"]["finish_reason"] == "prompt_too_long"
    assert found["fits"]["finish_reason"] in ("stop", "length")
    assert found["nothing"]["finish_reason"] == "error"


def test_messages_get_the_models_chat_template(
    tiny_llama: Path, vllm_python: Path, state: Path, same_text: Callable[[pl.Series, pl.Series], pl.Series]
):
    asked = frame(*(request(f"m{n}", messages=[{"role": "user", "content": WORDS[n]}]) for n in range(8)))
    with engine_of(tiny_llama, vllm_python, state, "instruct") as chatting:
        found = answers(chatting, asked, Sampling(8)).sort("key")
    with TransformersEngine(str(tiny_llama), device="cpu", threads=1) as reference:
        wanted = answers(reference, asked, Sampling(8)).sort("key")
    assert found["prompt_tokens"].equals(wanted["prompt_tokens"])
    assert same_text(found["text"], wanted["text"]).mean() >= 0.8
    assert len(lease_files(state)) == 1, "the form of the prompts needs no other server"


@pytest.mark.slow(seconds=20)
def test_a_killed_server_is_started_again_and_every_row_answered(engine: VllmServerEngine, state: Path):
    asked = prompts(600)
    [file] = lease_files(state)
    before = file.read()
    assert before is not None and before.server is not None
    children = psutil.Process(before.server.pid).children(recursive=True)
    got: list[str] = []
    for some in engine.complete(asked, Sampling(60, 1.0)):
        got += some["key"].to_list()
        if got and before.server.alive:
            assert len(got) < 600, "it was to be killed while requests are in flight"
            os.kill(before.server.pid, signal.SIGKILL)
    assert sorted(got) == sorted(asked["key"])
    after = file.read()
    assert after is not None and after.alive and after.server != before.server
    assert not any(child.is_running() and child.status() != "zombie" for child in children)


@pytest.mark.slow(seconds=11)
def test_a_server_stopped_by_command_is_not_started_again_under_a_running_step(
    engine: VllmServerEngine, state: Path
):
    [file] = lease_files(state)
    lease = file.read()
    assert lease is not None and lease.server is not None
    family = psutil.Process(lease.server.pid).children(recursive=True)
    with pytest.raises(EngineUnavailable, match="was stopped by `seedline engine stop`"):
        for some in engine.complete(prompts(600), Sampling(60, 1.0)):
            if some.height and lease.watch.alive:
                stop(lease)
    assert not lease.server.alive and not lease.watch.alive
    assert not any(child.is_running() and child.status() != "zombie" for child in family)


def test_what_is_wrong_is_said_before_anything_is_started(
    tiny_llama: Path, vllm_python: Path, tmp_path: Path
):
    nowhere, state = tmp_path / "nowhere", tmp_path / "engines"
    with (
        engine_of(nowhere, vllm_python, state) as engine,
        pytest.raises(EngineUnavailable, match="no such folder"),
    ):
        list(engine.complete(prompts(1), Sampling(1)))
    with (
        engine_of(tiny_llama, nowhere, state) as engine,
        pytest.raises(EngineUnavailable, match="is no program"),
    ):
        list(engine.complete(prompts(1), Sampling(1)))
    assert not state.exists()


def test_the_key_is_among_no_arguments_and_sampling_is_the_recipes(tiny_llama: Path, tmp_path: Path):
    spec = VllmServerSpec(model=str(tiny_llama), context=64, quantization="fp8", revision="main")
    machine = VllmDeployment(tensor_parallel=2, idle_s=5)
    plan = VllmServerEngine(spec, machine, OpenAIDeployment(), state=tmp_path)._plan()
    assert plan.key not in " ".join(plan.command) and len(plan.key) >= 32
    arguments = dict(zip(plan.command, plan.command[1:], strict=False))
    assert arguments["--host"] == "127.0.0.1"
    assert arguments["--max-model-len"] == "64" and arguments["--quantization"] == "fp8"
    assert arguments["--tensor-parallel-size"] == "2" and "--distributed-executor-backend" not in arguments
    assert set(json.loads(arguments["--override-generation-config"]).values()) == {None}
    other = VllmServerEngine(
        spec, VllmDeployment(tensor_parallel=4), OpenAIDeployment(), state=tmp_path
    )._plan()
    assert other.digest != plan.digest, "another server"
    patient = VllmServerEngine(
        spec, VllmDeployment(tensor_parallel=2, idle_s=9), OpenAIDeployment(), state=tmp_path
    )
    assert patient._plan().digest == plan.digest, "the same server"
    assert LeaseFile(tmp_path, plan.digest).read() is None
