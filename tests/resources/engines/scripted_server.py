"""A server for tests that speaks OpenAI's protocol and answers by a rule from what the prompt asks.

    with ScriptedServer(lambda body: asked(body).upper()) as server:
        engine = OpenAIEngine(OpenAISpec(model="scripted"), OpenAIDeployment(base_url=server.base_url))

It runs in a thread of its own, counts every call, and can be made unreliable by a seed (`Chaos`). No model.
As a process (`python scripted_server.py --help`) it takes no time from the one that is measured.
"""

import argparse
import asyncio
import contextlib
import hashlib
import json
import math
import random
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

Rule = Callable[[dict[str, Any]], "str | dict[str, Any]"]
"""Gets a request's JSON body (`messages` or `prompt`, `model`, `max_tokens`, `seed`, ...) and gives the answer's
text; or a mapping with any of `text`, `finish_reason`, `usage` (None: left out), `logprobs`, `delay` (seconds), or, to
say something else than an answer, `status`, `headers` and `body` (bytes, text, or what becomes JSON). Raising in a
rule answers 500 and fails the test when the server is left."""


def asked(body: dict[str, Any]) -> str:
    """The text that a request asks with: its prompt, or its last user message."""
    if "prompt" in body:
        return body["prompt"]
    return next(said["content"] for said in reversed(body["messages"]) if said["role"] == "user")


def echo(body: dict[str, Any]) -> str:
    """The rule that gives back what it was asked."""
    return asked(body)


@dataclass(frozen=True)
class Chaos:
    """What goes wrong, as shares of all calls, drawn from `seed`, the request and how often it has come.

    So a request meets the same fate whatever else is under way. `latency_s`: of every answer that comes, log-uniform.
    """

    seed: int = 0
    too_many: float = 0.10  # 429, at once
    server_error: float = 0.05  # 500
    cut: float = 0.02  # half an answer, then the connection is reset
    hang: float = 0.01  # no answer ever, until the client gives up
    malformed: float = 0.01  # status 200 and broken JSON
    with_retry_after: float = 0.5  # of the 429: those that name a time
    retry_after_s: float = 1.0
    latency_s: tuple[float, float] = (0.005, 5.0)

    @property
    def mean_latency_s(self) -> float:
        """Of the answers' log-uniform distribution."""
        low, high = self.latency_s
        return low if low == high else (high - low) / math.log(high / low)

    def fate(self, request: str, attempt: int) -> tuple[str, float, bool]:
        """Outcome of a call (too_many, ..., answer), its latency in seconds, and whether a 429 names a time."""
        draw = random.Random(f"{self.seed} {request} {attempt}")
        low, high = self.latency_s
        latency = low * (high / low) ** draw.random()
        at = draw.random()
        for outcome in ("too_many", "server_error", "cut", "hang", "malformed"):
            at -= getattr(self, outcome)
            if at < 0:
                return outcome, latency, draw.random() < self.with_retry_after
        return "answer", latency, False


@dataclass(frozen=True)
class Call:
    """One POST that arrived: where, what, when (monotonic seconds), with which headers (lower-case names)."""

    path: str
    body: dict[str, Any]
    at: float
    request: str  # a digest of path and body: equal for a request that is sent again
    outcome: str  # answer, too_many, server_error, cut, hang, malformed, refused, or a rule's status
    headers: dict[str, str] = field(repr=False, default_factory=dict)


