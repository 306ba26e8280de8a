"""What the recipe `seedling` costs: accepted rows by minute and token, where the time goes, a second run, more seeds.

`python tests/benchmarks/bench_lab.py [--functions 600]`: the recipe up to its training rows through the real assets
with the shipped model, then again as it is, then over a corpus that is a tenth larger. Seconds are wall time.
"""

import argparse
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

from pipeline_defs.deployment import Deployment
from pipeline_defs.lab.arms import VERIFIED, arms
from pipeline_defs.lab.experiment import BENCHMARK, DUMP, lab_settings, stage_figures
from pipeline_defs.lab.seedling.corpus import write_dump, write_problems
from pipeline_defs.recipes.model import load_recipe
from resources.parquet_store import TableAddress

STAGES = ("filtered_seeds", "instructions", "candidate_responses", "verified_responses", "sft_dataset")


def run(folder: Path, functions: int, batch_size: int) -> dict[str, Any]:
    """One run over `functions` functions: seconds, rows, and what was asked and run."""
    write_dump(folder / "dump", seed=7, functions=functions)
    settings = lab_settings(folder, folder / f"{BENCHMARK}.jsonl", batch_size)
    recipe = next(
        arm.recipe for arm in arms(load_recipe("seedling"), benchmark=BENCHMARK) if arm.label == VERIFIED
    )
    assert recipe is not None
    deployment = Deployment(settings, (recipe,))
    started = time.monotonic()
    work = deployment.materialize(dumps=[DUMP], select='+key:"seedling/sft_dataset"')
    seconds = time.monotonic() - started
    done = {item.key.path[-1] for item in work}
    figures = {name: values for name, values in stage_figures(deployment, recipe).items() if name in done}
    rows = deployment.store().scan(TableAddress.of(("seedling", "sft_dataset"), "python")).collect().height

    def total(name: str) -> float:
        return sum(values.get(name) or 0 for values in figures.values())

    return {
        "seconds": seconds,
        "rows": rows,
        "calls": total("engine_calls"),
        "tokens": total("prompt_tokens") + total("completion_tokens"),
        "model": total("engine_seconds"),
        "runs": total("sandbox_runs"),
        "sandbox": total("sandbox_seconds"),
    }


def main() -> None:
    """Three runs, and what they say."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--functions", type=int, default=600)
    parser.add_argument("--batch-size", type=int, default=256)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp())
    try:
        write_problems(folder / f"{BENCHMARK}.jsonl", seed=7, count=100)
        first = run(folder, options.functions, options.batch_size)
        second = run(folder, options.functions, options.batch_size)
        larger = run(folder, options.functions * 11 // 10, options.batch_size)
    finally:
        shutil.rmtree(folder)
    for name, one in (("first", first), ("second", second), ("a tenth more functions", larger)):
        print(name, {key: round(value, 1) for key, value in one.items()})
    print(f"accepted rows a minute: {60 * first['rows'] / first['seconds']:.0f}")
    print(f"accepted rows for 1,000 tokens: {1000 * first['rows'] / first['tokens']:.2f}")
    rest = first["seconds"] - first["model"] - first["sandbox"]
    for name, spent in (("model", first["model"]), ("sandbox", first["sandbox"]), ("the rest", rest)):
        print(f"share of time in {name}: {spent / first['seconds']:.0%}")
    print(
        f"a second run: {second['calls']:.0f} model calls, {second['runs']:.0f} programs, {second['seconds']:.1f} s"
    )
    print(f"a tenth more functions: {larger['calls'] / first['calls']:.1%} of the calls")


if __name__ == "__main__":
    main()
