"""What the rows' own tables say of how they were made: models, tokens, costs, verdicts, contamination, yields.

Facts for the card, the papers and the record. Read from the store, never guessed: what no table says is null.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from assets.exports.rows import dataset_version, public_model, scanned
from resources.engines.deployment import Prices
from resources.parquet_store import ParquetStore

MODELS = pl.Schema(
    {
        "recipe": pl.String,
        "step": pl.String,
        "model": pl.String,
        "revision": pl.String,
        "engine": pl.String,
        "calls": pl.Int64,
        "prompt_tokens": pl.Int64,
        "completion_tokens": pl.Int64,
        "cost": pl.Float64,
    }
)
"""Columns of what was asked of models; rejected answers that a table holds count too."""

BENCHMARKS = pl.Schema(
    {"benchmark": pl.String, "problems": pl.Int64, "problems_found": pl.Int64, "rows_found": pl.Int64}
)
"""Columns of the contamination report: of each benchmark, what was found among a recipe's candidate rows."""

_CALLS = (
    ("instructions", "concepts_generation", "concepts"),
    ("instructions", "generation", "instructions"),
    ("instructions", "solution_generation", "solutions"),
    ("candidate_responses", "generation", "responses"),
)


@dataclass(frozen=True)
class RecipeFacts:
    """What one recipe says of itself and its tables say of it."""

    name: str
    description: str
    links: Mapping[str, str]
    methods: Mapping[str, str]
    """Stage to method: instructions, responses, verification, selection's form."""
    decontamination: tuple[str, ...]
    """Methods by which benchmark problems were looked for."""
    funnel: pl.DataFrame
    """`artifact, step, unit, rows_in, kept, rejected`, in order."""
    models: pl.DataFrame
    """`MODELS`."""
    verdicts: pl.DataFrame
    """`language, verdict, responses`."""
    benchmarks: pl.DataFrame
    """`BENCHMARKS`."""
    version: Mapping[str, str]
    """Language to content digest of its training rows."""


def models_asked(store: ParquetStore, recipe: str, prices: Prices) -> pl.DataFrame:
    """Which models were asked at which step, and what for (`MODELS`)."""
    found = [pl.DataFrame(schema=MODELS)]
    for artifact, column, step in _CALLS:
        frame = scanned(store, (recipe, artifact))
        if frame is None or column not in frame.collect_schema().names():
            continue
        of = pl.col(column).struct.field
        counted = (
            frame.filter(pl.col(column).is_not_null() & of("engine").is_not_null())
            .select(
                public_model(of("model")).alias("model"),
                of("revision").alias("revision"),
                of("engine").alias("engine"),
                of("prompt_tokens").cast(pl.Int64).alias("prompt_tokens"),
                of("completion_tokens").cast(pl.Int64).alias("completion_tokens"),
            )
            .group_by("model", "revision", "engine")
            .agg(pl.len().cast(pl.Int64).alias("calls"), pl.col("prompt_tokens", "completion_tokens").sum())
            .with_columns(pl.lit(recipe).alias("recipe"), pl.lit(step).alias("step"), cost=_cost(prices))
            .select(MODELS.names())
            .sort("model", "revision", "engine", nulls_last=True)
        )
        found.append(counted.collect())
    return pl.concat(found)


def verdict_counts(store: ParquetStore, recipe: str) -> pl.DataFrame:
    """`language, verdict, responses` of every response that was judged."""
    empty = pl.DataFrame(schema={"language": pl.String, "verdict": pl.String, "responses": pl.Int64})
    counted = [empty]
    for address in store.partitions((recipe, "verified_responses__verdicts")):
        language = dict(address.partition).get("language", "all")
        verdicts = store.scan(address).group_by("verdict").agg(pl.len().cast(pl.Int64).alias("responses"))
        counted.append(verdicts.select(pl.lit(language).alias("language"), "verdict", "responses").collect())
    return pl.concat(counted).sort("language", "responses", "verdict", descending=[False, True, False])


def contamination(store: ParquetStore, recipe: str) -> pl.DataFrame:
    """What was found of each registered benchmark (`BENCHMARKS`)."""
    problems, hits = scanned(store, ("benchmarks",)), scanned(store, (recipe, "sft_dataset__contamination"))
    if problems is None:
        return pl.DataFrame(schema=BENCHMARKS)
    counted = problems.group_by("benchmark").agg(pl.len().cast(pl.Int64).alias("problems"))
    if hits is None:
        found = pl.LazyFrame(schema={name: BENCHMARKS[name] for name in BENCHMARKS if name != "problems"})
    else:
        found = hits.group_by("benchmark").agg(
            pl.col("problem_id").n_unique().cast(pl.Int64).alias("problems_found"),
            pl.col("response_id").n_unique().cast(pl.Int64).alias("rows_found"),
        )
    joined = counted.join(found, on="benchmark", how="left").with_columns(
        pl.col("problems_found", "rows_found").fill_null(0)
    )
    return joined.select(BENCHMARKS.names()).sort("benchmark").collect()


def recipe_facts(
    store: ParquetStore,
    name: str,
    *,
    description: str,
    links: Mapping[str, str],
    methods: Mapping[str, str],
    decontamination: Sequence[str],
    funnel: pl.DataFrame,
    prices: Prices,
) -> RecipeFacts:
    """What the store says of recipe `name`, beside what the recipe's file says."""
    return RecipeFacts(
        name=name,
        description=description,
        links=links,
        methods=methods,
        decontamination=tuple(decontamination),
        funnel=funnel,
        models=models_asked(store, name, prices),
        verdicts=verdict_counts(store, name),
        benchmarks=contamination(store, name),
        version=dataset_version(store, name),
    )


def corpus_counts(store: ParquetStore) -> dict[str, int]:
    """`read` and `kept` files of the corpus, and reason to files that were left out of it."""
    rejected, funnel = scanned(store, ("raw_corpus__rejected",)), scanned(store, ("raw_corpus__funnel",))
    if funnel is None:
        return {}
    totals = funnel.select(pl.col("rows_in", "kept").sum()).collect().row(0)
    counted = (
        {}
        if rejected is None
        else dict(rejected.group_by("reason").len().sort("reason").collect().iter_rows())
    )
    return {"read": totals[0], "kept": totals[1], **counted}


def _cost(prices: Prices) -> pl.Expr:
    return (pl.col("prompt_tokens") * prices.prompt + pl.col("completion_tokens") * prices.completion) / 1e6
