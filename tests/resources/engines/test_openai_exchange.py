"""The dispatcher on a clock of its own: how much of a misbehaving server it uses, whatever else this machine does.

The event loop's time jumps to the next timer, so that minutes pass in seconds and nothing is left to chance.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from resources.engines import retries
from resources.engines.base import Sampling
from resources.engines.concurrency import AdaptiveLimit
from resources.engines.deployment import OpenAIDeployment
from resources.engines.openai_exchange import Exchange, ServerState
from resources.engines.openai_wire import Answer, NoAnswer, Wire
from resources.engines.rates import Rates
from resources.engines.spec import OpenAISpec
from tests.resources.engines.scripted_server import Chaos

SPEC = OpenAISpec(model="m")
TROUBLE = ("too_many", "server_error", "cut", "hang", "malformed")


class LeapingLoop(asyncio.SelectorEventLoop):
    """An event loop that waits for nothing: its clock leaps to the next timer."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        select = self._selector.select

        def leap(timeout: float | None = None) -> list[Any]:
            assert timeout is not None, "nothing will ever happen again"
            self.now += timeout
            return select(0)

        self._selector.select = leap

    def time(self) -> float:
        return self.now


class Server:
    """A server in a few lines, in place of a connection: `slots` at once, more are refused, trouble by `chaos`."""

    url = "http://nowhere/v1"

    def __init__(self, chaos: Chaos, slots: int, timeout_s: float) -> None:
        self.chaos, self.slots, self.timeout_s = chaos, slots, timeout_s
        self.serving, self.seen, self.outcomes = 0, Counter[str](), Counter[str]()
        self.served_s = 0.0

    async def __aenter__(self) -> "Server":
        return self

    async def __aexit__(self, *_: object) -> None:
        return

    async def look(self) -> None:
        return

    def clean(self, text: str) -> str:
        return text

    async def ask(self, route: str, body: Mapping[str, Any]) -> Answer | NoAnswer:
        text = body["messages"][0]["content"]
        outcome, latency, named = self.chaos.fate(text, self.seen[text])
        self.seen[text] += 1
        await asyncio.sleep(0.001)
        if outcome == "too_many" or (outcome != "hang" and self.serving >= self.slots):
            self.outcomes["too_many"] += 1
            wait = self.chaos.retry_after_s if outcome == "too_many" and named else None
            return NoAnswer("refused", "HTTP 429: busy", wait)
        self.outcomes[outcome] += 1
        if outcome == "hang":
            await asyncio.sleep(self.timeout_s)
            return NoAnswer("timed_out", "no answer")
        self.serving += 1
        await asyncio.sleep(latency)
        self.serving -= 1
        self.served_s += latency
        return Answer(text, "stop", 1, 1) if outcome == "answer" else NoAnswer("again", outcome)


def exchange(server: Server, rows: int, **deployment: Any) -> tuple[dict[str, Answer], float]:
    """What came of `rows` rows, and how many seconds they took on the loop's clock."""
    settings = OpenAIDeployment(timeout_s=server.timeout_s, concurrency=1024, **deployment)
    found: dict[str, Answer] = {}

    def take(key: str, answer: Answer) -> None:
        assert key not in found
        found[key] = answer

    def fresh() -> Iterator[dict[str, Any]]:
        for number in range(rows):
            text = f"say {number}"
            yield {"key": text, "prompt": text, "messages": None, "sample": 0, "seed": number}

    state = ServerState(AdaptiveLimit(settings.concurrency), Rates(settings.requests_per_minute, None))
    wire = Wire(SPEC, Sampling(max_tokens=9))
    loop = LeapingLoop()
    try:
        run = Exchange(server, settings, wire, state, fresh(), take, lambda: False)  # type: ignore[arg-type]
        loop.run_until_complete(run.run())
    finally:
        loop.close()
    assert set(found) == {f"say {number}" for number in range(rows)}
    return found, loop.now


@pytest.fixture(autouse=True)
def same_jitter_every_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retries, "random", random.Random(1))


@pytest.mark.parametrize("slots", [16, 48])
@pytest.mark.slow(seconds=2)
def test_at_least_nine_tenths_of_what_a_misbehaving_server_could_give_is_taken(slots: int) -> None:
    """Of the slots' time: some of it goes into answers that fail, whoever asks. To the last row, tail and all."""
    server = Server(Chaos(seed=slots), slots, timeout_s=8)
    found, seconds = exchange(server, rows=250 * slots)
    assert {answer.finish_reason for answer in found.values()} == {"stop"}
    assert server.outcomes["answer"] == 250 * slots
    share = server.served_s / (slots * seconds)
    print(f"{slots} slots: {share:.3f} of the server's time in {seconds:.0f} s; {dict(server.outcomes)}")
    assert share >= 0.9


def test_a_server_without_trouble_is_refused_by_seldom() -> None:
    calm = Chaos(**dict.fromkeys(TROUBLE, 0.0))
    server = Server(calm, slots=64, timeout_s=8)
    _, seconds = exchange(server, rows=8_000)
    share = server.served_s / (64 * seconds)
    print(f"{share:.3f} of the server's time; {dict(server.outcomes)}")
    assert share >= 0.9
    assert server.outcomes["too_many"] <= 0.1 * 8_000


def test_a_limit_on_requests_per_minute_is_kept_to_the_second() -> None:
    calm = Chaos(**dict.fromkeys(TROUBLE, 0.0))
    _, seconds = exchange(Server(calm, 10_000, timeout_s=8), rows=3000, requests_per_minute=600)
    assert 3000 / 600 * 60 - 2 <= seconds <= 3000 / 600 * 61 + 6


def test_a_server_that_is_away_for_a_while_costs_no_row() -> None:
    class Away(Server):
        async def ask(self, route: str, body: Mapping[str, Any]) -> Answer | NoAnswer:
            if 20 <= asyncio.get_running_loop().time() < 140:
                return NoAnswer("refused", "no connection")
            return await super().ask(route, body)

    calm = Chaos(**dict.fromkeys(TROUBLE, 0.0))
    found, seconds = exchange(Away(calm, 32, timeout_s=300), rows=3000)
    assert {answer.finish_reason for answer in found.values()} == {"stop"}
    assert seconds <= 140 + 80
