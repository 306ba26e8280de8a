"""From verdicts to the per-problem samples and the score table: pass@k raw and clean, with intervals.

Clean leaves out the problems that the training data was found to hold (GPT-4 technical report, appendix C).
A verdict that says something about the machine instead of the program takes its problem out of the score, and
the table counts those problems; a score over programs that never ran would be a wrong number.
"""

import polars as pl

from assets.eval_scores.pass_at_k import SCORE_SCHEMA, scores
from assets.eval_scores.table import SAMPLES, TABLE
from resources.ids import content_id
from resources.sandbox.base import TRANSIENT, Verdict

_PROBLEM = ["benchmark", "problem_id"]
_GROUP = ["checkpoint_id", "benchmark", "task", "language"]
_COUNTS = (
    pl.len().cast(pl.Int64).alias("n"),  # samples of a problem
    pl.col("passed").sum().cast(pl.Int64).alias("c"),  # those that pass
)

_FIRST_WORDS = 200
"""Characters in which a refusal says so."""

_REFUSAL = (
    r"(?i)\b(?:sorry|i apologi[sz]e|as an ai|i(?:'m| am) (?:not able|unable)"
    r"|i (?:can(?:'|’)?t|cannot|can not|won(?:'|’)t))\b"
)

_REFUSED = (
    (pl.col("finish_reason") == "content_filter").fill_null(False)
    | (~pl.col("has_code") & pl.col("completion").str.slice(0, _FIRST_WORDS).str.contains(_REFUSAL))
).fill_null(False)


def judged_samples(judged: pl.DataFrame, contaminated: pl.DataFrame, checkpoint_id: str) -> pl.DataFrame:
    """The samples table (`SAMPLES`), sorted by its key.

    `judged`: one row a sample with `benchmark, problem_id, task, language, released, sample, text, begun, max_tokens,
    finish_reason, engine_detail, has_code, code, tests, verdict, detail, reason`. `contaminated`: `benchmark,
    problem_id` of problems found in the training data. An answer that the engine did not give is unverified.
    """
    dirty = contaminated.select(_PROBLEM).unique().with_columns(pl.lit(True).alias("contaminated"))
    transient = [verdict.value for verdict in TRANSIENT]
    unanswered = (pl.col("finish_reason") == "error").fill_null(
        False
    )  # of the engine: says nothing of the model
    rows = judged.join(dirty, on=_PROBLEM, how="left").with_columns(
        pl.lit(checkpoint_id, pl.String).alias("checkpoint_id"),
        pl.col("contaminated").fill_null(False),
        (pl.col("verdict") == Verdict.PASS.value).fill_null(False).alias("passed"),
        (pl.col("verdict").is_null() | pl.col("verdict").is_in(transient) | unanswered).alias("unverified"),
        detail=pl.when(unanswered)
        .then(pl.format("no answer of the engine: {}", pl.col("engine_detail").fill_null("no word why")))
        .otherwise("detail"),
    )
    identity = content_id("checkpoint_id", *_PROBLEM, "task", "sample", "code", "tests")
    named = rows.with_columns(identity.alias("sample_id"), pl.col("text").alias("completion"))
    return (
        named.select(SAMPLES.schema.names())
        .cast(SAMPLES.schema)
        .sort("benchmark", "task", "language", "problem_id", "sample")
    )


def score_table(
    samples: pl.DataFrame, ks: tuple[int, ...], *, seed: int = 0, preset: str = "seedline"
) -> pl.DataFrame:
    """The score table (`TABLE`) of a samples table: a row a checkpoint, benchmark, task, language and k.

    `preset` is the evaluation's, for the rows to say.

    Scores are null where no problem is left to score. Raises `ValueError` where a problem has fewer than
    max(`ks`) samples.
    """
    counted = samples.group_by(*_GROUP, "problem_id", "contaminated").agg(
        *_COUNTS,
        pl.col("unverified").any(),
        (pl.col("finish_reason") == "length").fill_null(False).sum().alias("cut_off"),
        (~pl.col("has_code") & (pl.col("finish_reason") != "error").fill_null(True))
        .sum()
        .alias("without_code"),
        _REFUSED.sum().alias("refused"),
    )
    rows = [
        _score_rows({**dict(zip(_GROUP, group, strict=True)), "preset": preset}, problems, ks, seed)
        for group, problems in counted.sort(*_GROUP, "problem_id").group_by(_GROUP, maintain_order=True)
    ]
    table = pl.concat([pl.DataFrame(schema=TABLE.schema), *rows])
    return table.sort(*_GROUP, "k")


def scores_by_month(samples: pl.DataFrame, seed: int = 0) -> pl.DataFrame:
    """pass@1 of the problems that have a day of release, by benchmark and month (LiveCodeBench's question: does a
    score fall where the training data ends?): `benchmark, month` and the columns of `SCORE_SCHEMA`."""
    dated = samples.filter(pl.col("released").is_not_null() & ~pl.col("unverified"))
    month = pl.col("released").dt.strftime("%Y-%m").alias("month")
    counted = dated.group_by("benchmark", month, "problem_id").agg(*_COUNTS)
    rows = [pl.DataFrame(schema={"benchmark": pl.String, "month": pl.String, **SCORE_SCHEMA})]
    for (benchmark, of_month), problems in counted.sort("benchmark", "month", "problem_id").group_by(
        "benchmark", "month", maintain_order=True
    ):
        found = scores(problems, (1,), seed)
        rows.append(
            found.select(
                pl.lit(benchmark, pl.String).alias("benchmark"),
                pl.lit(of_month, pl.String).alias("month"),
                *SCORE_SCHEMA,
            )
        )
    return pl.concat(rows)


def _score_rows(
    group: dict[str, object], problems: pl.DataFrame, ks: tuple[int, ...], seed: int
) -> pl.DataFrame:
    scored = problems.filter(~pl.col("unverified"))
    raw = _scores(scored, ks, seed)
    clean = _scores(scored.filter(~pl.col("contaminated")), ks, seed).rename(
        {name: f"clean_{name}" for name in ("pass_at_k", "low", "high", "problems", "samples")}
    )
    beside = [pl.lit(value, pl.String).alias(name) for name, value in group.items()]
    unverified = pl.lit(problems["unverified"].sum(), pl.Int64).alias("unverified_problems")
    shares = [
        pl.lit(float(problems[name].sum()) / float(problems["n"].sum()), pl.Float64).alias(name)
        for name in ("cut_off", "without_code", "refused")
    ]
    joined = raw.join(clean, on="k", how="left").with_columns(*beside, unverified, *shares)
    keyed = joined.with_columns(content_id(*_GROUP, "preset", "k").alias("score_id"))
    return keyed.select(TABLE.schema.names()).cast(TABLE.schema)


def _scores(problems: pl.DataFrame, ks: tuple[int, ...], seed: int) -> pl.DataFrame:
    if not problems.is_empty():
        return scores(problems, ks, seed)
    empty = {"pass_at_k": None, "low": None, "high": None, "problems": 0, "samples": 0}
    schema = scores(pl.DataFrame({"n": [1], "c": [0]}), (1,)).schema
    return pl.DataFrame([{"k": k} | empty for k in ks], schema=schema)
