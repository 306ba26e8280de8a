"""One request in OpenAI's protocol: its body, and what an answer in any server's dialect means.

Chat completions and completions, as spoken by vLLM, SGLang, llama.cpp, Ollama, TGI and hosted services. No I/O
here: when to send, and what to do about a failure, belongs to `openai_exchange`.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from resources.engines.base import EngineUnavailable, Sampling
from resources.engines.openai_candidates import REFUSED, Candidates, asking_for, candidates_of
from resources.engines.retries import retry_after_s
from resources.engines.spec import OpenAISpec

CHAT, COMPLETIONS, MODELS = "/chat/completions", "/completions", "/models"

CHARACTERS_PER_TOKEN = 3
"""Of code, about; for the rate limit's estimate before the server has counted."""

LONGEST_DETAIL = 500

MOST_TOKENS = 2**31 - 1
"""Counts above it, or below nothing, are no counts: they are left out."""

FINISHED = {
    "stop": "stop",
    "eos": "stop",  # llama.cpp's and TGI's words for it
    "eos_token": "stop",
    "stop_sequence": "stop",
    "end_turn": "stop",
    "length": "length",
    "max_tokens": "length",
}
"""A server's finish_reason to ours; any other is an error."""

TOO_LONG = re.compile(
    r"context[ _-]?(length|size|window)|maximum model length|max_model_len|maximum sequence length"
    r"|prompt is too long|input (is|length)\b.*(too long|exceed)|too many input tokens"
    r"|`inputs` tokens|max_tokens must be at least 1, got -",
    re.IGNORECASE,
)
"""What servers say of a prompt that does not fit: OpenAI, vLLM (also "max_tokens must be at least 1, got -186"),
SGLang, llama.cpp ("exceeds the available context size"), Ollama, TGI, Anthropic's compatible endpoint."""

NO_MODEL = re.compile(
    r"model\b.*(not found|does not exist|not available)|invalid model|no such model", re.IGNORECASE
)

Failure = Literal[
    "again", "timed_out", "refused", "dialect", "no_such_model", "no_such_route", "token_field", "no_logprobs"
]


@dataclass(frozen=True)
class Answer:
    """A completion, or the server's last word on a row: the columns of a completion frame without the key."""

    text: str
    finish_reason: str
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    detail: str | None = None
    candidates: Candidates | None = None


@dataclass(frozen=True)
class NoAnswer:
    """Why there is none, and what kind of trouble it is.

    again, timed_out: try again; refused: the server is busy, or not there; dialect: what came is not OpenAI's
    protocol; no_such_model, no_such_route: 404; token_field: it wants `max_completion_tokens`, not `max_tokens`;
    no_logprobs: it takes no field for log-probabilities.
    """

    kind: Failure
    reason: str
    retry_after_s: float | None = None