class ScriptedServer:
    """See the module. Leaving the context stops it; a rule that raised is raised again there.

    `models` are those it knows (None: any); `api_key` is asked for when set; `slots` requests are served at
    once and more get a 429; `lists_models` false leaves out the route GET /v1/models.
    """

    def __init__(
        self,
        rule: Rule = echo,
        chaos: Chaos | None = None,
        *,
        models: Iterable[str] | None = None,
        api_key: str | None = None,
        slots: int | None = None,
        lists_models: bool = True,
        keep_calls: bool = True,
    ) -> None:
        self.rule = rule
        self.chaos = chaos
        self.models = None if models is None else list(models)
        self.api_key = api_key
        self.slots = slots
        self.lists_models = lists_models
        self.keep_calls = keep_calls
        self.base_url = ""
        self.calls: list[Call] = []
        self.outcomes: Counter[str] = Counter()
        self.in_flight = 0
        self.most_in_flight = 0
        self._times: Counter[str] = Counter()
        self._failure: Exception | None = None
        self._loop = asyncio.new_event_loop()
        self._started = threading.Event()
        self._thread = threading.Thread(target=self._run, name="scripted-server", daemon=True)

    @property
    def total(self) -> int:
        """Calls so far, whatever came of them."""
        return sum(self._times.values())

    @property
    def distinct(self) -> int:
        """Different requests so far."""
        return len(self._times)

    @property
    def repeated(self) -> int:
        """Calls that asked again for what had been asked before."""
        return self.total - self.distinct

    @property
    def answered(self) -> int:
        """Calls that a whole answer was sent to."""
        return self.outcomes["answer"]

    def asked(self) -> list[str]:
        """The texts that were asked with, in the order of arrival."""
        return [asked(call.body) for call in self.calls]

    def reset(self) -> None:
        """Forget all calls."""
        self.calls.clear()
        self.outcomes.clear()
        self._times.clear()
        self.most_in_flight = 0

    def __enter__(self) -> "ScriptedServer":
        self._thread.start()
        self._started.wait()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join()
        if self._failure is not None and kind is None:
            raise RuntimeError("the rule of the scripted server failed") from self._failure

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        self._stopping = asyncio.Event()
        self._connections: set[asyncio.Task[None]] = set()
        server = await asyncio.start_server(self._connection, "127.0.0.1", 0, backlog=1024)
        self.base_url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
        self._started.set()
        await self._stopping.wait()
        server.close()
        for connection in self._connections:
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
                method, path, _ = head[0].split(" ")
                headers = {
                    name.lower(): value.strip()
                    for name, _, value in (line.partition(":") for line in head[1:] if line)
                }
                content = await reader.readexactly(int(headers.get("content-length", 0)))
                if not await self._request(method, path, headers, content, reader, writer):
                    return
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            return
        finally:
            self._connections.discard(task)
            writer.close()

    async def _request(
        self,
        method: str,
        path: str,
        headers: dict[str, str],
        content: bytes,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> bool:
        """Answer one request; false when the connection must not be used again."""
        if path == "/counts":
            counts = {"total": self.total, "distinct": self.distinct, "repeated": self.repeated}
            writer.write(_http(200, {**counts, "outcomes": dict(self.outcomes), "most": self.most_in_flight}))
            return True
        if self.api_key is not None and headers.get("authorization") != f"Bearer {self.api_key}":
            writer.write(_http(401, _error("Incorrect API key provided", "invalid_api_key")))
            return True
        if method == "GET" and path == "/v1/models" and self.lists_models:
            names = self.models if self.models is not None else ["scripted"]
            listed = [{"id": name, "object": "model"} for name in names]
            writer.write(_http(200, {"object": "list", "data": listed}))
            return True
        if method != "POST" or path not in ("/v1/chat/completions", "/v1/completions"):
            writer.write(_http(404, {"detail": "Not Found"}))
            return True
        body = json.loads(content)
        request = hashlib.sha256(path.encode() + content).hexdigest()[:32]
        attempt = self._times[request]
        self._times[request] += 1

        def record(outcome: str) -> None:
            self.outcomes[outcome] += 1
            if self.keep_calls:
                self.calls.append(Call(path, body, time.monotonic(), request, outcome, headers))

        if self.models is not None and body["model"] not in self.models:
            record("refused")
            writer.write(
                _http(404, _error(f"The model `{body['model']}` does not exist.", "model_not_found"))
            )
            return True
        if self.slots is not None and self.in_flight >= self.slots:
            record("too_many")
            writer.write(_http(429, _error("too many requests", "rate_limit_exceeded")))
            return True
        outcome, latency, retry_after = (
            self.chaos.fate(request, attempt) if self.chaos else ("answer", 0.0, False)
        )
        if outcome == "too_many":
            record(outcome)
            extra = {"Retry-After": f"{self.chaos.retry_after_s:g}"} if self.chaos and retry_after else {}
            writer.write(_http(429, _error("too many requests", "rate_limit_exceeded"), extra))
            return True
        if outcome == "hang":
            record(outcome)
            await reader.read(1)  # until the client goes
            return False
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            status, data = self._said(path, body)
            record(outcome if outcome != "answer" or status == 200 else str(status))
            if latency + data[1] > 0:
                await asyncio.sleep(latency + data[1])
        finally:
            self.in_flight -= 1
        if outcome == "server_error":
            writer.write(_http(500, _error("something broke", "server_error")))
        elif outcome == "cut":
            writer.write(data[0][: len(data[0]) // 2])
            with contextlib.suppress(ConnectionError):
                await writer.drain()
            writer.transport.abort()
            return False
        elif outcome == "malformed":
            writer.write(_http(200, b'{"choices": [{"message": {"content": "half an ans'))
        else:
            writer.write(data[0])
        await writer.drain()
        return True

    def _said(self, path: str, body: dict[str, Any]) -> tuple[int, tuple[bytes, float]]:
        """Status, and the whole HTTP answer with the delay that the rule asks for."""
        try:
            said = self.rule(body)
        except Exception as error:
            self._failure = self._failure or error
            return 500, (_http(500, _error(f"the rule failed: {error!r}", "server_error")), 0.0)
        if isinstance(said, str):
            said = {"text": said}
        delay = float(said.get("delay", 0.0))
        if "status" in said or "body" in said:
            status = said.get("status", 200)
            return status, (_http(status, said.get("body", b""), said.get("headers", {})), delay)
        text = said.get("text", "")
        choice: dict[str, Any] = {"index": 0, "finish_reason": said.get("finish_reason", "stop")}
        if "logprobs" in said:
            choice["logprobs"] = said["logprobs"]
        if path == "/v1/chat/completions":
            choice["message"] = {"role": "assistant", "content": text}
        else:
            choice["text"] = text
        answer: dict[str, Any] = {
            "id": "scripted",
            "object": "chat.completion" if "message" in choice else "text_completion",
            "created": 0,
            "model": body.get("model"),
            "choices": [choice],
        }
        words = {"prompt_tokens": len(asked(body).split()), "completion_tokens": len((text or "").split())}
        usage = said.get("usage", {**words, "total_tokens": sum(words.values())})
        if usage is not None:
            answer["usage"] = usage
        return 200, (_http(200, answer), delay)


def _error(message: str, code: str) -> dict[str, Any]:
    return {"error": {"message": message, "type": "invalid_request_error", "param": None, "code": code}}


def _http(status: int, body: Any, headers: dict[str, str] | None = None) -> bytes:
    content = body if isinstance(body, bytes) else body if isinstance(body, str) else json.dumps(body)
    data = content.encode() if isinstance(content, str) else content
    lines = {"Content-Type": "application/json", "Content-Length": str(len(data)), **(headers or {})}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"HTTP/1.1 {status} {status}\r\n{head}\r\n".encode("latin-1") + data


def main() -> None:
    """Serve `echo` until the standard input ends; the address is the first line of the output."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--slots", type=int)
    parser.add_argument("--chaos", default="{}", help="JSON of Chaos's fields; null: none")
    options = parser.parse_args()
    given = json.loads(options.chaos)
    chaos = None
    if given is not None:
        chaos = Chaos(**{k: tuple(v) if isinstance(v, list) else v for k, v in given.items()})
    with ScriptedServer(chaos=chaos, slots=options.slots, keep_calls=False) as server:
        print(server.base_url, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
