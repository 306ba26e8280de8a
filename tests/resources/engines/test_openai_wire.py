"""OpenAI's protocol in the dialects of its servers: what is sent, and what every kind of reply means."""

import json
from typing import Any

import pytest

from resources.engines.base import EngineUnavailable, Sampling
from resources.engines.openai_wire import Answer, NoAnswer, Wire, error_message, listed_models, read_answer
from resources.engines.spec import OpenAISpec

SCHEMA = '{"type": "object", "properties": {"answer": {"type": "boolean"}}}'
MESSAGES = [{"role": "system", "content": "short"}, {"role": "user", "content": "hello"}]


def row(**given: Any) -> dict[str, Any]:
    return {"key": "k", "prompt": None, "messages": None, "sample": 0, "seed": None, **given}


def read(status: int, body: Any, headers: dict[str, str] | None = None) -> Answer | NoAnswer:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return read_answer(status, headers or {}, content)


def chat(content: Any, reason: Any = "stop", **more: Any) -> dict[str, Any]:
    return {"choices": [{"message": {"content": content}, "finish_reason": reason}], **more}


def test_a_base_model_completes_a_prompt() -> None:
    sampling = Sampling(10, 0.7, 0.9, ("\n##", "END"))
    wire = Wire(OpenAISpec(model="m", form="base", revision="v2"), sampling)
    assert wire.body(row(prompt="def", seed=7)) == (
        "/completions",
        {
            "model": "m",
            "prompt": "def",
            "max_tokens": 10,
            "temperature": 0.7,
            "top_p": 0.9,
            "stop": ["\n##", "END"],
            "seed": 7,
        },
    )


def test_an_instruct_model_is_sent_messages_and_a_prompt_as_one() -> None:
    wire = Wire(OpenAISpec(model="m"), Sampling(10))
    said = {"model": "m", "max_tokens": 10, "temperature": 0.0, "top_p": 1.0}
    assert wire.body(row(messages=MESSAGES)) == ("/chat/completions", {**said, "messages": MESSAGES})
    one = [{"role": "user", "content": "hello"}]
    assert wire.body(row(prompt="hello")) == ("/chat/completions", {**said, "messages": one})


def test_a_begun_answer_is_gone_on_with() -> None:
    begun = [*MESSAGES[:1], {"role": "assistant", "content": "def"}]
    _, body = Wire(OpenAISpec(model="m"), Sampling(10)).body(row(messages=begun))
    assert body["messages"] == begun
    assert (body["continue_final_message"], body["add_generation_prompt"]) == (True, False)


def test_a_schema_goes_along() -> None:
    _, body = Wire(OpenAISpec(model="m"), Sampling(10, json_schema=SCHEMA)).body(row(prompt="x"))
    assert body["response_format"]["type"] == "json_schema"
    assert body["response_format"]["json_schema"]["schema"] == json.loads(SCHEMA)


