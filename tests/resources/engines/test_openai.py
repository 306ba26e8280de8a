"""The openai engine against a server: every row answered once, trouble said with its remedy, nothing left behind."""

import logging
import threading
import time
from collections.abc import Callable
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from assets.asking.asker import requests_frame
from resources.engines.base import (
    COMPLETION_SCHEMA,
    EngineUnavailable,
    Sampling,
)
from resources.engines.concurrency import START
from resources.engines.deployment import OpenAIDeployment
from resources.engines.offline import OfflineEngine
from resources.engines.openai import OpenAIEngine
from resources.engines.spec import OpenAISpec
from resources.engines.transformers import TransformersEngine
from resources.ports import free_port
from tests.resources.engines.scripted_server import Chaos, ScriptedServer, asked

KEY = "sk-never-to-be-seen-4711"
SAMPLING = Sampling(max_tokens=16, temperature=0.5)
NO_CHAOS = dict.fromkeys(("too_many", "server_error", "cut", "hang", "malformed"), 0.0)


def engine_for(server: ScriptedServer, spec: OpenAISpec | None = None, **deployment: Any) -> OpenAIEngine:
    given = {"base_url": server.base_url, "timeout_s": 20, **deployment}
    return OpenAIEngine(spec or OpenAISpec(model="scripted"), OpenAIDeployment(**given), frame_s=0.02)


def requests(*prompts: str, **columns: Any) -> pl.DataFrame:
    return requests_frame(
        [
            {"key": f"k{i}", "prompt": prompt, "task": "t", "sample": 0, "seed": i, **columns}
            for i, prompt in enumerate(prompts)
        ]
    )


def complete(engine: OpenAIEngine, rows: pl.DataFrame, sampling: Sampling = SAMPLING) -> pl.DataFrame:
    frames = list(engine.complete(rows, sampling))
    assert all(frame.schema == COMPLETION_SCHEMA for frame in frames)
    return pl.concat(frames)


def by_key(completions: pl.DataFrame) -> dict[str, tuple[str, str]]:
    assert completions["key"].n_unique() == completions.height
    return {row["key"]: (row["text"], row["finish_reason"]) for row in completions.iter_rows(named=True)}


def test_rows_are_answered_each_by_its_own_answer() -> None:
    with ScriptedServer(lambda body: f"{asked(body)}/{body['seed']}") as server:
        rows = requests(*(f"say {i}" for i in range(300)))
        found = by_key(complete(engine_for(server), rows))
        assert found == {f"k{i}": (f"say {i}/{i}", "stop") for i in range(300)}
        assert (server.total, server.repeated) == (300, 0)


def test_each_sample_is_a_request_of_its_own() -> None:
    rows = requests("p", "p", "p")
    with ScriptedServer(lambda body: str(body["seed"])) as server:
        found = by_key(complete(engine_for(server), rows))
    assert found == {"k0": ("0", "stop"), "k1": ("1", "stop"), "k2": ("2", "stop")}


def test_samples_of_one_seed_differ_and_the_first_has_the_seed_itself() -> None:
    rows = requests("p", "p", "p").with_columns(pl.Series("sample", [0, 1, 2], pl.Int32), seed=pl.lit(5))
    with ScriptedServer(lambda body: str(body["seed"])) as server:
        found = by_key(complete(engine_for(server), rows))
    texts = [found[key][0] for key in ("k0", "k1", "k2")]
    assert texts[0] == "5"
    assert len(set(texts)) == 3
    assert all(0 <= int(text) < 2**31 for text in texts)


