"""What a change costs: nothing new, a few new files, take-downs, another prompt, more samples; over real files.

    python tests/benchmarks/bench_incremental.py --files 20000 --folder /tmp/incremental

The files are Python code that is installed on this machine; the model is a scripted server that answers at once, so
that calls and programs are counted and the pipeline's own time is seen. Prints one JSON line a step.
"""

import argparse
import hashlib
import json
import os
import random
import sys
import sysconfig
import time
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import yaml

sys.path.insert(0, str(Path(__file__).parents[2]))

from assets.asking.own_prompts import shipped_template
from pipeline_defs.deployment import Deployment
from pipeline_defs.recipes.files import shipped_recipes
from pipeline_defs.taking_down.apply import apply_take_downs
from resources.row_cache.usage import read_usage
from tests.resources.engines.scripted_server import ScriptedServer, asked

SELECT = '+key:"demo/sft_dataset"'
SMALLEST, LARGEST = 500, 20_000
"""Bytes of a file that is taken."""


def answer(body: dict) -> str:
    """An answer of its own to every prompt and seed, that passes its own test."""
    mark = hashlib.sha256(f"{asked(body)} {body.get('seed')}".encode()).hexdigest()[:12]
    code = f"def twice_{mark}(items):\n    found = list(items)\n    return found + found"
    test = f"assert twice_{mark}([1, 2]) == [1, 2, 1, 2]\nassert twice_{mark}([]) == []"
    return (
        f"### Reasoning\nTake them twice.\n\n### Implementation\n```python\n{code}\n```\n\n"
        f"### Explanation\nIt adds.\n\n### Tests\n```python\n{test}\n```"
    )


def real_files(count: int) -> Iterator[tuple[str, str]]:
    """Path and content of installed Python files, drawn with seed 0."""
    root = Path(sysconfig.get_paths()["purelib"])
    paths = sorted(path for path in root.rglob("*.py") if SMALLEST <= path.stat().st_size <= LARGEST)
    random.Random(0).shuffle(paths)
    seen: set[str] = set()
    for path in paths:
        try:
            content = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        if content in seen:
            continue
        seen.add(content)
        yield str(path.relative_to(root)), content
        if len(seen) == count:
            return


def write_dump(folder: Path, files: list[tuple[str, str]]) -> None:
    """A dump in The Stack's form."""
    folder.mkdir(parents=True)
    with (folder / "part.jsonl").open("w", encoding="utf-8") as out:
        for path, content in files:
            package, _, inner = path.partition("/")
            row = {"content": content, "max_stars_repo_name": f"installed/{package}", "lang": "Python"}
            row |= {"max_stars_repo_path": inner or package, "max_stars_repo_licenses": ["MIT"]}
            out.write(json.dumps(row | {"max_stars_repo_head_hexsha": "1"}) + "\n")
    (folder / "_SUCCESS").touch()


def recipe(folder: Path, samples: int) -> Path:
    """The demo's recipe: documentation as instructions, answered by the server, verified by running."""
    read = yaml.safe_load(shipped_recipes()["demo"].read_text(encoding="utf-8"))
    read |= {
        "engine": {"backend": "openai", "model": "scripted"},
        "instructions": {"method": "from_docstring"},
    }
    read["responses"] |= {"samples": samples}
    read["seeds"] |= {"check": "grammar"}
    if (folder / "prompts").is_dir():
        read["prompts"] = str(folder / "prompts")
    path = folder / "recipe.yaml"
    path.write_text(yaml.safe_dump(read), encoding="utf-8")
    return path


class Bench:
    """A deployment in a folder, and what each step of it takes."""

    def __init__(self, folder: Path, server: ScriptedServer) -> None:
        self._folder, self._server = folder, server

    def deployment(self, samples: int) -> Deployment:
        """The deployment with the recipe at so many samples."""
        path = recipe(self._folder, samples)
        return Deployment.open(
            {
                "home": str(self._folder / "home"),
                "recipes": [str(path)],
                "dumps": {"folder": str(self._folder / "dumps")},
                "raw_corpus": {"take_downs": str(self._folder / "take_downs.txt")},
                "engines": {"openai": {"base_url": self._server.base_url}},
            }
        )

    def step(self, name: str, deployment: Deployment) -> dict[str, object]:
        """Bring everything up to date, and say what it took."""
        calls, programs, read = self._server.total, self._programs(deployment), _bytes_read()
        started = time.monotonic()
        rebuilt = deployment.materialize("demo", select=SELECT)
        said: dict[str, object] = {
            "step": name,
            "seconds": round(time.monotonic() - started, 1),
            "tables": len(rebuilt),
            "calls": self._server.total - calls,
            "programs": self._programs(deployment) - programs,
            "megabytes_read": round((_bytes_read() - read) / 1e6, 1),
            "training_rows": deployment.scan("sft_dataset", "demo").select(pl.len()).collect().item(),
        }
        print(json.dumps(said), flush=True)
        return said

    def _programs(self, deployment: Deployment) -> int:
        used = read_usage(deployment.cache_storage())
        return sum(int(str(one["computed"])) for one in used if str(one["stage"]).startswith("verdicts"))


