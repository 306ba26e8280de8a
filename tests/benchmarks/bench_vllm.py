"""The stage `generate(...)` over the vllm engine against one bare `LLM.generate` over the same prompts.

    python tests/benchmarks/bench_vllm.py --rounds 5 --rows 512 [--python .venv-vllm/bin/python] [--model FOLDER]

Ours renders nothing but does all the rest: keys, row cache, Parquet fragments, the pipe to vLLM's process. Every
round has prompts of its own, so that neither side finds them in its prefix cache; within a round prompts share
prefixes and are asked several times. Both sides have loaded the model before, take turns at going first, and ask
with the same seeds. A third series asks without seeds: what a seed for each request costs in vLLM itself.
Reported: tokens a second by the clock, and a CPU second (both processes of ours), with ratios of the same round.
"""

import argparse
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import polars as pl
import psutil

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from assets.asking.asker import generate  # noqa: E402
from resources.engines.base import REQUEST_SCHEMA, Sampling  # noqa: E402
from resources.engines.deployment import VllmDeployment  # noqa: E402
from resources.engines.spec import VllmSpec  # noqa: E402
from resources.engines.vllm import VllmEngine  # noqa: E402
from resources.engines.vllm_model import sample_seed  # noqa: E402
from resources.row_cache import RowCache  # noqa: E402
from resources.storage import Storage  # noqa: E402


