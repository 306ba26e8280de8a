"""The connection to one OpenAI-compatible server: requests out, what their replies mean back, the key in no message.

When to send and what to do about a failure belongs to `openai_exchange`; the protocol itself to `openai_wire`.
"""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from resources.engines.base import EngineUnavailable
from resources.engines.deployment import OpenAIDeployment
from resources.engines.openai_wire import MODELS, Answer, NoAnswer, listed_models, read_answer
from resources.engines.spec import OpenAISpec

CONNECT_S = 30.0
"""Longest wait for a connection, and for the list of models."""

MOST_REPLY_BYTES = 16 * 1024 * 1024
"""Of one reply, unpacked: no answer is so long, and what is longer is not read."""

SHORTEST_PART = 5
"""Characters of the key in a row that are taken out of messages: servers show the beginning and the end of it."""

SHORTEST_PART_IN_ANSWERS = 12
"""And those that make an answer an error; fewer may stand there by chance."""


class Connection:
    """A connection pool; an async context manager. `url` may be shown: it holds no secret (see `address_of`)."""

    def __init__(self, spec: OpenAISpec, deployment: OpenAIDeployment) -> None:
        self.spec = spec
        self.url = address_of(spec, deployment)
        self._timeout_s = deployment.timeout_s
        key = deployment.api_key.get_secret_value().strip() if deployment.api_key is not None else ""
        if not (key.isascii() and key.isprintable()):
            raise EngineUnavailable(
                "the key of the server holds characters that no key has, e.g. a line break; set OPENAI_API_KEY, or "
                "engines.openai.api_key, to the key alone"
            )
        self._key = key

    async def __aenter__(self) -> "Connection":
        local = (urlsplit(self.url).hostname or "").startswith(("127.", "localhost", "::1"))
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0),  # how many may be in flight is decided elsewhere
            timeout=aiohttp.ClientTimeout(
                total=self._timeout_s, sock_connect=min(CONNECT_S, self._timeout_s)
            ),
            headers={"Authorization": f"Bearer {self._key}"} if self._key else {},
            trust_env=not local,  # a proxy, where the environment names one
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()

    async def look(self) -> None:
        """Before the first request: is there a server, and does it take the key?

        That it lists no models, or not ours, is no fault yet: some servers answer to names that they do not list.
        """
        try:
            status, content = await self._models()
        except TimeoutError:
            return  # busy, or slow: the requests have retries of their own
        except (aiohttp.ClientError, OSError) as error:
            raise EngineUnavailable(
                f"no server answers at {self.url} ({self.clean(str(error))}); start it, or set OPENAI_BASE_URL or "
                "engines.openai.base_url to where it is"
            ) from None
        if status in (401, 403):
            self._read(status, {}, content)

    async def ask(self, route: str, body: Mapping[str, Any]) -> Answer | NoAnswer:
        """Send one request. Raises `EngineUnavailable` where none will ever be answered."""
        try:
            async with self._session.post(
                self.url + route,
                data=json.dumps(body, ensure_ascii=True).encode(),
                headers={"Content-Type": "application/json"},
                allow_redirects=False,  # the key is for this address alone
            ) as reply:
                content = await _limited(reply)
                if content is None:
                    size = MOST_REPLY_BYTES // 2**20
                    return Answer("", "error", detail=f"the reply is longer than {size} MiB")
                return self._without_key(self._read(reply.status, reply.headers, content))
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            return NoAnswer("refused", f"no connection to {self.url}: {self.clean(str(error))}")
        except TimeoutError:
            return NoAnswer("timed_out", f"no answer within {self._timeout_s:g} s")
        except (aiohttp.ClientError, OSError) as error:
            return NoAnswer("again", f"connection lost: {self.clean(str(error) or type(error).__name__)}")

    async def not_found(self, outcome: NoAnswer) -> EngineUnavailable:
        """What to say of a 404: the model that is missing and those that are there, or the route."""
        try:
            listed = listed_models((await self._models())[1])
        except (aiohttp.ClientError, OSError):  # a TimeoutError is an OSError
            listed = []
        model, reason = self.spec.model, self.clean(outcome.reason)
        if outcome.kind == "no_such_model" or (listed and model not in listed):
            has = f"; it has {', '.join(listed[:20])}" if listed else ""
            return EngineUnavailable(f"the server at {self.url} has no model {model!r} ({reason}){has}")
        route = "completions" if self.spec.form == "base" else "chat/completions"
        return EngineUnavailable(
            f"the server at {self.url} has no route /{route} ({reason}); the address usually ends in /v1, and the "
            "engine's form must be one that the server offers: base or instruct"
        )

    def clean(self, text: str) -> str:
        """`text` without the key and parts of it, which some servers repeat."""
        if not self._key:
            return text
        text = text.replace(self._key, "***")
        place, kept = 0, []
        while place < len(text):
            length = self._part_at(text, place)
            kept.append("***" if length >= SHORTEST_PART else text[place])
            place += length if length >= SHORTEST_PART else 1
        return "".join(kept)

    def _part_at(self, text: str, place: int) -> int:
        """How many characters at `place` stand in the key in the same order."""
        length = 0
        while place + length < len(text) and text[place : place + length + 1] in self._key:
            length += 1
        return length

    def _without_key(self, outcome: Answer | NoAnswer) -> Answer | NoAnswer:
        """The outcome, unless a long part of the key stands in the answer: then an error in its place."""
        if not isinstance(outcome, Answer) or len(self._key) < SHORTEST_PART_IN_ANSWERS:
            return outcome
        ends = range(SHORTEST_PART_IN_ANSWERS, len(self._key) + 1)
        if any(self._key[end - SHORTEST_PART_IN_ANSWERS : end] in outcome.text for end in ends):
            return Answer("", "error", detail="the answer repeats a part of the server's key")
        return outcome

    async def _models(self) -> tuple[int, bytes]:
        wait = aiohttp.ClientTimeout(total=min(CONNECT_S, self._timeout_s))
        async with self._session.get(self.url + MODELS, timeout=wait, allow_redirects=False) as reply:
            return reply.status, await _limited(reply) or b""

    def _read(self, status: int, headers: Mapping[str, str], content: bytes) -> Answer | NoAnswer:
        try:
            return read_answer(status, headers, content)
        except EngineUnavailable as error:
            raise EngineUnavailable(f"the server at {self.url} {self.clean(str(error))}") from None


async def _limited(reply: aiohttp.ClientResponse) -> bytes | None:
    """The reply's content; None where it is longer than any answer."""
    parts, size = [], 0
    async for part in reply.content.iter_chunked(2**16):
        size += len(part)
        if size > MOST_REPLY_BYTES:
            return None
        parts.append(part)
    return b"".join(parts)


def address_of(spec: OpenAISpec, deployment: OpenAIDeployment) -> str:
    """The base URL. Raises `EngineUnavailable` where there is none, or one that holds a secret."""
    url = (deployment.base_url or "").strip().rstrip("/")
    remedy = "set OPENAI_BASE_URL or engines.openai.base_url, e.g. to http://localhost:8000/v1"
    if not url:
        raise EngineUnavailable(f"no server is named for model {spec.model!r}; {remedy}")
    parts = urlsplit(url)
    if parts.username is not None or parts.query:
        raise EngineUnavailable(
            f"the address of the server on {parts.hostname} holds a key or password; set OPENAI_API_KEY or "
            "engines.openai.api_key instead"
        )
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise EngineUnavailable(f"{url!r} is no address of a server; {remedy}")
    return url
