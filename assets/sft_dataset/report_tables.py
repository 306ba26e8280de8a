"""What the report of contamination counts: finds by benchmark and method, each method's threshold and its rate of finds
on ordinary code of the corpus at hand, and the pairs that a person should look at.
"""

from collections.abc import Mapping

import polars as pl

from assets.contamination import code_normalised, reworded
from assets.contamination.compared import compared
from assets.sft_dataset.settings import Decontamination, action_of
from resources.row_cache import RowCache

WAITS = "waits for a person"
PAIR = ("benchmark", "problem_id")


def by_benchmark(problems: pl.DataFrame, hits: pl.DataFrame) -> pl.DataFrame:
    """`benchmark, problems, method, problems_found, rows, dropped`; a benchmark without a find has one line."""
    total = problems.group_by("benchmark", maintain_order=True).len("problems")
    drops = (pl.col("action") == "drop") & (pl.col("decision").fill_null("drop") == "drop")
    drops |= pl.col("decision").fill_null("") == "drop"
    found = hits.group_by("benchmark", "method").agg(
        pl.col("problem_id").n_unique().alias("problems_found"),
        pl.col("response_id").n_unique().alias("rows"),
        pl.col("response_id").filter(drops).n_unique().alias("dropped"),
    )
    return (
        total.join(found, on="benchmark", how="left")
        .with_columns(pl.col("problems_found", "rows", "dropped").fill_null(0))
        .sort("benchmark", "method")
    )


SOURCES = 20
"""Lines of the table by source."""


def by_source(rows: pl.DataFrame, hits: pl.DataFrame, sources: pl.DataFrame) -> pl.DataFrame:
    """`repo, rows, found, share_of_rows, share_of_found, methods` of the repositories with most rows with a find.

    `rows` has the `response_id` of every row that was looked at, `sources` `response_id, repo`. Most wrong finds of a
    large corpus are in a few sources: a share of a repository's rows far above that of all is a place to look.
    """
    methods = hits.group_by("response_id").agg(pl.col("method").unique().sort())
    found = pl.col("method").is_not_null()
    return (
        rows.select("response_id")
        .join(sources.select("response_id", "repo"), on="response_id", how="left")
        .join(methods, on="response_id", how="left")
        .group_by("repo")
        .agg(
            pl.len().alias("rows"),
            found.sum().alias("found"),
            pl.col("method")
            .list.explode(keep_nulls=False, empty_as_null=False)
            .unique()
            .sort()
            .alias("methods"),
        )
        .with_columns(
            (pl.col("found") / pl.col("rows")).alias("share_of_rows"),
            (pl.col("found") / pl.col("found").sum()).alias("share_of_found"),
            pl.col("methods").list.join(", "),
        )
        .filter(pl.col("found") > 0)
        .sort("found", "repo", descending=[True, False])
        .head(SOURCES)
        .select("repo", "rows", "found", "share_of_rows", "share_of_found", "methods")
    )


def thresholds(settings: Decontamination) -> Mapping[str, str]:
    """What each method takes for a find, in words."""
    paraphrases = settings.paraphrases
    return {
        "verbatim": f"a docstring or solution of at least {settings.verbatim.least_length} characters",
        "openai_substrings": f"one of {settings.substrings} runs of {settings.substring_length} letters and digits",
        "ngram_overlap": f"{settings.ngram} words in a row of the question or the tests",
        "code_normalised": f"{code_normalised.ALIKE:.0%} of the weight of a solution's parts, or "
        f"{code_normalised.ALIKE_IN_ORDER:.0%} with {code_normalised.RUNS_IN_ORDER:.0%} of its runs in order; a weight "
        f"of at least {code_normalised.LEAST_WEIGHT:.0f}",
        "reworded": f"cosine of {reworded.ALIKE}, more for short texts",
        "embedding": "" if paraphrases is None else f"cosine of embeddings of {paraphrases.similarity}",
        "paraphrase": "" if paraphrases is None else "yes of the model that is asked, or no answer",
    }