def _bytes_read() -> int:
    """What this process read from files, cached by the system or not."""
    for line in Path("/proc/self/io").read_text(encoding="utf-8").splitlines():
        name, _, value = line.partition(": ")
        if name == "rchar":
            return int(value)
    return 0


def held(folder: Path, needles: list[str]) -> int:
    """Files below `folder` that hold one of `needles`, as bytes or as what they are read as."""
    found = 0
    wanted = [needle.encode() for needle in needles]
    for path in folder.rglob("*"):
        if not path.is_file() or "models" in path.parts:
            continue
        data = path.read_bytes()
        if path.suffix == ".parquet":
            data += str(pl.read_parquet(data).to_dicts()).encode()
        found += any(needle in data for needle in wanted)
    return found


def resolved(deployment: Deployment, count: int) -> dict[str, object]:
    """So many random training rows traced; each seed's lines held against the lines of its file that it names."""
    rows = deployment.scan("sft_dataset", "demo").select("sft_id").collect()["sft_id"]
    drawn = rows.sample(min(count, rows.len()), seed=0)
    files = deployment.scan("raw_corpus").select("file_id", "content").collect()
    contents = dict(files.iter_rows())
    seeds = deployment.scan("filtered_seeds", "demo").select(
        "seed_id", "file_id", "seed", "start_line", "end_line"
    )
    known = {row["seed_id"]: row for row in seeds.collect().iter_rows(named=True)}
    started, whole, equal = time.monotonic(), 0, 0
    for row_id in drawn:
        nodes = {node.artifact: node for node in deployment.trace_tree(row_id).walk() if node.artifact}
        whole += {
            "raw_corpus",
            "filtered_seeds",
            "instructions",
            "candidate_responses",
            "sft_dataset",
        } <= set(nodes)
        seed = known[nodes["filtered_seeds"].row_id]
        named = contents[seed["file_id"]].splitlines()[seed["start_line"] - 1 : seed["end_line"]]
        lines = {line.strip() for line in named}
        equal += all(line.strip() in lines for line in seed["seed"].splitlines())
    seconds = time.monotonic() - started
    return {
        "step": "trace",
        "rows": drawn.len(),
        "whole": whole,
        "seed_lines_equal": equal,
        "seconds": round(seconds, 1),
    }


def main() -> None:
    """Run all steps."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=20_000)
    parser.add_argument("--samples", type=int, default=8)
    parser.add_argument("--folder", type=Path, required=True)
    options = parser.parse_args()
    folder = options.folder
    folder.mkdir(parents=True)
    os.environ.pop("DAGSTER_HOME", None)
    (folder / "take_downs.txt").write_text("", encoding="utf-8")
    files = list(real_files(options.files))
    new = max(len(files) // 100, 1)
    write_dump(folder / "dumps" / "2026-01", files[:-new])
    with ScriptedServer(answer, keep_calls=False) as server:
        bench = Bench(folder, server)
        cold = bench.deployment(options.samples)
        bench.step("cold", cold)
        bench.step("nothing new", cold)
        write_dump(folder / "dumps" / "2026-02", files[-new:])
        bench.step(f"{new} new files (1 %)", cold)
        print(json.dumps(resolved(cold, 1000)), flush=True)
        gone = (
            cold.scan("sft_dataset", "demo")
            .select("repo", "path", "file_id")
            .unique()
            .sort("file_id")
            .collect()
        )
        chosen = gone.sample(min(len(files) // 20, gone.height // 4, 1000), seed=1)
        down = cold.scan("raw_corpus").filter(pl.col("file_id").is_in(chosen["file_id"].implode())).collect()
        needles = [max(text.splitlines(), key=len).strip() for text in down["content"]]
        needles = [line for line in needles if sum(line in text for _, text in files) == 1]
        before = held(folder / "home", needles)
        part = max(down.height // 10, 1)
        removed = 0
        for number, some in enumerate(down.iter_slices(part)):
            with (folder / "take_downs.txt").open("a", encoding="utf-8") as rules:
                for one in some.iter_rows(named=True):
                    rules.write(
                        f"file_id {one['file_id']} | 2026-11-30 | step {number} |\n".replace(" |\n", "\n")
                    )
            calls, started = server.total, time.monotonic()
            done = apply_take_downs(cold)
            removed += some.height
            said = {"step": f"take-down {number + 1}", "files": some.height, "calls": server.total - calls}
            said |= {
                "seconds": round(time.monotonic() - started, 1),
                "left": done.receipt.left if done.receipt else None,
            }
            print(json.dumps(said), flush=True)
        print(json.dumps({"step": "needles", "planted": len(needles), "files_before": before,
                          "files_after": held(folder / "home", needles)}), flush=True)  # fmt: skip
        bench.step(f"rebuild after {removed} files were taken down", cold)
        bench.step("more samples: a quarter more", bench.deployment(options.samples + options.samples // 4))
        (folder / "prompts").mkdir()
        text = shipped_template("sectioned.jinja").read_text(encoding="utf-8")
        (folder / "prompts" / "sectioned.jinja").write_text(text.replace("the", "that", 1), encoding="utf-8")
        bench.step("one word of the prompt", bench.deployment(options.samples + options.samples // 4))


if __name__ == "__main__":
    main()