def test_the_expected_tokens_grow_with_the_prompt_and_the_answer() -> None:
    wire = Wire(OpenAISpec(model="m"), Sampling(100))
    assert wire.expected_tokens(row(prompt="x" * 300)) == 200
    assert wire.expected_tokens(row(prompt="")) == 100
    assert wire.expected_tokens(row(messages=MESSAGES)) == 103


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        (
            chat("hi", usage={"prompt_tokens": 3, "completion_tokens": 1}),
            Answer("hi", "stop", 3, 1),
        ),
        (chat("hi"), Answer("hi", "stop")),
        (chat("hi", usage=None), Answer("hi", "stop")),
        (chat("hi", usage={"prompt_tokens": 3}), Answer("hi", "stop", 3)),
        (chat("hi", usage={"prompt_tokens": "3"}), Answer("hi", "stop")),
        (chat("hi", "length"), Answer("hi", "length")),
        (chat(None, "length"), Answer("", "length")),
        (chat("hi", "eos_token"), Answer("hi", "stop")),
        ({"choices": [{"text": "hi", "finish_reason": "stop"}]}, Answer("hi", "stop")),
        (
            chat("hi", "content_filter"),
            Answer("hi", "error", detail="the server ended with finish_reason 'content_filter'"),
        ),
        (chat("hi", None), Answer("hi", "error", detail="the server ended with finish_reason None")),
        (
            {"choices": [{"message": {"content": None, "refusal": "I won't"}, "finish_reason": "stop"}]},
            Answer("", "error", detail="the model refused: I won't"),
        ),
    ],
)
def test_answers_are_read(body: dict[str, Any], answer: Answer) -> None:
    assert read(200, body) == answer


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (  # OpenAI
            400,
            {
                "error": {
                    "message": "This model's maximum context length is 4097 tokens. However, your messages resulted "
                    "in 5000 tokens. Please reduce the length of the messages.",
                    "type": "invalid_request_error",
                    "param": "messages",
                    "code": "context_length_exceeded",
                }
            },
        ),
        (  # vLLM, before and since it nests its errors
            400,
            {
                "object": "error",
                "message": "This model's maximum context length is 16384 tokens. However, you requested 122946 tokens "
                "(112946 in the messages, 10000 in the completion).",
                "type": "BadRequestError",
                "code": 400,
            },
        ),
        (
            400,
            {
                "error": {
                    "message": "'max_tokens' or 'max_completion_tokens' is too large: 2000. This model's maximum "
                    "context length is 4096 tokens and your request has 3000 input tokens (2000 > 4096 - 3000).",
                    "code": 400,
                }
            },
        ),
        (400, {"message": "max_tokens must be at least 1, got -186.", "code": 400}),
        (400, {"message": "The decoder prompt (length 9) is longer than the maximum model length of 8."}),
        (  # SGLang
            400,
            {"message": "The input (5000 tokens) is longer than the model's context length (4096 tokens)."},
        ),
        (  # llama.cpp: three forms
            400,
            {
                "error": {
                    "code": 400,
                    "message": "request (4390 tokens) exceeds the available context size (4096 tokens), try "
                    "increasing it",
                    "type": "exceed_context_size_error",
                }
            },
        ),
        (500, {"error": {"code": 500, "message": "Context size has been exceeded.", "type": "server_error"}}),
        (
            200,
            {
                "error": {
                    "code": 400,
                    "message": "the request exceeds the available context size",
                    "type": "exceed_context_size_error",
                }
            },
        ),
        (400, {"error": "the input length exceeds the context length"}),  # Ollama
        (422, {"error": "`inputs` tokens + `max_new_tokens` must be <= 4096. Given: 5000"}),  # TGI
        (400, {"error": {"message": "prompt is too long: 210000 tokens > 200000 maximum"}}),
    ],
)
def test_a_prompt_that_does_not_fit_is_known_in_every_dialect(status: int, body: dict[str, Any]) -> None:
    found = read(status, body)
    assert isinstance(found, Answer)
    assert found.finish_reason == "prompt_too_long"
    assert found.detail == error_message(body, b"")


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (429, {"error": {"message": "slow down", "code": "rate_limit_exceeded"}}, "refused"),
        (503, b"<html>busy</html>", "refused"),
        (529, {"error": {"message": "overloaded"}}, "refused"),
        (200, {"error": {"message": "slow down", "code": 429}}, "refused"),
        (500, {"error": {"message": "broke"}}, "again"),
        (502, b"", "again"),
        (408, b"", "again"),
        (200, {"error": {"message": "broke"}}, "again"),
        (200, b'{"choices": [{"message": {"cont', "again"),
        (200, b"<!doctype html><title>Welcome</title>", "dialect"),
        (200, b"", "dialect"),
        (200, {"result": "hello"}, "dialect"),
        (200, {"choices": []}, "dialect"),
        (200, {"choices": [{"message": {"content": 5}}]}, "dialect"),
        (200, {"choices": [{"delta": {"content": "hi"}}]}, "dialect"),
        (200, [1, 2], "dialect"),
        (301, b"", "dialect"),
        (404, {"error": {"message": "The model `x` does not exist.", "code": 404}}, "no_such_model"),
        (404, {"error": {"message": 'model "x" not found, try pulling it first'}}, "no_such_model"),
        (400, {"error": {"message": "Invalid model name passed in model=x"}}, "no_such_model"),
        (404, {"detail": "Not Found"}, "no_such_route"),
        (405, b"", "no_such_route"),
        (
            400,
            {
                "error": {
                    "message": "Unsupported parameter: 'max_tokens' is not supported with this model. Use "
                    "'max_completion_tokens' instead.",
                    "code": "unsupported_parameter",
                }
            },
            "token_field",
        ),
    ],
)
def test_trouble_is_told_apart(status: int, body: Any, kind: str) -> None:
    found = read(status, body)
    assert isinstance(found, NoAnswer)
    assert found.kind == kind


def test_retry_after_goes_with_a_refusal() -> None:
    refused = read(429, {}, {"retry-after": "12"})
    assert isinstance(refused, NoAnswer)
    assert refused.retry_after_s == 12


@pytest.mark.parametrize("status", [400, 422, 451])
def test_what_is_wrong_with_one_row_is_its_error(status: int) -> None:
    body = {"error": {"message": "stop: at most 4"}}
    assert read(status, body) == Answer("", "error", detail=f"HTTP {status}: stop: at most 4")


def test_a_request_larger_than_a_minutes_tokens_is_not_tried_for_ever() -> None:
    found = read(429, {"error": {"message": "Request too large for m: Limit 10000, Requested 12000"}})
    assert isinstance(found, Answer)
    assert found.finish_reason == "error"


@pytest.mark.parametrize(
    ("status", "body", "message"),
    [
        (401, {"error": {"message": "Incorrect API key provided: sk-very-secret"}}, "set OPENAI_API_KEY"),
        (403, {"error": {"message": "not from this country"}}, "answered 403: not from this country"),
        (402, {"error": {"message": "balance is 0"}}, "asks for money: balance is 0"),
        (429, {"error": {"message": "check your plan", "code": "insufficient_quota"}}, "asks for money"),
    ],
)
def test_what_no_request_will_get_past_stops_the_engine(status: int, body: Any, message: str) -> None:
    with pytest.raises(EngineUnavailable, match=message) as stopped:
        read(status, body)
    assert "sk-very-secret" not in str(stopped.value)


def test_messages_of_servers_are_short_and_on_one_line() -> None:
    assert error_message({"error": {"message": "a\n  b"}}, b"") == "a b"
    assert error_message(None, b"x " * 5000) == ("x " * 250)
    assert error_message(None, b"") == "no word why"
    assert error_message({"error": {"message": None}}, b'{"error": 1}') == '{"error": 1}'


def test_listed_models() -> None:
    assert listed_models(b'{"data": [{"id": "a"}, {"id": "b"}, {}, 3]}') == ["a", "b"]
    assert listed_models(b"<html>") == []
    assert listed_models(b'{"data": null}') == []