def by_method(
    settings: Decontamination, hits: pl.DataFrame, sample: pl.DataFrame, sampled: int
) -> pl.DataFrame:
    """`method, action, threshold, rows, by_decision, seeds_found, seeds_looked_at, rate_on_seeds`.

    `sample` are finds (`place`, `method`) in `sampled` seeds of the recipe. A corpus may hold benchmarks, so that the
    rate is the most that the method can be wrong by.
    """
    said = thresholds(settings)
    methods = [*settings.methods, *sorted(set(hits["method"]) - set(settings.methods))]
    rows = []
    for method in methods:
        own, seen = hits.filter(method=method), sample.filter(method=method)["place"].n_unique()
        measured = sampled if method in settings.methods else 0
        rows.append(
            {
                "method": method,
                "action": action_of(settings, method),
                "threshold": said.get(method, ""),
                "rows": own["response_id"].n_unique(),
                "by_decision": own.filter(pl.col("decision").is_not_null())["response_id"].n_unique(),
                "seeds_found": seen if measured else None,
                "seeds_looked_at": measured,
                "rate_on_seeds": seen / measured if measured else None,
            }
        )
    return pl.DataFrame(rows, schema=BY_METHOD)


BY_METHOD = pl.Schema(
    {
        "method": pl.String,
        "action": pl.String,
        "threshold": pl.String,
        "rows": pl.Int64,
        "by_decision": pl.Int64,
        "seeds_found": pl.Int64,
        "seeds_looked_at": pl.Int64,
        "rate_on_seeds": pl.Float64,
    }
)


def finds_in_seeds(
    seeds: pl.LazyFrame,
    problems: pl.DataFrame,
    settings: Decontamination,
    row_cache: RowCache | None,
    *,
    seed: int,
    workers: int | None,
) -> tuple[pl.DataFrame, int]:
    """Finds in a sample of `seeds` (`seed_id, seed, language`), those first by id; and how many there were."""
    some = (
        seeds.select("seed_id", pl.col("seed").alias("text"), "language")
        .sort("seed_id")  # ids are hashes: the first are as good as drawn
        .head(settings.false_finds_sample)
        .collect()
        .unique(["text", "language"], maintain_order=True)
        .select("text", "language")
    )
    found, _ = compared(some, problems, settings, row_cache, seed=seed, workers=workers)
    return found, some.height


def waiting(hits: pl.DataFrame) -> pl.DataFrame:
    """Finds that a person shall decide and nobody has."""
    return hits.filter((pl.col("action") == "review") & pl.col("decision").is_null())


def pairs(hits: pl.DataFrame, texts: pl.DataFrame, problems: pl.DataFrame, most: int) -> list[dict[str, str]]:
    """Rows and problems side by side, those that wait for a person and those that more methods found first.

    `texts` has `response_id, instruction, response, seed`. Each pair has `row, part, benchmark, problem_id, methods,
    matched, state, text, problem`.
    """
    grouped = (
        hits.with_columns(
            pl.when(pl.col("decision").is_not_null())
            .then(pl.format("{}: {} ({})", "decision", "why", "by"))
            .when(pl.col("action") == "review")
            .then(pl.lit(WAITS))
            .otherwise(pl.col("action"))
            .alias("state")
        )
        .group_by("response_id", "part", *PAIR, maintain_order=True)
        .agg(pl.col("method").unique(maintain_order=True), "matched", pl.col("state").first())
        .sort(
            (pl.col("state") == "waits for a person"),
            pl.col("method").list.len(),
            descending=True,
            maintain_order=True,
        )
        .unique(["response_id", "part"], keep="first", maintain_order=True)
        .head(most)
    )
    rows = {row["response_id"]: row for row in texts.iter_rows(named=True)}
    known = {(row["benchmark"], row["problem_id"]): row for row in problems.iter_rows(named=True)}
    found = grouped.iter_rows(named=True)
    return [
        _pair(one, rows.get(one["response_id"], {}), known[one["benchmark"], one["problem_id"]])
        for one in found
    ]


def _pair(one: dict, row: dict, problem: dict) -> dict[str, str]:
    shown = [problem["question"], problem["canonical_solution"]]
    if one["method"] == ["ngram_overlap"]:
        shown.append(problem["test"])
    return {
        "row": one["response_id"],
        "part": one["part"],
        "benchmark": one["benchmark"],
        "problem_id": one["problem_id"],
        "methods": ", ".join(one["method"]),
        "matched": " | ".join(dict.fromkeys(one["matched"])),
        "state": one["state"],
        "text": row.get(one["part"]) or "",
        "problem": "\n\n".join(text for text in shown if text),
    }
