"""The rule on a type checker's verdict: any error drops the seed (StarCoder2-Instruct).

The verdicts themselves come from `resources.type_checker`; what is judged is the seed with its import lines
above it (`import_inference.standalone_source`).
"""

import polars as pl

from assets.rows.outcome import Outcome, Rule, apply_rules
from assets.rows.reasons import Reason

STAGE = "type_check"


def type_check_rules() -> list[Rule]:
    """Rules over rows with `ok, n_errors, detail`; without a verdict (`n_errors` null) a seed is not kept."""
    return [
        Rule(Reason.TYPE_CHECK_FAILED, pl.col("n_errors").is_null(), pl.col("detail")),
        Rule(Reason.TYPE_ERROR, ~pl.col("ok"), pl.col("detail")),
    ]


def apply_verdicts(seeds: pl.DataFrame, verdicts: pl.DataFrame) -> Outcome:
    """`seeds` that their verdicts (`key` is the `seed_id`, `ok, n_errors, detail`) let through.

    A seed without a row in `verdicts` is rejected as one the checker gave no verdict on.
    """
    judged = seeds.join(
        verdicts.select(pl.col("key").alias("seed_id"), "ok", "n_errors", "detail"),
        on="seed_id",
        how="left",
        maintain_order="left",
    )
    outcome = apply_rules(judged, type_check_rules(), stage=STAGE, id_column="seed_id")
    return Outcome(outcome.kept.drop("ok", "n_errors", "detail"), outcome.rejected)
