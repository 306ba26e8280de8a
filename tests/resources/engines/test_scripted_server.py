"""The scripted server itself: what other tests rely on when it counts, refuses and breaks."""

import json
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException

import pytest

from tests.resources.engines.scripted_server import Chaos, ScriptedServer, asked


def post(server: ScriptedServer, text: str, *, key: str = "", timeout: float = 5, **body) -> dict:
    request = urllib.request.Request(
        f"{server.base_url}/chat/completions",
        json.dumps({"model": "m", "messages": [{"role": "user", "content": text}], **body}).encode(),
        {"Authorization": f"Bearer {key}"},
    )
    with urllib.request.urlopen(request, timeout=timeout) as answer:
        return json.load(answer)


def test_it_answers_by_its_rule_and_counts() -> None:
    with ScriptedServer(lambda body: asked(body).upper()) as server:
        answers = [post(server, text)["choices"][0]["message"]["content"] for text in ("a", "b", "a")]
        assert (server.total, server.distinct, server.repeated, server.answered) == (3, 2, 1, 3)
        assert server.asked() == ["a", "b", "a"]
    assert answers == ["A", "B", "A"]


def test_a_rule_may_answer_anything() -> None:
    rules = {
        "cut": {"text": "so far", "finish_reason": "length", "usage": None},
        "refuse": {
            "status": 418,
            "body": {"error": {"message": "a teapot"}},
            "headers": {"Retry-After": "7"},
        },
    }
    with ScriptedServer(lambda body: rules[asked(body)]) as server:
        answer = post(server, "cut")
        with pytest.raises(urllib.error.HTTPError) as refused:
            post(server, "refuse")
    assert answer["choices"][0]["finish_reason"] == "length"
    assert "usage" not in answer
    assert (refused.value.code, refused.value.headers["Retry-After"]) == (418, "7")


def test_keys_models_and_slots_are_checked() -> None:
    with ScriptedServer(
        lambda _: {"text": "", "delay": 0.3}, api_key="right", models=["m"], slots=2
    ) as server:
        for refusal, arguments in ((401, {"key": "wrong"}), (404, {"key": "right", "model": "other"})):
            with pytest.raises(urllib.error.HTTPError) as refused:
                post(server, "x", **arguments)
            assert refused.value.code == refusal

        def status(number: int) -> int:
            try:
                post(server, str(number), key="right")
            except urllib.error.HTTPError as error:
                return error.code
            return 200

        with ThreadPoolExecutor(6) as pool:
            assert set(pool.map(status, range(6))) == {200, 429}
        assert server.most_in_flight == 2


def test_chaos_comes_in_the_shares_that_are_asked_for_and_in_any_order_the_same() -> None:
    chaos = Chaos(seed=5, latency_s=(0.005, 5.0))
    fates = [chaos.fate(str(number), 0) for number in range(20_000)]
    shares = {
        name: sum(fate[0] == name for fate in fates) / len(fates) for name in ("too_many", "cut", "hang")
    }
    assert shares["too_many"] == pytest.approx(0.10, abs=0.01)
    assert shares["cut"] == pytest.approx(0.02, abs=0.005)
    assert shares["hang"] == pytest.approx(0.01, abs=0.005)
    assert all(0.005 <= fate[1] <= 5.0 for fate in fates)
    mean = sum(fate[1] for fate in fates) / len(fates)
    assert mean == pytest.approx(chaos.mean_latency_s, rel=0.05)
    assert [chaos.fate(str(number), 0) for number in reversed(range(20_000))] == fates[::-1]


@pytest.mark.parametrize("wrong", ["too_many", "server_error", "cut", "hang", "malformed"])
def test_every_kind_of_chaos_reaches_the_client(wrong: str) -> None:
    none = dict.fromkeys(("too_many", "server_error", "cut", "hang", "malformed"), 0.0)
    chaos = Chaos(**{**none, wrong: 1.0}, latency_s=(0.001, 0.002), with_retry_after=1.0)
    with ScriptedServer(chaos=chaos) as server:
        with pytest.raises((OSError, ValueError, HTTPException)) as failed:
            post(server, "x", timeout=1)
        assert dict(server.outcomes) == {wrong: 1}
    if wrong in ("too_many", "server_error"):
        assert isinstance(failed.value, urllib.error.HTTPError)
        assert failed.value.headers["Retry-After"] == ("1" if wrong == "too_many" else None)


def test_a_rule_that_fails_fails_the_test() -> None:
    with pytest.raises(RuntimeError, match="the rule of the scripted server failed"):  # noqa: SIM117
        with ScriptedServer(lambda body: body["no such field"]) as server:
            with pytest.raises(urllib.error.HTTPError):
                post(server, "x")