def test_a_row_that_asks_nothing_is_an_error_of_its_own() -> None:
    with ScriptedServer() as server:
        found = complete(engine_for(server), requests_frame([{"key": "a"}, {"key": "b", "prompt": "hello"}]))
    assert by_key(found) == {"a": ("", "error"), "b": ("hello", "stop")}


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.text(min_size=1, max_size=20), min_size=1, max_size=25),
    st.integers(1, 8),
    st.randoms(use_true_random=False),
)
def test_whatever_the_order_and_concurrency_answers_are_those_of_one_at_a_time(
    prompts: list[str], concurrency: int, draw: Any
) -> None:
    def rule(body: dict[str, Any]) -> dict[str, Any]:
        text = f"{asked(body)}|{body['seed']}"
        if "a" in text:
            return {"status": 400, "body": {"error": {"message": "no letter a"}}}
        return {
            "text": text,
            "finish_reason": "length" if "b" in text else "stop",
            "delay": draw.random() / 100,
        }

    rows = requests(*prompts)
    with ScriptedServer(rule) as server:
        one_by_one = engine_for(server, concurrency=1)
        expected = {}
        for row in rows.iter_slices(1):
            expected |= by_key(complete(one_by_one, row))
        shuffled = rows.sample(fraction=1, shuffle=True, seed=draw.randrange(1000))
        assert by_key(complete(engine_for(server, concurrency=concurrency), shuffled)) == expected
        assert server.most_in_flight <= concurrency


def test_forms_go_to_their_routes_with_all_that_is_asked() -> None:
    messages = [{"role": "system", "content": "be short"}, {"role": "user", "content": "hello"}]
    rows = requests_frame(
        [{"key": "a", "messages": messages, "seed": 3}, {"key": "b", "prompt": "plain", "seed": 4}]
    )
    with ScriptedServer() as server:
        sampling = Sampling(7, 0.25, 0.5, ("\n##",), json_schema='{"type": "object"}')
        assert by_key(complete(engine_for(server), rows, sampling))["a"] == ("hello", "stop")
        complete(engine_for(server, OpenAISpec(model="scripted", form="base")), requests("def"), sampling)
        first, second, base = sorted(server.calls, key=lambda call: (call.path, call.body["seed"]))
    assert [first.path, second.path, base.path] == [*["/v1/chat/completions"] * 2, "/v1/completions"]
    assert first.body["messages"] == messages
    assert second.body["messages"] == [{"role": "user", "content": "plain"}]
    assert base.body["prompt"] == "def"
    for call in (first, second, base):
        said = {name: call.body[name] for name in ("model", "max_tokens", "temperature", "top_p", "stop")}
        assert said == {
            "model": "scripted",
            "max_tokens": 7,
            "temperature": 0.25,
            "top_p": 0.5,
            "stop": ["\n##"],
        }
        assert call.body["response_format"]["json_schema"]["schema"] == {"type": "object"}


def test_a_base_model_is_not_sent_messages() -> None:
    rows = requests_frame([{"key": "a", "messages": [{"role": "user", "content": "hello"}]}])
    with ScriptedServer() as server:
        with pytest.raises(EngineUnavailable, match="has form base, so it cannot be sent messages"):
            complete(engine_for(server, OpenAISpec(model="scripted", form="base")), rows)
        assert server.total == 0


def test_other_engines_refuse_a_schema() -> None:
    sampling = Sampling(7, json_schema="{}")
    for engine in (OfflineEngine(), TransformersEngine("anywhere")):
        with pytest.raises(
            EngineUnavailable, match=f"the {engine.name} engine cannot hold answers to a JSON"
        ):
            list(engine.complete(requests("x"), sampling))
    with pytest.raises(ValueError, match="json_schema is not JSON"):
        Sampling(7, json_schema="{")


def test_a_schema_is_part_of_the_key_and_none_leaves_keys_as_they_were() -> None:
    assert Sampling(7).settings() == {"max_tokens": 7, "temperature": 0.0, "top_p": 1.0, "stop": []}
    assert Sampling(7, json_schema="{}").settings()["json_schema"] == "{}"


def test_what_a_completion_depends_on_is_its_identity_and_the_address_is_not() -> None:
    def identity(**spec: Any) -> dict[str, str]:
        spec = OpenAISpec(**{"model": "m", **spec})
        return OpenAIEngine(spec, OpenAIDeployment(base_url="http://somewhere/v1")).identity()

    assert identity() == {"backend": "openai", "model": "m", "form": "instruct"}
    assert identity(revision="v2") == {**identity(), "revision": "v2"}
    assert identity(form="base") != identity()


def test_slow_requests_hold_nothing_up() -> None:
    with ScriptedServer(lambda body: {"text": "x", "delay": 60.0 if asked(body) == "0" else 0.0}) as server:
        frames = engine_for(server, timeout_s=100).complete(requests(*map(str, range(200))), SAMPLING)
        answered: list[str] = []
        for frame in frames:
            answered += frame["key"].to_list()
            if len(answered) == 199 and frame.is_empty():
                break  # an empty frame, so that a caller can write what it holds
        frames.close()
    assert "k0" not in answered


