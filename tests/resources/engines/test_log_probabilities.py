"""Log-probabilities: each engine gives what its kind has, they are kept with the call, and other calls' keys stay."""

import math
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from assets.asking.asker import generate, requests_frame
from resources.engines.base import CANDIDATES, COMPLETION_SCHEMA, Sampling, completion_schema
from resources.engines.deployment import OpenAIDeployment
from resources.engines.openai import OpenAIEngine
from resources.engines.openai_candidates import candidates_of
from resources.engines.spec import OpenAISpec
from resources.row_cache import RowCache
from resources.storage import Storage
from tests.resources.engines.conftest import babbler
from tests.resources.engines.scripted_server import ScriptedServer

WANTED = Sampling(5, top_logprobs=3)
CHAT = {
    "content": [
        {
            "token": "Yes",
            "logprob": -0.1,
            "top_logprobs": [{"token": "No", "logprob": -3.0}, {"token": "Yes", "logprob": -0.1}],
        },
        {"token": "\ud83d", "logprob": -0.5, "top_logprobs": []},
    ]
}
COMPLETION = {"tokens": ["Yes"], "token_logprobs": [-0.1], "top_logprobs": [{"No": -3.0, "Yes": -0.1}]}
FIRST = [{"token": "Yes", "logprob": -0.1}, {"token": "No", "logprob": -3.0}]


@pytest.mark.parametrize(
    ("said", "found"),
    [
        (CHAT, [FIRST, [{"token": "?", "logprob": -0.5}]]),
        (COMPLETION, [FIRST]),
        (None, None),
        ({"content": None}, None),
        ({"content": []}, None),
        ({"content": [None, 3, {"token": 4, "logprob": "x"}]}, None),
        (
            {"top_logprobs": [None, {"Yes": None, "No": True, "yes": -1}]},
            [[], [{"token": "yes", "logprob": -1.0}]],
        ),
        ([-0.1, -0.2], None),
    ],
)
def test_candidates_are_read_in_every_dialect(said: Any, found: Any) -> None:
    assert candidates_of({"logprobs": said}) == found


def rows(*prompts: str) -> pl.DataFrame:
    return requests_frame(
        [{"key": prompt, "prompt": prompt, "task": "t", "sample": 0, "seed": 1} for prompt in prompts]
    )


@pytest.mark.parametrize(("form", "logprobs"), [("instruct", CHAT), ("base", COMPLETION)])
def test_a_server_is_asked_for_them_once_and_they_are_kept_with_the_call(
    tmp_path: Path, form: Any, logprobs: Any
) -> None:
    bodies: list[dict[str, Any]] = []

    def rule(body: dict[str, Any]) -> Any:
        bodies.append(body)
        return {"text": "Yes", **({"logprobs": logprobs} if "logprobs" in body else {})}

    cache = RowCache(Storage(str(tmp_path)))
    with ScriptedServer(rule) as server:
        engine = OpenAIEngine(
            OpenAISpec(model="scripted", form=form), OpenAIDeployment(base_url=server.base_url), frame_s=0.02
        )
        for sampling in (Sampling(5), WANTED, WANTED):
            found = generate(rows("a", "b"), engine, sampling, stage="x", row_cache=cache)
        assert [body.get("logprobs") for body in bodies] == [None] * 2 + [form == "instruct" or 3] * 2
        assert {body.get("top_logprobs") for body in bodies[2:]} == {3 if form == "instruct" else None}
    assert found.schema["candidates"] == CANDIDATES
    assert [row[0] for row in found["candidates"].to_list()] == [FIRST, FIRST]


@pytest.mark.parametrize("status", [200, 400])
def test_a_server_without_them_answers_all_the_same(tmp_path: Path, status: int) -> None:
    refusal = {"status": status, "body": {"error": {"message": "This model does not support logprobs."}}}

    def rule(body: dict[str, Any]) -> Any:
        return refusal if status == 400 and "logprobs" in body else "Yes"

    with ScriptedServer(rule) as server:
        engine = OpenAIEngine(OpenAISpec(model="scripted"), OpenAIDeployment(base_url=server.base_url))
        cache = RowCache(Storage(str(tmp_path)))
        for prompts in (("a", "b"), ("c",)):
            found = generate(rows(*prompts), engine, WANTED, stage="x", row_cache=cache)
            assert set(found["text"]) == {"Yes"} and found["candidates"].null_count() == len(prompts)
        assert server.total <= 5 and (status == 400 or server.total == 3)


def test_keys_of_calls_that_ask_for_none_are_as_ever() -> None:
    assert Sampling(5, 0.5, 0.9, ("x",)).settings() == {
        "max_tokens": 5,
        "temperature": 0.5,
        "top_p": 0.9,
        "stop": ["x"],
    }
    assert WANTED.settings()["top_logprobs"] == 3


def test_a_model_in_the_process_gives_the_likeliest_tokens_of_every_place(tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="the engine needs the extra `train`")
    from resources.engines.transformers import TransformersEngine

    folder = babbler(tmp_path / "babbler", hidden_size=32, intermediate_size=64, context=64)
    with TransformersEngine(str(folder), device="cpu", batch_size=2, threads=1) as engine:
        asked = rows("def", "return x", "if not", " ".join(["x"] * 70))
        plain = pl.concat(engine.complete(asked, Sampling(5))).sort("key")
        found = pl.concat(engine.complete(asked, WANTED)).sort("key")
    assert found.schema == completion_schema(WANTED) and plain.schema == COMPLETION_SCHEMA
    assert found.drop("candidates").equals(plain)
    for text, tokens, reason, places in found.select(
        "text", "completion_tokens", "finish_reason", "candidates"
    ).iter_rows():
        assert len(places) == tokens and (reason == "prompt_too_long") == (not places)
        assert all(len(place) == 3 for place in places)
        assert all(sum(math.exp(one["logprob"]) for one in place) <= 1.0 + 1e-6 for place in places)
        greedy = "".join(place[0]["token"] for place in places)
        if reason == "length" and "\ufffd" not in greedy:  # parts of a character are no text alone
            assert greedy.strip() == text.strip()
