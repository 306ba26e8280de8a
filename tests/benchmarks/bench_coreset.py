"""k-center greedy against scikit-learn's distances a step, as WaveCoder's published code takes them.

    python tests/benchmarks/bench_coreset.py [--rows 50000] [--dimensions 384] [--peer-steps 50] [--sizes 50 1000 10000]

The points are real Python functions: hashed token counts under a fixed random projection, of length one, which
spread as sentence embeddings do but need no model. Rounds are interleaved; a line gives milliseconds a pick as
median with minimum and maximum. The peers run `--peer-steps` picks, and the choice must be the same.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from real_functions import real_functions

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from assets.filtered_seeds.coreset.k_center import k_center_greedy  # noqa: E402
from assets.texts.embedding import Points  # noqa: E402
from assets.texts.near_duplicates.shingles import shingle  # noqa: E402

WORDS = 1 << 14


def points_of_functions(rows: int, dimensions: int) -> Points:
    """One point a function, float32."""
    tokens = shingle(real_functions(rows)["text"], 1, "ascii")
    directions = np.random.default_rng(0).normal(size=(WORDS, dimensions)).astype(np.float32)
    points = np.zeros((rows, dimensions), np.float32)
    for row in range(rows):
        found = np.unique(tokens.hashes[tokens.offsets[row] : tokens.offsets[row + 1]]) % np.uint64(WORDS)
        points[row] = directions[found.astype(np.int64)].sum(axis=0)
    return points / np.maximum(np.linalg.norm(points, axis=1, keepdims=True), 1e-9)


def by_sklearn(points: Points, size: int) -> list[int]:
    """Farthest point by scikit-learn's pairwise distances to the last pick."""
    from sklearn.metrics import pairwise_distances

    nearest, chosen = np.full(len(points), np.inf), [0]
    while len(chosen) < size:
        nearest = np.minimum(
            nearest, pairwise_distances(points, points[chosen[-1:]], metric="euclidean")[:, 0]
        )
        nearest[chosen] = 0
        chosen.append(int(nearest.argmax()))
    return chosen


def by_product(points: Points, size: int) -> list[int]:
    """Farthest point by one matrix-vector product a pick."""
    norms = (points * points).sum(axis=1)
    nearest, chosen = np.full(len(points), np.inf, np.float32), [0]
    while len(chosen) < size:
        last = chosen[-1]
        np.minimum(nearest, norms + norms[last] - 2 * (points @ points[last]), out=nearest)
        nearest[chosen] = 0
        chosen.append(int(nearest.argmax()))
    return chosen


def ours(points: Points, size: int) -> list[int]:
    """The step's algorithm, with nearest picks and distances."""
    return k_center_greedy(points, size, 0).chosen.tolist()


def timed(
    choose: Callable[[Points, int], list[int]], points: Points, size: int
) -> tuple[list[int], float, float]:
    """The choice, and milliseconds a pick by the clock and in CPU time."""
    started, started_cpu = time.perf_counter(), time.process_time()
    chosen = choose(points, size)
    wall, cpu = time.perf_counter() - started, time.process_time() - started_cpu
    return chosen, wall / size * 1000, cpu / size * 1000


def main() -> None:
    """Run the comparison and print it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--dimensions", type=int, default=384)
    parser.add_argument("--peer-steps", type=int, default=50)
    parser.add_argument("--sizes", type=int, nargs="+", default=[50, 1000, 10_000])
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    points = points_of_functions(asked.rows, asked.dimensions)
    tasks: dict[str, tuple[Callable[[Points, int], list[int]], int]] = {
        "scikit-learn": (by_sklearn, asked.peer_steps),
        "matrix-vector product": (by_product, asked.peer_steps),
        **{f"ours, {size:,} picks": (ours, size) for size in asked.sizes},
    }
    wall: dict[str, list[float]] = {name: [] for name in tasks}
    cpu: dict[str, list[float]] = {name: [] for name in tasks}
    choices: dict[str, list[int]] = {}
    for _ in range(asked.rounds):
        for name, (choose, size) in tasks.items():
            choices[name], by_clock, in_cpu = timed(choose, points, size)
            wall[name].append(by_clock)
            cpu[name].append(in_cpu)
    print(f"{asked.rows:,} points of {asked.dimensions} dimensions")
    for name, times in wall.items():
        common = min(len(choices[name]), asked.peer_steps)
        same = choices[name][:common] == choices["scikit-learn"][:common]
        print(
            f"  {name:24} {statistics.median(times):8.3f} ms a pick ({min(times):.3f} to {max(times):.3f})"
            f"  {statistics.median(wall['scikit-learn']) / statistics.median(times):6.1f} x scikit-learn by the clock,"
            f" {statistics.median(cpu['scikit-learn']) / statistics.median(cpu[name]):6.1f} x in CPU time"
            f"  {'same' if same else 'ANOTHER'} choice in the first {common}"
        )


if __name__ == "__main__":
    main()