def test_one_row_that_is_wrong_is_that_rows_error() -> None:
    rules: dict[str, Any] = {
        "good": "fine",
        "wrong": {"status": 422, "body": {"error": {"message": f"bad stop, says {KEY}"}}},
        "long": {"status": 400, "body": {"message": "This model's maximum context length is 9 tokens."}},
        "filtered": {"text": "", "finish_reason": "content_filter"},
        "uncounted": {"text": "x", "usage": None},
    }
    with ScriptedServer(lambda body: rules[asked(body)], api_key=KEY) as server:
        found = complete(engine_for(server, api_key=SecretStr(KEY)), requests(*rules)).sort("key")
    assert found["finish_reason"].to_list() == ["stop", "error", "prompt_too_long", "error", "stop"]
    assert found["detail"].to_list() == [
        None,
        "HTTP 422: bad stop, says ***",
        "This model's maximum context length is 9 tokens.",
        "the server ended with finish_reason 'content_filter'",
        None,
    ]
    assert found["prompt_tokens"].to_list() == [1, None, None, 1, None]


def test_a_server_that_wants_another_name_for_max_tokens_gets_it() -> None:
    refusal = {"error": {"message": "'max_tokens' is not supported. Use 'max_completion_tokens' instead."}}

    def rule(body: dict[str, Any]) -> Any:
        return "yes" if "max_completion_tokens" in body else {"status": 400, "body": refusal}

    with ScriptedServer(rule) as server:
        engine = engine_for(server, attempts=1)
        assert complete(engine, requests("a", "b"))["text"].to_list() == ["yes", "yes"]
        server.reset()
        assert complete(engine, requests("c"))["text"].to_list() == ["yes"]
        assert server.total == 1


@pytest.mark.parametrize("kind", ["server_error", "cut", "malformed", "hang"])
def test_what_never_works_is_given_up_after_its_tries_with_the_reason(kind: str) -> None:
    chaos = Chaos(**{**NO_CHAOS, kind: 1.0}, latency_s=(0.001, 0.002))
    reasons = {
        "server_error": "HTTP 500: something broke",
        "cut": "connection lost: ",
        "malformed": "an answer that is not JSON: ",
        "hang": "no answer within 0.3 s",
    }
    with ScriptedServer(chaos=chaos) as server:
        found = complete(engine_for(server, attempts=2, timeout_s=0.3), requests("a", "b"))
        assert server.total == 4
    assert found["finish_reason"].to_list() == ["error", "error"]
    assert all(detail.startswith(f"given up after 2 tries: {reasons[kind]}") for detail in found["detail"])


def test_retry_after_is_honoured() -> None:
    seen: dict[str, int] = {}

    def rule(body: dict[str, Any]) -> Any:
        seen[asked(body)] = seen.get(asked(body), 0) + 1
        if asked(body) == "early" and seen["early"] == 1:
            return {"status": 429, "body": {"error": "later"}, "headers": {"Retry-After": "1.5"}}
        return "x"

    with ScriptedServer(rule) as server:
        complete(engine_for(server), requests("early", "other"))
        first, again = (call.at for call in server.calls if asked(call.body) == "early")
        assert again - first >= 1.5


def test_a_wait_beyond_all_patience_ends_the_run_with_what_it_has() -> None:
    def rule(body: dict[str, Any]) -> Any:
        if asked(body) == "last":
            return {"status": 429, "body": {}, "headers": {"Retry-After": "9999"}, "delay": 0.3}
        return "x"

    with ScriptedServer(rule) as server:
        frames = engine_for(server).complete(requests("a", "b", "last"), SAMPLING)
        answered = 0
        with pytest.raises(EngineUnavailable, match=r"asks to wait 9999 s .* run again later"):
            for frame in frames:
                answered += frame.height
    assert answered == 2


def test_rate_limits_hold() -> None:
    with ScriptedServer() as server:
        started = time.monotonic()
        # 600 a minute is one each 0.1 s, and at most a second's worth at once
        complete(engine_for(server, requests_per_minute=600), requests(*map(str, range(25))))
        assert max(call.at for call in server.calls) - started >= (25 - 10 - 1) * 0.1


