"""The transformers engine with a real tiny model: the same answer whatever else is asked, every key exactly once."""

import multiprocessing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from resources.engines.base import COMPLETION_SCHEMA, REQUEST_SCHEMA, EngineUnavailable, Sampling
from resources.engines.transformers import TransformersEngine
from resources.engines.transformers_copies import TransformersCopies
from tests.resources.engines.conftest import babbler

torch = pytest.importorskip("torch", reason="the engine needs the extra `train`")

CONTEXT = 64
WORDS = ["def", "return", "x", "value", "if", "not", "for", "in", "1234", "é", "é\n    ", "+"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An untrained model."""
    target = tmp_path_factory.mktemp("model") / "babbler"
    return babbler(target, hidden_size=32, intermediate_size=64, context=CONTEXT)


@pytest.fixture
def engine(folder: Path) -> Iterator[TransformersEngine]:
    with TransformersEngine(str(folder), device="cpu", batch_size=7, threads=1) as opened:
        yield opened


def request(key: str, **fields: Any) -> dict[str, Any]:
    return (
        {"prompt": None, "messages": None, "task": "t", "facts": "{}", "sample": 0, "seed": 3}
        | fields
        | {"key": key}
    )


def frame(*rows: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=REQUEST_SCHEMA)


def many() -> pl.DataFrame:
    """Prompts of all lengths, some of them several times, some as chat."""
    prompts = [request(f"p{n}", prompt=" ".join(WORDS[: 1 + n % 12]), sample=n // 12) for n in range(30)]
    chats = [request(f"m{n}", messages=[{"role": "user", "content": WORDS[n]}], seed=n) for n in range(8)]
    return frame(*prompts, *chats)


def answers(engine: TransformersEngine, requests: pl.DataFrame, sampling: Sampling) -> pl.DataFrame:
    return pl.concat([pl.DataFrame(schema=COMPLETION_SCHEMA), *engine.complete(requests, sampling)])


@pytest.mark.parametrize("temperature", [0.0, 0.7])
@pytest.mark.slow(seconds=4)
def test_an_answer_does_not_depend_on_its_batch(folder: Path, temperature: float):
    sampling = Sampling(20, temperature, 0.95, ("x +",))
    requests = many()
    found = []
    for batch_size, order in (
        (38, requests),
        (1, requests),
        (5, requests.sample(fraction=1, shuffle=True, seed=1)),
    ):
        with TransformersEngine(str(folder), device="cpu", batch_size=batch_size, threads=1) as engine:
            found.append(answers(engine, order, sampling).sort("key"))
    assert found[0].schema == COMPLETION_SCHEMA
    assert found[0]["key"].to_list() == sorted(requests["key"])
    assert found[0].equals(found[1]) and found[0].equals(found[2])
    assert found[0]["text"].n_unique() > 8
    assert set(found[0]["finish_reason"]) <= {"stop", "length"}


@pytest.fixture(scope="module")
def copies(folder: Path) -> Iterator[TransformersCopies]:
    """The model twice, in processes of their own, which take seconds to start."""
    with TransformersCopies(str(folder), device="cpu", batch_size=5, workers=2) as opened:
        yield opened


@pytest.mark.slow(seconds=13)
def test_copies_in_processes_of_their_own_give_the_same_answers(folder: Path, copies: TransformersCopies):
    sampling = Sampling(20, 0.7, 0.95, ("x +",))
    long = request("long", prompt=" ".join(WORDS * 20))
    requests = pl.concat([many(), frame(long)])
    with TransformersEngine(str(folder), device="cpu", batch_size=5, threads=1) as engine:
        alone = answers(engine, requests, sampling).sort("key")
    for left_midway in copies.complete(requests, sampling):
        assert left_midway.height <= 5
        break
    found = answers(copies, requests, sampling).sort("key")
    again = answers(copies, requests.head(3), Sampling(20)).sort("key")
    assert answers(copies, requests.head(0), sampling).is_empty()
    assert found.equals(alone)
    assert again["key"].to_list() == sorted(requests["key"].head(3))
    assert not again["text"].equals(alone.join(again, on="key", how="semi")["text"])


@pytest.mark.slow(seconds=6)
def test_a_model_that_copies_cannot_load_is_one_error(tmp_path: Path):
    with (
        TransformersCopies(str(tmp_path / "nothing"), workers=2) as engine,
        pytest.raises(EngineUnavailable, match="cannot be loaded"),
    ):
        answers(engine, many(), Sampling(5))


@pytest.mark.slow(seconds=8)
def test_copies_that_die_are_started_again(copies: TransformersCopies):
    requests = many()
    opened = copies.complete(requests, Sampling(5))
    first = next(opened)
    for copy in multiprocessing.active_children():
        copy.kill()
    rest = pl.concat(list(opened))
    found = pl.concat([first, rest])
    assert found["key"].sort().to_list() == sorted(requests["key"])
    assert set(found["finish_reason"]) <= {"stop", "length"}  # new copies answered what the dead had


@pytest.mark.slow(seconds=2)
def test_greedy_is_what_the_library_itself_generates(engine: TransformersEngine, folder: Path):
    from transformers import AutoModelForCausalLM, AutoTokenizer

    model, tokenizer = AutoModelForCausalLM.from_pretrained(folder), AutoTokenizer.from_pretrained(folder)
    requests = many().filter(pl.col("prompt").is_not_null()).unique("prompt", maintain_order=True)
    found = answers(engine, requests, Sampling(16))
    texts = dict(found.select("key", "text").iter_rows())
    for key, prompt in requests.select("key", "prompt").iter_rows():
        ids = tokenizer(prompt, return_tensors="pt")
        whole = model.generate(**ids, max_new_tokens=16, do_sample=False)[0]
        assert texts[key] == tokenizer.decode(whole[ids["input_ids"].shape[1] :], skip_special_tokens=True)


def test_a_begun_answer_is_gone_on_with(engine: TransformersEngine):
    asked = [{"role": "user", "content": "x"}]
    _, tokenizer = engine._load()
    start = tokenizer.apply_chat_template(asked, tokenize=False, add_generation_prompt=True)
    begun = [*asked, {"role": "assistant", "content": "def value"}]
    found = answers(engine, frame(request("a", messages=begun), request("b", messages=asked)), Sampling(12))
    said = dict(found.select("key", "prompt_tokens").iter_rows())
    assert said["a"] == len(tokenizer(start + "def value", add_special_tokens=False)["input_ids"])
    assert said["a"] > said["b"]


@pytest.mark.slow(seconds=1)
def test_samples_and_seeds_differ_and_repeat(engine: TransformersEngine):
    requests = frame(
        *(request(f"{s}/{n}", prompt="def", seed=s, sample=n) for s in range(2) for n in range(6))
    )
    sampling = Sampling(12, 1.0)
    first = answers(engine, requests, sampling).sort("key")
    assert first["text"].n_unique() > 8
    assert first.equals(answers(engine, requests, sampling).sort("key"))
    renamed = requests.with_columns(pl.col("key") + "!")
    assert answers(engine, renamed, sampling).sort("key")["text"].equals(first["text"])


@pytest.mark.slow(seconds=1)
def test_a_narrow_nucleus_is_greedy(engine: TransformersEngine):
    requests = many()
    narrow = answers(engine, requests, Sampling(10, 1.0, 1e-9)).sort("key")
    assert narrow.equals(answers(engine, requests, Sampling(10)).sort("key"))


@pytest.mark.slow(seconds=1)
def test_draws_follow_the_models_probabilities(engine: TransformersEngine, folder: Path):
    from transformers import AutoModelForCausalLM, AutoTokenizer

    model, tokenizer = AutoModelForCausalLM.from_pretrained(folder), AutoTokenizer.from_pretrained(folder)
    with torch.no_grad():
        wanted = (model(**tokenizer("def", return_tensors="pt")).logits[0, -1] / 0.5).softmax(-1)
    # several tokens may read the same (parts of characters, tokens that are no text)
    texts_of = [tokenizer.decode([token], skip_special_tokens=True) for token in range(len(wanted))]
    likely = texts_of[int(wanted.argmax())]
    probability = float(sum(p for p, text in zip(wanted.tolist(), texts_of, strict=True) if text == likely))
    requests = frame(*(request(str(n), prompt="def", sample=n) for n in range(2000)))
    with TransformersEngine(str(folder), device="cpu", batch_size=2000, threads=1) as wide:
        texts = answers(wide, requests, Sampling(1, 0.5))["text"]
    share = (texts == likely).mean()
    assert 0.05 < probability < 0.95, "the test's model must not be too sure of itself"
    assert share == pytest.approx(probability, abs=4 * (probability * (1 - probability) / 2000) ** 0.5)


@pytest.mark.slow(seconds=1)
def test_text_ends_before_the_first_stop_string(engine: TransformersEngine):
    requests = many()
    free = {row["key"]: row for row in answers(engine, requests, Sampling(20)).iter_rows(named=True)}
    stops = tuple(sorted({row["text"][3:5] for row in free.values() if len(row["text"]) > 5})[:4])
    for row in answers(engine, requests, Sampling(20, stop=stops)).iter_rows(named=True):
        whole = free[row["key"]]["text"]
        places = [whole.find(stop) for stop in stops if stop in whole]
        if places:
            assert (row["text"], row["finish_reason"]) == (whole[: min(places)], "stop")
            assert 0 < row["completion_tokens"] <= free[row["key"]]["completion_tokens"]
        else:
            assert row == free[row["key"]]


def test_end_token_ends_a_completion_and_is_no_text(folder: Path, tmp_path: Path):
    from transformers import AutoModelForCausalLM, AutoTokenizer

    model, tokenizer = AutoModelForCausalLM.from_pretrained(folder), AutoTokenizer.from_pretrained(folder)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.zero_()  # all logits equal: the first token, which the configuration makes the end
    model.generation_config.eos_token_id = [0, tokenizer.eos_token_id]
    model.save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    with TransformersEngine(str(tmp_path), device="cpu", threads=1) as engine:
        [row] = answers(engine, frame(request("a", prompt="x")), Sampling(5)).to_dicts()
    assert (row["text"], row["finish_reason"], row["completion_tokens"]) == ("", "stop", 1)


def test_long_prompts_are_rejected_one_by_one(engine: TransformersEngine):
    requests = frame(
        request("long", prompt="x" * 500), request("fits", prompt="x"), request("none", prompt="")
    )
    found = {row["key"]: row for row in answers(engine, requests, Sampling(200)).iter_rows(named=True)}
    assert found["long"]["finish_reason"] == "prompt_too_long"
    assert f"context of {CONTEXT}" in found["long"]["detail"]
    assert found["long"]["text"] == ""
    fits = found["fits"]
    assert fits["finish_reason"] in ("stop", "length")
    if fits["finish_reason"] == "length":
        assert fits["prompt_tokens"] + fits["completion_tokens"] == CONTEXT
        assert "context was full" in fits["detail"]
    assert found["none"]["finish_reason"] in ("stop", "length")


@pytest.mark.slow(seconds=1)
def test_batches_come_as_they_finish(engine: TransformersEngine):
    batches = engine.complete(many(), Sampling(3))
    assert next(batches).height == 7
    assert sum(batch.height for batch in batches) == 31
    assert list(engine.complete(many()[:0], Sampling(3))) == []


def test_model_is_released_at_the_end(folder: Path):
    with TransformersEngine(str(folder), device="cpu", threads=1) as engine:
        answers(engine, many()[:1], Sampling(1))
        assert engine._loaded is not None
    assert engine._loaded is None


def test_identity_follows_the_weights_and_not_the_folder(folder: Path, tmp_path: Path):
    import shutil

    copy = tmp_path / "elsewhere"
    shutil.copytree(folder, copy)
    known = TransformersEngine(str(folder)).identity()
    assert known == TransformersEngine(str(copy)).identity()
    weights = copy / "model.safetensors"
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(content)
    assert TransformersEngine(str(copy)).identity() != known
    assert TransformersEngine(str(folder), dtype="bfloat16").identity() != known


def test_missing_model_says_what_to_give(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    nowhere = str(tmp_path / "nowhere")
    with TransformersEngine(nowhere, device="cpu") as engine:
        with pytest.raises(EngineUnavailable, match=r"model .*nowhere.* cannot be loaded"):
            list(engine.complete(many(), Sampling(1)))
        with pytest.raises(EngineUnavailable, match="neither a folder nor to be had"):
            engine.identity()
    (tmp_path / "empty").mkdir()
    with (
        pytest.raises(EngineUnavailable, match="cannot be loaded"),
        TransformersEngine(str(tmp_path / "empty")) as e,
    ):
        list(e.complete(many(), Sampling(1)))


def test_model_without_chat_template_cannot_be_sent_messages(folder: Path, tmp_path: Path):
    import shutil

    copy = tmp_path / "plain"
    shutil.copytree(folder, copy)
    (copy / "chat_template.jinja").unlink()
    with TransformersEngine(str(copy), device="cpu", threads=1) as engine:
        with pytest.raises(EngineUnavailable, match="no chat template"):
            list(engine.complete(many(), Sampling(1)))
        assert answers(engine, many().filter(pl.col("prompt").is_not_null()), Sampling(1)).height == 30


def test_without_torch_the_remedy_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch):
    import sys

    monkeypatch.setitem(sys.modules, "torch", None)
    with (
        TransformersEngine(str(folder)) as engine,
        pytest.raises(EngineUnavailable, match=r"seedline\[train\]"),
    ):
        list(engine.complete(many(), Sampling(1)))
