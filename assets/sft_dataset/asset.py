"""The asset `sft_dataset`: training rows in chat form, one an instruction, clean of the registered benchmarks."""

import dagster as dg
import polars as pl

from assets.ledger import Ledger
from assets.publication import Materialised, accounts_check, publish
from assets.recipe_assets import RecipeAssets
from assets.sft_dataset.rows import contamination_report, training_rows
from assets.sft_dataset.settings import SftSettings
from assets.sft_dataset.table import TABLE
from resources.parquet_store import ParquetIOManager

ARTIFACT = "sft_dataset"
VERSION = "1"
WORTH_CHECK = "rows_are_worth_training_on"


def build(shared: RecipeAssets, settings: SftSettings) -> dg.AssetsDefinition:
    """The asset of one recipe."""
    key = shared.key(ARTIFACT)
    worth = dg.AssetCheckSpec(
        WORTH_CHECK, asset=key, description="No row was written by rule instead of by a model."
    )

    @shared.asset(
        ARTIFACT,
        TABLE,
        version=VERSION,
        settings=[settings],
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
    ) -> Materialised:
        """Selected, decontaminated training rows with licence, repository, commit, path and lines of their seed."""
        verified, problems = verified_responses.collect(), benchmarks.collect()
        outcome, hits = training_rows(verified, filtered_seeds, raw_corpus, problems, settings)
        ledger = Ledger()
        ledger.record_outcome("responses", verified.height, outcome, step="selection")
        report = contamination_report(problems, hits)
        by_rule = outcome.kept.filter(pl.col("engine") == "offline").height
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
            },
            checks=[
                dg.AssetCheckResult(
                    check_name=WORTH_CHECK,
                    asset_key=key,
                    passed=by_rule == 0,
                    severity=dg.AssetCheckSeverity.WARN,
                    description=f"{by_rule} of {outcome.kept.height} rows were written by rule: a baseline "
                    "to run the pipeline with, not data to train a model on (such pairs made models worse in "
                    "Magicoder's ablation)."
                    if by_rule
                    else "every row was written by a model",
                )
            ],
        )

    return sft_dataset
