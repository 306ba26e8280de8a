"""pass@k without bias, with a confidence interval over problems.

Method: for n samples of which c pass, 1 - C(n-c, k) / C(n, k) (Chen et al. 2021, section 2.1), averaged over
problems. Interval: problems are drawn anew with replacement (percentile bootstrap, seeded); where no problem has
more than one sample, a problem is a coin and Wilson's score interval (1927) holds for few problems too.
"""

import numpy as np
import polars as pl
from numpy.typing import NDArray

CONFIDENCE = 0.95
_Z = 1.959963984540054  # two-sided 95 % quantile of the normal distribution
_DRAWS = 10_000
_DRAW_BLOCK = 1 << 22  # drawn numbers held at once

SCORE_SCHEMA = pl.Schema(
    {
        "k": pl.Int64,
        "pass_at_k": pl.Float64,
        "low": pl.Float64,  # of the 95 % interval
        "high": pl.Float64,
        "problems": pl.Int64,
        "samples": pl.Int64,  # of all problems together
    }
)
"""Columns of a score: one row a k."""


def problem_pass_at_k(n: NDArray[np.int64], c: NDArray[np.int64], k: int) -> NDArray[np.float64]:
    """Unbiased pass@k of each problem: of `n` samples `c` pass; both of one shape, 0 <= c <= n, 1 <= k <= n.

    Raises `ValueError` where a number is out of range.
    """
    n, c = np.asarray(n, dtype=np.int64), np.asarray(c, dtype=np.int64)
    if k < 1 or (n < k).any():
        raise ValueError(f"pass@{k} needs k >= 1 and at least {k} samples of every problem")
    if (c < 0).any() or (c > n).any():
        raise ValueError("the number of samples that pass must be between 0 and the number of samples")
    # C(n-c, k) / C(n, k) as a product of k factors, none above 1, so that nothing overflows
    steps = np.arange(k)
    factors = (n[:, None] - c[:, None] - steps) / (n[:, None] - steps)
    return 1.0 - np.clip(factors, 0.0, None).prod(axis=1)


def pass_at_k(problems: pl.DataFrame, k: int, seed: int = 0) -> dict[str, float | int]:
    """pass@`k` with its 95 % interval over `problems` (`n`, `c`: samples and passing samples of each).

    Gives a row of `SCORE_SCHEMA`. The same whatever the order of the rows. Raises `ValueError` where there is
    no problem, or one with fewer than `k` samples.
    """
    if problems.is_empty():
        raise ValueError("pass@k of no problem is not defined")
    ordered = problems.select("n", "c").sort("n", "c")
    n, c = ordered["n"].to_numpy(), ordered["c"].to_numpy()
    scores = problem_pass_at_k(n, c, k)
    mean = float(scores.mean())
    low, high = wilson(int(c.sum()), len(n)) if (n == 1).all() else bootstrap(scores, seed)
    return {"k": k, "pass_at_k": mean, "low": low, "high": high, "problems": len(n), "samples": int(n.sum())}


def scores(problems: pl.DataFrame, ks: tuple[int, ...], seed: int = 0) -> pl.DataFrame:
    """`pass_at_k` for each of `ks`, as a frame of `SCORE_SCHEMA`."""
    return pl.DataFrame([pass_at_k(problems, k, seed) for k in ks], schema=SCORE_SCHEMA)


def wilson(passed: int, problems: int) -> tuple[float, float]:
    """95 % score interval of a share: `passed` of `problems`, `problems` >= 1."""
    share, spread = passed / problems, _Z * _Z / problems
    middle = (share + spread / 2) / (1 + spread)
    half = _Z / (1 + spread) * np.sqrt(share * (1 - share) / problems + spread / (4 * problems))
    return max(0.0, float(middle - half)), min(1.0, float(middle + half))


def bootstrap(values: NDArray[np.float64], seed: int) -> tuple[float, float]:
    """95 % percentile interval of the mean of `values`, problems drawn with replacement."""
    generator = np.random.default_rng(seed)
    block = max(1, _DRAW_BLOCK // len(values))
    means = np.concatenate(
        [
            values[generator.integers(0, len(values), (min(block, _DRAWS - done), len(values)))].mean(axis=1)
            for done in range(0, _DRAWS, block)
        ]
    )
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(means, [tail, 1 - tail])
    return float(low), float(high)
