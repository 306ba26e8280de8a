"""The `openai` engine against a server of known capacity that misbehaves, and what that server could have given.

    python tests/benchmarks/bench_openai_engine.py [--rows 12000] [--slots 128] [--rounds 3] [--seed 0]

The server (a process of its own) serves so many requests at once with latencies from 5 ms to 5 s and refuses more with
429. What it could give is measured in the same round with a client that knows the number of slots and a server that
makes no trouble, or is the number of slots by the mean latency where that is more (on a busy machine the peer's
slots wait for its own turn). With trouble (10 % 429, 5 % 500, 2 % cut, 1 % hangs, 1 % malformed), a share of the
slots' time goes into 500s, cut and malformed answers, whoever asks: the rate is lowered by that, by nothing else.
"""

import argparse
import asyncio
import json
import resource
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

import aiohttp  # noqa: E402
import polars as pl  # noqa: E402

from assets.asking.asker import requests_frame  # noqa: E402
from resources.engines.base import Sampling  # noqa: E402
from resources.engines.deployment import OpenAIDeployment  # noqa: E402
from resources.engines.openai import OpenAIEngine  # noqa: E402
from resources.engines.spec import OpenAISpec  # noqa: E402
from tests.resources.engines.scripted_server import Chaos  # noqa: E402

TROUBLE = ("too_many", "server_error", "cut", "hang", "malformed")
TIMEOUT_S = 8.0


@contextmanager
def server(slots: int, chaos: dict) -> Iterator[str]:
    program = ROOT / "tests/resources/engines/scripted_server.py"
    command = [sys.executable, str(program), "--slots", str(slots), "--chaos", json.dumps(chaos)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.stdin.close()
        process.wait(timeout=20)


def counts(base_url: str) -> dict:
    with urllib.request.urlopen(base_url.removesuffix("/v1") + "/counts") as answer:
        return json.load(answer)


def requests(rows: int) -> pl.DataFrame:
    return requests_frame(
        [{"key": str(i), "prompt": f"say {i}", "task": "t", "sample": 0, "seed": i} for i in range(rows)]
    )


async def bare(base_url: str, rows: int, slots: int) -> None:
    """As many requests in flight as the server has slots, and no more thought than that."""
    waiting = iter(range(rows))
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:

        async def worker() -> None:
            for number in waiting:
                body = {
                    "model": "m",
                    "messages": [{"role": "user", "content": f"say {number}"}],
                    "seed": number,
                }
                async with session.post(f"{base_url}/chat/completions", json=body) as reply:
                    await reply.read()
                    assert reply.status == 200

        await asyncio.gather(*[worker() for _ in range(slots)])


def ours(base_url: str, rows: int) -> tuple[float, float, pl.DataFrame]:
    """Seconds to the end, rows a second of the middle half of the answers, and all completions."""
    engine = OpenAIEngine(
        OpenAISpec(model="m"), OpenAIDeployment(base_url=base_url, timeout_s=TIMEOUT_S, concurrency=1024)
    )
    frames, marks = [], []
    started, done = time.monotonic(), 0
    for frame in engine.complete(requests(rows), Sampling(max_tokens=16)):
        frames.append(frame)
        done += frame.height
        marks.append((done, time.monotonic() - started))
    seconds = time.monotonic() - started
    middle = [mark for mark in marks if rows * 0.25 <= mark[0] <= rows * 0.75]
    steady = (middle[-1][0] - middle[0][0]) / (middle[-1][1] - middle[0][1])
    return seconds, steady, pl.concat(frames)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=12_000)
    parser.add_argument("--slots", type=int, default=128)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    trouble = Chaos()
    served = 1 - trouble.too_many - trouble.hang
    useful = (served - trouble.server_error - trouble.cut - trouble.malformed) / served
    ratios, steadies = [], []
    for number in range(options.rounds):
        seed = options.seed + number
        with server(options.slots, {"seed": seed, **dict.fromkeys(TROUBLE, 0.0)}) as url:
            started = time.monotonic()
            asyncio.run(bare(url, options.rows, options.slots))
            measured = options.rows / (time.monotonic() - started)
        on_paper = options.slots / trouble.mean_latency_s
        could = max(measured, on_paper) * useful
        with server(options.slots, {"seed": seed}) as url:
            before = resource.getrusage(resource.RUSAGE_SELF).ru_utime
            seconds, steady, completions = ours(url, options.rows)
            cpu = resource.getrusage(resource.RUSAGE_SELF).ru_utime - before
            seen = counts(url)
        assert completions["key"].n_unique() == completions.height == options.rows
        errors = completions.filter(pl.col("finish_reason") != "stop").height
        ratios.append(options.rows / seconds / could)
        steadies.append(steady / could)
        print(
            f"could give {could:.0f}/s (peer {measured * useful:.0f}, on paper {on_paper * useful:.0f}), "
            f"got {options.rows / seconds:.0f}/s, in the middle {steady:.0f}/s; "
            f"{errors} errors; {seen['total']} calls, {cpu / options.rows * 1000:.2f} ms CPU a row; {seen['outcomes']}",
            flush=True,
        )
    for name, found in (("whole", ratios), ("middle half", steadies)):
        print(
            f"ratio, {name}: min {min(found):.3f} median {statistics.median(found):.3f} max {max(found):.3f}"
        )


if __name__ == "__main__":
    main()
