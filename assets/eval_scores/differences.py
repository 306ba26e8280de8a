"""Two models on the same problems: how much more the one solves, with a paired interval over problems.

Pairing takes away how hard the problems are, which is most of what two scores' own intervals are wide for.
"""

import polars as pl

from assets.eval_scores.pass_at_k import bootstrap

DIFFERENCES = pl.Schema(
    {
        "benchmark": pl.String,
        "task": pl.String,
        "language": pl.String,
        "model": pl.Float64,  # share of its samples that pass, averaged over problems: pass@1
        "base": pl.Float64,
        "difference": pl.Float64,
        "low": pl.Float64,  # of the difference's 95 % interval
        "high": pl.Float64,
        "problems": pl.Int64,
        "won": pl.Int64,  # problems that the model solves more often
        "lost": pl.Int64,
    }
)
"""Columns of `differences`: one row a benchmark, task and language that both were asked."""

_GROUP = ("benchmark", "task", "language")


def differences(samples: pl.DataFrame, base: pl.DataFrame, seed: int = 0) -> pl.DataFrame:
    """pass@1 of two samples tables (`SAMPLES`) over the problems that both answered, paired (`DIFFERENCES`).

    Problems that the machine could not judge for one of them are left out.
    """
    joined = _shares(samples).join(_shares(base), on=[*_GROUP, "problem_id"], suffix="_base")
    rows = []
    for group, problems in joined.sort(*_GROUP, "problem_id").group_by(_GROUP, maintain_order=True):
        gained = problems["share"].to_numpy() - problems["share_base"].to_numpy()
        low, high = bootstrap(gained, seed)
        rows.append(
            {
                **dict(zip(_GROUP, group, strict=True)),
                "model": problems["share"].mean(),
                "base": problems["share_base"].mean(),
                "difference": float(gained.mean()),
                "low": low,
                "high": high,
                "problems": problems.height,
                "won": int((gained > 0).sum()),
                "lost": int((gained < 0).sum()),
            }
        )
    return pl.DataFrame(rows, schema=DIFFERENCES)


def _shares(samples: pl.DataFrame) -> pl.DataFrame:
    by_problem = samples.group_by(*_GROUP, "problem_id").agg(
        pl.col("passed").mean().alias("share"), pl.col("unverified").any()
    )
    return by_problem.filter(~pl.col("unverified")).drop("unverified")
