"""The asset `sft_dataset`: training rows in chat form, one an instruction, clean of the registered benchmarks."""

from contextlib import ExitStack
from functools import partial

import dagster as dg
import polars as pl

from assets.embedding import embedded
from assets.ledger import Ledger
from assets.progress import LogProgress
from assets.publication import Materialised, accounts_check, address_of, bar_plots, publish
from assets.recipe_assets import RecipeAssets
from assets.sft_dataset.categories import categories_digest
from assets.sft_dataset.rows import contamination_report, training_rows
from assets.sft_dataset.settings import SftSettings
from assets.sft_dataset.table import TABLE
from resources.embedder.resource import EmbedderResource
from resources.parquet_store import ParquetIOManager
from resources.row_cache.resource import RowCacheResource

ARTIFACT = "sft_dataset"
VERSION = "2"
WORTH_CHECK = "rows_are_worth_training_on"


def build(shared: RecipeAssets, settings: SftSettings) -> dg.AssetsDefinition:
    """The asset of one recipe."""
    key = shared.key(ARTIFACT)
    worth = dg.AssetCheckSpec(
        WORTH_CHECK,
        asset=key,
        description="No row was written by rule, or copied from the corpus, instead of by a model.",
    )

    @shared.asset(
        ARTIFACT,
        TABLE,
        version=VERSION,
        settings=[settings, categories_digest()],
        ins={
            "verified_responses": dg.AssetIn(shared.key("verified_responses")),
            "filtered_seeds": dg.AssetIn(shared.key("filtered_seeds")),
            "raw_corpus": dg.AssetIn("raw_corpus"),
            "benchmarks": dg.AssetIn("benchmarks"),
        },
        check_specs=[accounts_check(key), worth],
    )
    def sft_dataset(
        context: dg.AssetExecutionContext,
        verified_responses: pl.LazyFrame,
        filtered_seeds: pl.LazyFrame,
        raw_corpus: pl.LazyFrame,
        benchmarks: pl.LazyFrame,
        store: dg.ResourceParam[ParquetIOManager],
        row_cache: RowCacheResource,
        embedder: EmbedderResource,
    ) -> Materialised:
        """Selected, decontaminated training rows with licence, repository, commit, path and lines of their seed."""
        verified, problems = verified_responses.collect(), benchmarks.collect()
        with ExitStack() as stack:
            embed = None
            if settings.categories is not None:
                embed = partial(
                    embedded,
                    embedder=stack.enter_context(embedder.open(settings.categories.embedder)),
                    row_cache=row_cache.for_user(str(address_of(context))),
                    progress=LogProgress(context.log, "embeddings"),
                )
            outcome, hits = training_rows(verified, filtered_seeds, raw_corpus, problems, settings, embed)
        ledger = Ledger()
        ledger.record_outcome("responses", verified.height, outcome, step="selection")
        report = contamination_report(problems, hits)
        by_rule = outcome.kept.filter(pl.col("engine").is_null() | (pl.col("engine") == "offline")).height
        return publish(
            context,
            store,
            TABLE,
            outcome.kept,
            ledger=ledger,
            beside={"contamination": hits},
            metadata={
                "contamination": dg.MetadataValue.md(report),
                "contaminated_rows": hits["response_id"].n_unique(),
                **bar_plots(outcome.kept, "category", "code_language"),
            },
            checks=[
                dg.AssetCheckResult(
                    check_name=WORTH_CHECK,
                    asset_key=key,
                    passed=by_rule == 0,
                    severity=dg.AssetCheckSeverity.WARN,
                    description=f"{by_rule} of {outcome.kept.height} rows were written by rule or copied from the "
                    "corpus: a baseline to run the pipeline with, not data to train a model on (such pairs made "
                    "models worse in Magicoder's ablation)."
                    if by_rule
                    else "every row was written by a model",
                )
            ],
        )

    return sft_dataset