def tiny_model(folder: Path, hidden: int, layers: int) -> Path:
    """A model small enough for a CPU, untrained: what it says does not matter, how much it computes does."""
    from resources.trainer.base import TinyModel
    from resources.trainer.tiny_model import make_model, make_tokenizer

    settings = TinyModel(
        vocabulary=2048,
        hidden_size=hidden,
        intermediate_size=3 * hidden,
        layers=layers,
        heads=hidden // 64,
        context=1024,
    )
    texts = [path.read_text() for path in sorted((ROOT / "assets").rglob("*.py"))]
    tokenizer = make_tokenizer(texts, settings)
    make_model(tokenizer, settings).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def prompts_of(round_: int, rows: int, samples: int) -> pl.DataFrame:
    """Requests as the stages make them: shared examples in front, the row's own text behind, several samples."""
    draw = random.Random(round_)
    lines = [
        line
        for path in sorted((ROOT / "assets").rglob("*.py"))
        for line in path.read_text().splitlines()
        if line
    ]
    shots = ["\n".join(draw.sample(lines, 12)) for _ in range(4)]
    asked = [
        {"prompt": draw.choice(shots) + "\n" + "\n".join(draw.sample(lines, 6)), "task": "bench"}
        for _ in range(rows // samples)
    ]
    known = [
        row | {"key": f"{index}/{sample}", "sample": sample, "seed": draw.randrange(1 << 31), "facts": "{}"}
        for index, row in enumerate(asked)
        for sample in range(samples)
    ]
    draw.shuffle(known)
    return pl.DataFrame(known, schema=REQUEST_SCHEMA)


class Bare:
    """The peer's process."""

    def __init__(self, python: str, settings: dict[str, Any]) -> None:
        program = str(Path(__file__).with_name("bare_vllm.py"))
        self.process = subprocess.Popen(
            [python, program],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )
        self.ask(settings)

    def ask(self, job: dict[str, Any]) -> dict[str, Any]:
        """A line in, a line out."""
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write(json.dumps(job) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def run(self, requests: pl.DataFrame, sampling: Sampling, *, seeds: bool) -> tuple[float, float]:
        """Tokens a second by the clock and a CPU second."""
        settings = {"max_tokens": sampling.max_tokens, "temperature": sampling.temperature}
        drawn = requests.select(sample_seed()).to_series().to_list()
        job = {"prompts": requests["prompt"].to_list(), "sampling": settings}
        before = cpu_seconds(psutil.Process(self.process.pid))
        said = self.ask(job | {"seeds": drawn if seeds else [None] * requests.height})
        used = cpu_seconds(psutil.Process(self.process.pid)) - before
        return said["tokens"] / said["seconds"], said["tokens"] / used


def cpu_seconds(process: psutil.Process) -> float:
    """CPU time of a process and of all below it."""
    return sum(sum(one.cpu_times()[:2]) for one in [process, *process.children(recursive=True)])


def ours(engine: VllmEngine, requests: pl.DataFrame, sampling: Sampling) -> tuple[float, float]:
    """The same of the whole stage, with a row cache that is empty."""
    with tempfile.TemporaryDirectory() as folder:
        # the engine's processes are below this one, and so are the peer's, which are idle now
        started, before = time.perf_counter(), cpu_seconds(psutil.Process())
        cache = RowCache(Storage(f"{folder}/cache"))
        rows = generate(requests, engine, sampling, stage="bench/vllm", row_cache=cache)
        rows.write_parquet(f"{folder}/rows.parquet", compression="zstd")
        seconds, used = time.perf_counter() - started, cpu_seconds(psutil.Process()) - before
    tokens = int(rows["generation"].struct.field("completion_tokens").sum())
    return tokens / seconds, tokens / used


def main() -> None:
    """Run the rounds and print the table."""
    parser = argparse.ArgumentParser(description="the vllm engine against one bare LLM.generate")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--rows", type=int, default=512)
    parser.add_argument("--samples", type=int, default=4, help="rows that share a prompt")
    parser.add_argument("--tokens", type=int, default=128, help="new tokens a row at most")
    parser.add_argument("--python", default=str(ROOT / ".venv-vllm/bin/python"))
    parser.add_argument("--model", help="a folder or hub id; by default one is made")
    parser.add_argument("--hidden", type=int, default=256)
    parser.add_argument("--layers", type=int, default=4)
    parser.add_argument("--dtype", default="float32")
    parser.add_argument("--memory-share", type=float, default=0.15, help="of each of the two sides")
    parser.add_argument("--eager", action="store_true")
    options = parser.parse_args()
    sampling = Sampling(options.tokens, 0.7)
    with tempfile.TemporaryDirectory() as folder:
        model = options.model or str(tiny_model(Path(folder), options.hidden, options.layers))
        bare = Bare(
            options.python,
            {
                "model": model,
                "dtype": options.dtype,
                "gpu_memory_utilization": options.memory_share,
                "enforce_eager": options.eager,
                "enable_prefix_caching": True,
                "distributed_executor_backend": "uni",
            },
        )
        spec = VllmSpec.model_validate({"model": model, "dtype": options.dtype})
        deployment = VllmDeployment(
            python=Path(options.python), memory_share=options.memory_share, eager=options.eager
        )
        found: dict[str, list[tuple[float, float]]] = {"ours": [], "bare": [], "bare, no seeds": []}
        with VllmEngine(spec, deployment) as engine:
            for round_ in range(options.rounds + 1):
                names = list(found)
                names = names[round_ % 3 :] + names[: round_ % 3]
                for place, name in enumerate(names):
                    requests = prompts_of(round_, options.rows, options.samples)
                    # the two bare series must not share prompts, and no series those of another side's first turn
                    marked = requests.with_columns(
                        pl.format("# {}\n{}", pl.lit(name == "bare, no seeds"), "prompt")
                    )
                    if round_ == 0 and name == "ours":
                        list(
                            engine.complete(marked, sampling)
                        )  # loads; the round before the first is thrown away
                        continue
                    rate = (
                        ours(engine, marked, sampling)
                        if name == "ours"
                        else bare.run(marked, sampling, seeds=name == "bare")
                    )
                    if round_:
                        found[name].append(rate)
                        print(f"round {round_}, turn {place + 1}: {name}: {rate[0]:.0f} tokens/s", flush=True)
        assert bare.process.stdin is not None
        bare.process.stdin.close()
        bare.process.wait()
    for name, rates in found.items():
        print(f"{name}: {_spread([rate for rate, _ in rates], '.0f')} tokens/s")
    for label, index in (("by the clock", 0), ("by CPU time", 1)):
        for over, under in (("ours", "bare"), ("bare", "bare, no seeds")):
            ratios = [a[index] / b[index] for a, b in zip(found[over], found[under], strict=True)]
            print(f"{over} / {under}, {label}: {_spread(ratios, '.3f')}")


def _spread(values: list[float], form: str) -> str:
    return f"median {statistics.median(values):{form}} (min {min(values):{form}}, max {max(values):{form}})"


if __name__ == "__main__":
    main()