def test_a_server_that_refuses_everything_ends_the_run() -> None:
    chaos = Chaos(**{**NO_CHAOS, "too_many": 1.0}, with_retry_after=0.0)
    refused = pytest.raises(EngineUnavailable, match=r"has taken no request for 1 s \(HTTP 429")
    with ScriptedServer(chaos=chaos) as server, refused:
        complete(engine_for(server, timeout_s=1.0), requests(*map(str, range(50))))


def test_a_server_that_answers_nothing_but_errors_is_not_asked_everything() -> None:
    with ScriptedServer(lambda _: {"status": 400, "body": {"error": "no such field: seed"}}) as server:
        with pytest.raises(EngineUnavailable, match=r"none of 20 requests; .*HTTP 400: no such field: seed"):
            complete(engine_for(server), requests(*map(str, range(500))))
        assert server.total < 100


@pytest.mark.parametrize("lists", [True, False])
def test_a_wrong_key_names_the_variable_and_shows_no_key(lists: bool, caplog) -> None:
    caplog.set_level(logging.DEBUG)
    with ScriptedServer(api_key="another", lists_models=lists) as server:
        for key in (SecretStr(KEY), None):
            engine = engine_for(server, api_key=key)
            with pytest.raises(EngineUnavailable, match=r"answered 401; .* set OPENAI_API_KEY") as stopped:
                complete(engine, requests("x"))
            assert server.base_url in str(stopped.value)
            assert KEY not in str(stopped.value) + repr(engine.deployment) + repr(vars(engine))
        assert server.total == 0
    assert KEY not in caplog.text


def test_the_key_is_sent_and_shown_nowhere(caplog) -> None:
    caplog.set_level(logging.DEBUG)
    trouble = Chaos(too_many=0.2, server_error=0.2, cut=0.2, hang=0, malformed=0.2, latency_s=(0.001, 0.002))
    with ScriptedServer(chaos=trouble, api_key=KEY) as server:
        found = complete(
            engine_for(server, api_key=SecretStr(KEY), attempts=2), requests(*map(str, range(40)))
        )
        assert {call.headers["authorization"] for call in server.calls} == {f"Bearer {KEY}"}
    assert found["finish_reason"].n_unique() == 2
    assert KEY not in caplog.text + found.write_json()


@pytest.mark.parametrize(
    ("deployment", "message"),
    [
        ({"base_url": None}, "no server is named for model 'scripted'; set OPENAI_BASE_URL"),
        ({"base_url": "localhost:8000"}, "is no address of a server; set OPENAI_BASE_URL"),
        (
            {"base_url": f"http://me:{KEY}@localhost/v1"},
            "localhost holds a key or password; set OPENAI_API_KEY",
        ),
        ({"base_url": f"http://localhost/v1?key={KEY}"}, "localhost holds a key or password"),
        ({"base_url": "http://localhost/v1", "api_key": f"{KEY}\nx"}, "characters that no key has"),
    ],
)
def test_settings_that_cannot_work_are_said_without_their_secrets(deployment: dict, message: str) -> None:
    engine = OpenAIEngine(OpenAISpec(model="scripted"), OpenAIDeployment.model_validate(deployment))
    with pytest.raises(EngineUnavailable, match=message) as stopped:
        complete(engine, requests("x"))
    assert KEY not in str(stopped.value)


def test_a_server_that_is_down_is_named() -> None:
    url = f"http://127.0.0.1:{free_port()}/v1"
    engine = OpenAIEngine(OpenAISpec(model="scripted"), OpenAIDeployment(base_url=url))
    with pytest.raises(
        EngineUnavailable, match=f"no server answers at {url} .*start it, or set OPENAI_BASE_URL"
    ):
        complete(engine, requests("x"))


def test_a_server_that_goes_down_half_way_ends_the_run_with_what_it_has() -> None:
    with ScriptedServer(lambda _: {"text": "x", "delay": 0.05}) as server:
        engine = engine_for(server, timeout_s=1.0, concurrency=4)
        frames = engine.complete(requests(*map(str, range(400))), SAMPLING)
        answered = next(frames).height
        assert answered > 0
    with pytest.raises(EngineUnavailable, match=r"has taken no request for 1 s \(no connection to http"):
        for frame in frames:
            answered += frame.height
    assert answered < 400


