"""The vllm engine, with a real vLLM on the CPU: every key once, right texts, no process left; and what it refuses."""

import json
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import polars as pl
import psutil
import pytest

from resources.engines.base import COMPLETION_SCHEMA, REQUEST_SCHEMA, EngineUnavailable, Sampling
from resources.engines.deployment import VllmDeployment
from resources.engines.model_source import lora_rank
from resources.engines.spec import VllmSpec
from resources.engines.transformers import TransformersEngine
from resources.engines.vllm import VllmEngine
from resources.engines.vllm_words import failure, meaning

pytestmark = pytest.mark.timeout(900)  # vLLM takes a while to start, longer where others use the processor

CONTEXT = 128
WORDS = ["def", "return", "x", "value", "if", "not", "for", "in", "1234", "é", "é\n    ", "+"]
SCHEMA = '{"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]}'


def request(key: str, **fields: Any) -> dict[str, Any]:
    empty = {"prompt": None, "messages": None, "task": "t", "facts": "{}", "sample": 0, "seed": 3}
    return empty | fields | {"key": key}


def frame(*rows: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=REQUEST_SCHEMA)


def many() -> pl.DataFrame:
    """Prompts of all lengths, some of them several times, some as chat."""
    prompts = [request(f"p{n}", prompt=" ".join(WORDS[: 1 + n % 12]), sample=n // 12) for n in range(36)]
    chats = [request(f"m{n}", messages=[{"role": "user", "content": WORDS[n]}], seed=n) for n in range(8)]
    return frame(*prompts, *chats)


def answers(engine: Any, requests: pl.DataFrame, sampling: Sampling) -> pl.DataFrame:
    return pl.concat([pl.DataFrame(schema=COMPLETION_SCHEMA), *engine.complete(requests, sampling)])


def deployment(python: Path, **settings: Any) -> VllmDeployment:
    return VllmDeployment(python=python, memory_share=0.2, eager=True, **settings)


@pytest.fixture(scope="module")
def engine(tiny_llama: Path, vllm_python: Path) -> Iterator[VllmEngine]:
    spec = VllmSpec(model=str(tiny_llama), dtype="float32")
    with VllmEngine(spec, deployment(vllm_python)) as opened:
        yield opened


@pytest.mark.slow(seconds=20)
def test_greedy_is_what_the_transformers_engine_says(
    engine: VllmEngine, tiny_llama: Path, same_text: Callable[[pl.Series, pl.Series], pl.Series]
):
    requests, sampling = many(), Sampling(16)
    found = answers(engine, requests, sampling).sort("key")
    with TransformersEngine(str(tiny_llama), device="cpu", threads=1) as other:
        wanted = answers(other, requests, sampling).sort("key")
    assert found.schema == COMPLETION_SCHEMA
    assert found["key"].to_list() == wanted["key"].to_list(), "every key exactly once"
    assert found["prompt_tokens"].equals(wanted["prompt_tokens"]), "the same tokens, special ones among them"
    assert found["text"].n_unique() > 12
    same = same_text(found["text"], wanted["text"])
    assert same.mean() >= 0.95, "two likeliest tokens may change places in the last bits of the arithmetic"
    assert found.filter(same).drop("text").equals(wanted.filter(same).drop("text"))


def test_answers_depend_neither_on_the_order_nor_on_the_keys(engine: VllmEngine):
    requests, sampling = many(), Sampling(12, 0.8, 0.95)
    first = answers(engine, requests, sampling).sort("key")
    again = answers(engine, requests.sample(fraction=1, shuffle=True, seed=1), sampling).sort("key")
    assert (first["text"] == again["text"]).mean() >= 0.95
    renamed = answers(engine, requests.with_columns(pl.col("key") + "!"), sampling).sort("key")
    assert (first["text"] == renamed["text"]).mean() >= 0.95


def test_the_likeliest_tokens_of_every_place_come_along(engine: VllmEngine):
    requests = frame(*(request(f"p{n}", prompt=word) for n, word in enumerate(WORDS[:6])))
    plain = answers(engine, requests, Sampling(5)).sort("key")
    found = pl.concat(engine.complete(requests, Sampling(5, top_logprobs=3))).sort("key")
    assert found["text"].to_list() == plain["text"].to_list()
    for places, tokens in found.select("candidates", "completion_tokens").iter_rows():
        assert len(places) == tokens and all(len(place) == 3 for place in places)
        assert all(place == sorted(place, key=lambda one: -one["logprob"]) for place in places)


def test_samples_and_seeds_differ_and_repeat(engine: VllmEngine):
    asked = [request(f"{s}/{n}", prompt="def", seed=s, sample=n) for s in range(2) for n in range(6)]
    first = answers(engine, frame(*asked), Sampling(12, 1.0)).sort("key")
    assert first["text"].n_unique() > 8
    for part in (asked[::2], asked[1::2]):  # a sample is the same whichever others are drawn with it
        some = answers(engine, frame(*part), Sampling(12, 1.0)).sort("key")
        assert some.equals(first.join(some.select("key"), on="key", how="semi"))


def test_text_ends_before_the_first_stop_string(engine: VllmEngine):
    requests = many()
    free = {row["key"]: row for row in answers(engine, requests, Sampling(20)).iter_rows(named=True)}
    stops = tuple(sorted({row["text"][3:5] for row in free.values() if len(row["text"]) > 5})[:4])
    found = answers(engine, requests, Sampling(20, stop=stops)).to_dicts()
    ended = [row for row in found if any(stop in free[row["key"]]["text"] for stop in stops)]
    assert ended
    for row in ended:
        whole = free[row["key"]]["text"]
        place = min(whole.find(stop) for stop in stops if stop in whole)
        assert (row["text"], row["finish_reason"]) == (whole[:place], "stop")
        assert 0 < row["completion_tokens"] <= free[row["key"]]["completion_tokens"]


def test_rows_that_cannot_be_answered_are_rejected_one_by_one(engine: VllmEngine):
    requests = frame(
        request("long", prompt="x" * 500),
        request("fits", prompt="x"),
        request("nearly", prompt="x" * (CONTEXT - 11)),
        request("empty", prompt=""),
        request("nothing"),
        request("odd", messages=[{"role": "no such role", "content": "x"}]),
    )
    found = {row["key"]: row for row in answers(engine, requests, Sampling(40)).iter_rows(named=True)}
    assert set(found) == set(requests["key"])
    assert found["long"]["finish_reason"] == "prompt_too_long"
    assert found["long"]["prompt_tokens"] == 501
    assert found["long"]["detail"] == f"prompt of 501 tokens, context of {CONTEXT}"
    assert found["fits"]["finish_reason"] in ("stop", "length") and found["fits"]["detail"] is None
    nearly = found["nearly"]
    assert nearly["prompt_tokens"] + nearly["completion_tokens"] <= CONTEXT
    if nearly["finish_reason"] == "length":
        assert nearly["detail"] == "the context was full after 10 of 40 tokens"
    assert found["empty"]["finish_reason"] in ("stop", "length") and found["empty"]["prompt_tokens"] == 1
    assert (found["nothing"]["finish_reason"], found["nothing"]["detail"]) == (
        "error",
        "neither a prompt nor messages",
    )
    assert list(engine.complete(requests[:0], Sampling(3))) == []


def test_a_schema_binds_the_answer(engine: VllmEngine):
    asked = frame(*(request(str(n), prompt="x", sample=n) for n in range(8)))
    found = answers(engine, asked, Sampling(60, 0.7, json_schema=SCHEMA))
    whole = found.filter(pl.col("finish_reason") == "stop")
    assert whole.height
    assert all(isinstance(json.loads(text)["a"], int) for text in whole["text"])
    [bad] = answers(engine, asked[:1], Sampling(9, json_schema='{"type": "no such type"}')).to_dicts()
    assert bad["finish_reason"] == "error" and "vLLM refused" in bad["detail"]


def test_more_prompts_with_seeds_than_fit_into_one_step(engine: VllmEngine):
    """Prompts that vLLM would read in pieces: 200 of 90 tokens, where a step takes some thousands."""
    asked = frame(*(request(f"{n}", prompt=f"{n} {'x ' * 43}{n}", sample=n) for n in range(200)))
    found = answers(engine, asked, Sampling(4, 1.0))
    assert found["key"].sort().equals(asked["key"].sort())
    assert set(found["finish_reason"]) <= {"stop", "length"}


def test_answers_come_while_others_are_computed_and_may_be_abandoned(engine: VllmEngine):
    asked = frame(*(request(f"{n}", prompt=WORDS[n % 12], sample=n) for n in range(600)))
    frames = engine.complete(asked, Sampling(100, 1.0))
    first = next(one for one in frames if one.height)
    assert first.height < 600
    frames.close()  # nobody wants the rest
    found = answers(engine, many(), Sampling(4))
    assert found["key"].sort().to_list() == many()["key"].sort().to_list()


@pytest.mark.slow(seconds=29)
def test_an_adapter_changes_the_answers_and_the_model_is_released_at_the_end(
    engine: VllmEngine, tiny_llama: Path, vllm_python: Path, tmp_path: Path
):
    adapter = adapter_of(tiny_llama, tmp_path / "adapter")
    spec = VllmSpec(model=str(tiny_llama), dtype="float32", lora=str(adapter))
    with VllmEngine(spec, deployment(vllm_python)) as adapted:
        assert adapted.identity() != engine.identity()
        plain, changed = (answers(one, many(), Sampling(8)).sort("key") for one in (engine, adapted))
        assert changed["prompt_tokens"].equals(plain["prompt_tokens"])
        assert (plain["text"] != changed["text"]).mean() > 0.5
        assert adapted._child is not None
        process = psutil.Process(adapted._child.pid)
        family = [process, *process.children(recursive=True)]
    assert not any(one.is_running() and one.status() != "zombie" for one in family)


def test_a_killed_process_is_reported_and_what_it_had_answered_is_kept(engine: VllmEngine):
    asked = frame(*(request(f"{n}", prompt=WORDS[n % 12], sample=n) for n in range(2000)))
    got: list[str] = []
    assert engine._child is not None or answers(engine, many(), Sampling(1)).height
    assert engine._child is not None
    pid = engine._child.pid
    with pytest.raises(EngineUnavailable, match=r"was killed by SIGKILL.*run again for the rest") as raised:
        for some in engine.complete(asked, Sampling(100, 1.0)):
            got += some["key"].to_list()
            if got and psutil.pid_exists(pid):
                os.kill(pid, signal.SIGKILL)
    assert 0 < len(got) < 2000 and len(got) == len(set(got))
    assert "its last words:" in str(raised.value)
    assert not psutil.pid_exists(pid)


def test_what_is_wrong_is_said_before_anything_is_loaded(tiny_llama: Path, tmp_path: Path):
    here = Path(sys.executable)
    (tmp_path / "empty").mkdir()
    plain = tmp_path / "plain"
    shutil.copytree(tiny_llama, plain)
    model = str(tiny_llama)
    cases: list[tuple[VllmSpec, VllmDeployment, str]] = [
        (VllmSpec(model=str(tmp_path / "nowhere")), deployment(here), r"nowhere.*no such folder"),
        (VllmSpec(model=str(tmp_path / "empty")), deployment(here), r"no config\.json"),
        (
            VllmSpec(model=model),
            deployment(tmp_path / "python"),
            r"SEEDLINE_ENGINES__VLLM__PYTHON.* is no program",
        ),
        (VllmSpec(model=model, lora=str(tmp_path / "empty")), deployment(here), r"adapter_config\.json"),
    ]
    for spec, machine, said in cases:
        started = time.monotonic()
        with VllmEngine(spec, machine) as engine, pytest.raises(EngineUnavailable, match=said):
            list(engine.complete(many(), Sampling(1)))
        assert engine._child is None and time.monotonic() - started < 30
    with pytest.raises(EngineUnavailable, match="no such folder"):
        VllmEngine(cases[0][0], cases[0][1]).identity()


@pytest.mark.skipif(find_spec("vllm") is not None, reason="this environment has vLLM")
def test_an_environment_without_vllm_is_named(tiny_llama: Path):
    with (
        VllmEngine(VllmSpec(model=str(tiny_llama)), deployment(Path(sys.executable))) as engine,
        pytest.raises(EngineUnavailable, match=r"has no vLLM: pip install 'seedline\[vllm\]'") as raised,
    ):
        list(engine.complete(many(), Sampling(1)))
    assert sys.executable in str(raised.value)


def test_a_model_that_does_not_load_in_time_leaves_no_process(tiny_llama: Path, vllm_python: Path):
    spec = VllmSpec(model=str(tiny_llama))
    before = {child.pid for child in psutil.Process().children()}
    with (
        VllmEngine(spec, deployment(vllm_python, load_timeout_s=1.0)) as engine,
        pytest.raises(EngineUnavailable, match=r"after engines\.vllm\.load_timeout_s \(1 s\)"),
    ):
        list(engine.complete(many(), Sampling(1)))
    assert {child.pid for child in psutil.Process().children()} <= before


def test_identity_follows_what_the_answers_depend_on(tiny_llama: Path, tmp_path: Path):
    def identity(**fields: Any) -> dict[str, str]:
        return VllmEngine(VllmSpec(**({"model": str(tiny_llama)} | fields)), VllmDeployment()).identity()

    copy = tmp_path / "elsewhere"
    shutil.copytree(tiny_llama, copy)
    assert identity() == identity(model=str(copy)) == identity(form="instruct")
    others = [identity(dtype="float16"), identity(context=64), identity(quantization="fp8")]
    adapter = adapter_of(tiny_llama, tmp_path / "adapter")
    others.append(identity(lora=str(adapter)))
    weights = copy / "model.safetensors"
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(content)
    others.append(identity(model=str(copy)))
    assert len({json.dumps(one) for one in [identity(), *others]}) == 6


def test_adapters_have_a_rank_that_vllm_takes(tmp_path: Path):
    config = tmp_path / "adapter_config.json"
    for rank, most in ((1, 8), (8, 8), (9, 16), (512, 512)):
        config.write_text(json.dumps({"r": rank}))
        assert lora_rank(str(tmp_path)) == most
    config.write_text(json.dumps({"r": 600}))
    with pytest.raises(EngineUnavailable, match="has rank 600; vLLM takes 512 at most"):
        lora_rank(str(tmp_path))
    config.write_text("{}")
    with pytest.raises(EngineUnavailable, match="no rank `r`"):
        lora_rank(str(tmp_path))


@pytest.mark.parametrize(
    ("log", "remedy"),
    [
        ("ValueError: To serve at least one request with the models's max seq len (131072), 16.00 GiB KV cache is "
         "needed, which is larger than the available KV cache memory (2.1 GiB).", "smaller `context`"),
        ("ValueError: Free memory on device cuda:0 (10/79 GiB) on startup is less than desired GPU memory "
         "utilization (0.9, 71 GiB).", "lower it"),
        ("torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB.", "the memory is full"),
        ("ValueError: User-specified max_model_len (9999) is greater than the derived max_model_len", "trained for"),
        ("ModuleNotFoundError: No module named 'vllm'", "has no vLLM"),
    ],
)  # fmt: skip
def test_vllms_words_are_turned_into_remedies(log: str, remedy: str):
    assert remedy in (meaning(log) or "")
    said = failure(
        "it failed", f'INFO all is well\nTraceback (most recent call last):\n  File "x.py"\n{log}\n'
    )
    assert said.startswith("it failed; ") and remedy in said
    assert log in said and "Traceback" not in said
    assert meaning("all is well") is None


def adapter_of(model: Path, target: Path) -> Path:
    """A LoRA adapter as PEFT saves it, of rank 4 on the query projections, large enough to be heard."""
    import torch
    from safetensors.torch import save_file

    generator = torch.Generator().manual_seed(0)
    tensors: dict[str, Any] = {}
    for layer in range(2):
        name = f"base_model.model.model.layers.{layer}.self_attn.q_proj"
        tensors[f"{name}.lora_A.weight"] = torch.randn(4, 64, generator=generator)
        tensors[f"{name}.lora_B.weight"] = torch.randn(64, 4, generator=generator)
    target.mkdir()
    save_file(tensors, target / "adapter_model.safetensors")
    config = {"peft_type": "LORA", "r": 4, "lora_alpha": 8, "target_modules": ["q_proj"], "bias": "none"}
    config |= {"task_type": "CAUSAL_LM", "base_model_name_or_path": str(model)}
    (target / "adapter_config.json").write_text(json.dumps(config))
    return target