@dataclass
class Wire:
    """How to speak to one server about one model; learns the name that it wants for `max_tokens`, and whether it
    takes a field for log-probabilities."""

    spec: OpenAISpec
    sampling: Sampling
    token_field: str = "max_tokens"
    logprobs: bool = True

    def body(self, row: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
        """Route and JSON body that ask for one row of `REQUEST_SCHEMA`."""
        messages = row["messages"]
        if self.spec.form == "instruct" and messages is None:
            messages = [{"role": "user", "content": row["prompt"]}]
        body: dict[str, Any] = {"model": self.spec.model}
        body |= {"prompt": row["prompt"]} if messages is None else {"messages": messages}
        if messages is not None and messages[-1]["role"] == "assistant":
            # vLLM's and SGLang's words for it; a server without them answers with a turn of its own
            body |= {"continue_final_message": True, "add_generation_prompt": False}
        body[self.token_field] = self.sampling.max_tokens
        body |= {"temperature": self.sampling.temperature, "top_p": self.sampling.top_p}
        if self.sampling.stop:
            body["stop"] = list(self.sampling.stop)
        if row["seed"] is not None:
            body["seed"] = _sample_seed(row["seed"], row["sample"] or 0)
        if self.sampling.top_logprobs and self.logprobs:
            body |= asking_for(self.sampling.top_logprobs, chat=messages is not None)
        if self.sampling.json_schema is not None:
            schema = {"name": "answer", "schema": json.loads(self.sampling.json_schema), "strict": True}
            body["response_format"] = {"type": "json_schema", "json_schema": schema}
        return (COMPLETIONS if messages is None else CHAT), body

    def expected_tokens(self, row: Mapping[str, Any]) -> int:
        """About what the row will be charged: its characters, and all that it may say."""
        said = row["prompt"]
        if said is None:
            said = "".join(message["content"] for message in row["messages"])
        return len(said) // CHARACTERS_PER_TOKEN + self.sampling.max_tokens


def read_answer(status: int, headers: Mapping[str, str], content: bytes) -> Answer | NoAnswer:
    """What a server's reply to a request means. `headers` with lower-case names, or case-insensitive.

    Raises `EngineUnavailable` where no request will ever be answered: wrong key, no money left.
    """
    data = _parsed(content)
    if status < 300 and not (isinstance(data, dict) and data.get("error")):
        outcome = _completion(data, content)
        return _writable(outcome) if isinstance(outcome, Answer) else outcome
    message = error_message(data, content)
    code = _code(data)
    if status < 300:  # some servers and gateways put the status into the error only
        number = data["error"].get("code") if isinstance(data["error"], dict) else None
        status = number if isinstance(number, int) and 400 <= number < 600 else 500
    if status < 400:
        return NoAnswer("dialect", f"HTTP {status}, a redirection to {headers.get('location')}")
    if status in (401, 403):
        said = f": {message}" if status == 403 else ""  # servers repeat the key in their 401
        raise EngineUnavailable(
            f"answered {status}{said}; the key is wrong or missing: set OPENAI_API_KEY, or engines.openai.api_key"
        )
    if code == "insufficient_quota" or status == 402:
        raise EngineUnavailable(f"asks for money: {message}; run again when there is some")
    if status == 429 and "request too large" in message.lower():  # for the limit on tokens: never fits
        return Answer("", "error", detail=f"HTTP 429: {message}")
    if status in (429, 503, 529):
        return NoAnswer("refused", f"HTTP {status}: {message}", retry_after_s(headers))
    if code in ("context_length_exceeded", "exceed_context_size_error") or (
        status in (400, 413, 422, 500) and TOO_LONG.search(message)
    ):
        return Answer("", "prompt_too_long", detail=message)
    if status in (400, 404) and (code == "model_not_found" or NO_MODEL.search(message)):
        return NoAnswer("no_such_model", message)
    if status in (404, 405):
        return NoAnswer("no_such_route", f"HTTP {status}: {message}")
    if status == 400 and "max_completion_tokens" in message and "max_tokens" in message:
        return NoAnswer("token_field", f"HTTP 400: {message}")
    if status in (400, 422) and REFUSED.search(message):
        return NoAnswer("no_logprobs", f"HTTP {status}: {message}")
    if status >= 500 or status in (408, 409, 425):
        return NoAnswer("again", f"HTTP {status}: {message}", retry_after_s(headers))
    return Answer("", "error", detail=f"HTTP {status}: {message}")


def error_message(data: Any, content: bytes) -> str:
    """The server's words, in whatever form it puts errors, at most 500 characters."""
    found: Any = data
    for name in ("error", "message", "detail"):
        if isinstance(found, dict) and found.get(name):
            found = found[name]
    if found is None or not isinstance(found, str):
        found = content.decode("utf-8", "replace")
    return _whole_characters(" ".join(found[: 20 * LONGEST_DETAIL].split()))[:LONGEST_DETAIL] or "no word why"


def listed_models(content: bytes) -> list[str]:
    """The names in an answer to GET /models; none where it is something else."""
    data = _parsed(content)
    listed = data.get("data") if isinstance(data, dict) else None
    return [str(one["id"]) for one in listed or [] if isinstance(one, dict) and "id" in one]


def _sample_seed(seed: int, sample: int) -> int:
    """The protocol knows no sample numbers: two samples of one seed would be the same answer twice."""
    if not sample:
        return seed
    return int.from_bytes(hashlib.sha256(f"{seed} {sample}".encode()).digest()[:4]) >> 1


def _parsed(content: bytes) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):  # brackets without end are no answer either
        return None


def _whole_characters(text: str) -> str:
    """`text` with a mark for every half of a character: JSON can hold halves (`\\ud83d`), UTF-8 and tables cannot."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _writable(answer: Answer) -> Answer:
    """The answer if a table can hold it, else the error that takes its place: this row is lost, no other."""
    if _whole_characters(answer.text) != answer.text:
        return Answer("", "error", detail="the answer holds half a character (a lone surrogate)")
    return replace(answer, detail=None if answer.detail is None else _whole_characters(answer.detail))


def _code(data: Any) -> str | None:
    error = data.get("error") if isinstance(data, dict) else None
    found = (error.get("code") or error.get("type")) if isinstance(error, dict) else None
    if isinstance(error, dict) and error.get("type") in ("insufficient_quota", "exceed_context_size_error"):
        found = error["type"]
    return found if isinstance(found, str) else None


def _completion(data: Any, content: bytes) -> Answer | NoAnswer:
    if data is None:
        # half an answer was cut off; a page of HTML is another server altogether
        kind: Failure = "again" if content.lstrip()[:1] in (b"{", b"[") else "dialect"
        return NoAnswer(kind, f"an answer that is not JSON: {error_message(None, content)[:80]!r}")
    choices = data.get("choices") if isinstance(data, dict) else None
    if not (isinstance(choices, list) and choices and isinstance(choices[0], dict)):
        return NoAnswer("dialect", f"an answer without choices: {error_message(None, content)[:80]!r}")
    choice = choices[0]
    said = choice["message"] if isinstance(choice.get("message"), dict) else choice
    text = said.get("content") if said is not choice else choice.get("text")
    if not isinstance(text, str | None) or (text is None and said is choice):
        return NoAnswer("dialect", f"a choice without text: {error_message(None, content)[:80]!r}")
    usage = data.get("usage")
    usage = usage if isinstance(usage, dict) else {}
    prompt_tokens, completion_tokens = (
        value if type(value := usage.get(name)) is int and 0 <= value <= MOST_TOKENS else None
        for name in ("prompt_tokens", "completion_tokens")
    )
    reason, detail = FINISHED.get(str(choice.get("finish_reason")), "error"), None
    if reason == "error":
        detail = f"the server ended with finish_reason {repr(choice.get('finish_reason'))[:82]}"
    elif said.get("refusal"):
        reason, detail = "error", f"the model refused: {str(said['refusal'])[:LONGEST_DETAIL]}"
    return Answer(text or "", reason, prompt_tokens, completion_tokens, detail, candidates_of(choice))