def test_a_missing_model_is_named_with_those_that_are_there() -> None:
    with (
        ScriptedServer(models=["one", "two"]) as server,
        pytest.raises(
            EngineUnavailable, match=r"has no model 'scripted' \(.*does not exist.\); it has one, two"
        ),
    ):
        complete(engine_for(server), requests(*"abc"))
    refused = pytest.raises(EngineUnavailable, match=r"has no model 'scripted' \(.*does not exist.\)$")
    with ScriptedServer(models=["one"], lists_models=False) as server, refused:
        complete(engine_for(server), requests("x"))


def test_a_missing_route_is_named() -> None:
    with ScriptedServer() as server:
        engine = engine_for(server, base_url=server.base_url.removesuffix("/v1"))
        with pytest.raises(EngineUnavailable, match=r"no route /chat/completions .*usually ends in /v1"):
            complete(engine, requests("x"))


@pytest.mark.parametrize("body", ["<html>Welcome</html>", '{"generated_text": "x"}'])
def test_another_dialect_is_said_at_the_first_request(body: str) -> None:
    with ScriptedServer(lambda _: {"body": body}) as server:
        with pytest.raises(EngineUnavailable, match=r"does not speak OpenAI's protocol.*usually ends in /v1"):
            complete(engine_for(server), requests(*map(str, range(100))))
        assert server.total <= START


def test_nonsense_after_good_answers_is_that_rows_error() -> None:
    with ScriptedServer(lambda body: {"body": "{}"} if asked(body) == "odd" else "x") as server:
        engine = engine_for(server, attempts=2)
        complete(engine, requests("a"))
        found = complete(engine, requests("odd", "even")).sort("key")
        assert server.total == 4
    assert found["finish_reason"].to_list() == ["error", "stop"]
    assert found["detail"][0].startswith("given up after 2 tries: an answer without choices")


def threads() -> set[str]:
    return {thread.name for thread in threading.enumerate() if thread.name == "openai-engine"}


def leave_after_one_frame(engine: OpenAIEngine, rows: pl.DataFrame) -> None:
    frames = engine.complete(rows, SAMPLING)
    assert next(frames).height
    frames.close()


def fail_after_one_frame(engine: OpenAIEngine, rows: pl.DataFrame) -> None:
    def consume() -> None:
        for _ in engine.complete(rows, SAMPLING):
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        consume()


@pytest.mark.parametrize("leave", [leave_after_one_frame, fail_after_one_frame])
def test_who_stops_listening_leaves_no_thread_and_no_request(leave: Callable[..., None]) -> None:
    rows = requests(*map(str, range(500)))
    with ScriptedServer(lambda body: {"text": "x", "delay": 0.0 if asked(body) < "2" else 30.0}) as server:
        leave(engine_for(server), rows)
        assert threads() == set()
        time.sleep(0.5)  # what was on its way arrives
        assert server.total <= 111 + 256 < 500  # answered at once, and in flight at most


def test_leaving_the_engine_ends_what_nobody_reads_any_more() -> None:
    with ScriptedServer(lambda body: {"text": "x", "delay": 0.0 if asked(body) < "2" else 30.0}) as server:
        with engine_for(server) as engine:
            frames = engine.complete(requests(*map(str, range(100))), SAMPLING)
            assert next(frames).height
            assert threads()
        assert threads() == set()
        frames.close()


def test_nothing_is_asked_far_ahead_of_a_caller_who_is_busy() -> None:
    with ScriptedServer() as server:
        engine = OpenAIEngine(
            OpenAISpec(model="scripted"),
            OpenAIDeployment(base_url=server.base_url, concurrency=8),
            frame_s=0.01,
            backlog=50,
        )
        frames = engine.complete(requests(*map(str, range(1000))), SAMPLING)
        taken = next(frames).height
        time.sleep(1.0)  # the caller writes
        assert server.total <= taken + 50 + 8
        assert taken + sum(frame.height for frame in frames) == 1000


def test_no_requests_need_no_server() -> None:
    engine = OpenAIEngine(OpenAISpec(model="scripted"), OpenAIDeployment())
    assert list(engine.complete(requests(), SAMPLING)) == []
