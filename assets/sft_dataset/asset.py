"""The asset `sft_dataset`: training rows in chat form, one an instruction, clean of the registered benchmarks."""

from collections.abc import Callable
from contextlib import ExitStack
from functools import partial

import dagster as dg
import polars as pl

from assets.asking.asker import Asker
from assets.asking.model_calls import asking, budget_check, budget_result, call_metadata
from assets.asking.prompts import prompts_digest
from assets.benchmarks.pins import Pins, broken_pins
from assets.publishing.described import bar_plots
from assets.publishing.markdown import markdown_table
from assets.publishing.progress import LogProgress
from assets.publishing.publication import (
    Materialized,
    accounts_check,
    cache_of,
    publish,
)
from assets.publishing.recipe_assets import RecipeAssets
from assets.rows.ledger import Ledger
from assets.sft_dataset.categories import categories_digest
from assets.sft_dataset.decisions import decisions_digest
from assets.sft_dataset.paraphrases import paraphrase_hits
from assets.sft_dataset.report import PAGE, contamination_report
from assets.sft_dataset.rows import training_rows
from assets.sft_dataset.settings import SftSettings
from assets.sft_dataset.table import TABLE
from assets.texts.embedding import Embed, embedded
from assets.verified_responses.table import TABLE as VERIFIED
from resources.embedder.base import EmbedderSpec
from resources.embedder.resource import EmbedderResource
from resources.engines.resource import EnginesResource
from resources.engines.spec import EngineSpec
from resources.parquet_store import ParquetStore
from resources.parquet_store.io_manager import ParquetIOManager
from resources.row_cache.resource import RowCacheResource
from resources.workers.resource import WorkersResource

ARTIFACT = "sft_dataset"
VERSION = "11"
WORTH_CHECK = "rows_are_worth_training_on"
LINEAGE_CHECK = "lineage_is_complete"
BENCHMARKS_CHECK = "benchmarks_are_those_pinned"
DECIDED_CHECK = "contamination_is_decided"

BrokenLineage = Callable[[ParquetStore, str, str, pl.DataFrame], pl.DataFrame]
"""Store, recipe, language and training rows to those rows that do not lead back to a file."""


def build(
    shared: RecipeAssets,
    settings: SftSettings,
    spec: EngineSpec,
    broken_lineage: BrokenLineage,
    pins: Pins,
) -> dg.AssetsDefinition:
    """The asset of one recipe; `spec` is the model that is asked about paraphrases, where the recipe wants that.

    `broken_lineage` is the audit's question, asked before the rows are put in place. `pins` say what the benchmarks
    were when they were pinned.
    """
    key = shared.key(ARTIFACT)
    held = {name: pins[name] for name in sorted(pins) if _relies_on(settings, name)}
    paraphrases = settings.decontamination.paraphrases
    asks = paraphrases is not None and paraphrases.ask
    asked_of = [spec, prompts_digest("assets.sft_dataset")] if asks else []
    worth = dg.AssetCheckSpec(
        WORTH_CHECK,
        asset=key,
        description="No row was written by rule, or copied from the corpus, instead of by a model.",
    )
    whole = dg.AssetCheckSpec(
        LINEAGE_CHECK,
        asset=key,
        blocking=True,
        description="Every training row leads back to repository, commit, path, lines and license.",
    )

    pinned = dg.AssetCheckSpec(
        BENCHMARKS_CHECK,
        asset=key,
        blocking=True,
        description="Every benchmark that the recipe requires is there, and each pinned one is what it was.",
    )

    decided = dg.AssetCheckSpec(
        DECIDED_CHECK,
        asset=key,
        blocking=settings.decontamination.review_blocks,
        description="No find waits for a person's decision.",
    )

    @shared.asset(
        ARTIFACT,
        TABLE,
        version=VERSION,
        output=True,
        settings=[
            settings,
            categories_digest(),
            *asked_of,
            *([repr(held)] if held else []),
            decisions_digest(settings.decontamination.decisions),
        ],
        expensive=bool(asked_of),
        ins={
            "verified_responses": dg.AssetIn(shared.key("verified_responses")),
            "filtered_seeds": dg.AssetIn(shared.key("filtered_seeds")),
            "raw_corpus": dg.AssetIn("raw_corpus"),
            "benchmarks": dg.AssetIn("benchmarks"),
        },
        check_specs=[
            accounts_check(key),
            whole,
            pinned,
            decided,
            worth,
            *([budget_check(key)] if asked_of else []),
        ],
        pool="engine" if asked_of else None,
    )
    def sft_dataset(
        context: dg.AssetExecutionContext,
        verified_responses: pl.LazyFrame,
        filtered_seeds: pl.LazyFrame,
        raw_corpus: pl.LazyFrame,
        benchmarks: pl.LazyFrame,
        store: dg.ResourceParam[ParquetIOManager],
        row_cache: RowCacheResource,
        workers: WorkersResource,
        embedder: EmbedderResource,
        engines: dg.ResourceParam[EnginesResource],
    ) -> Materialized:
        """Selected, decontaminated training rows with license, repository, commit, path and lines of their seed."""
        verified, problems = verified_responses.collect(), benchmarks.collect()
        askers: list[Asker] = []
        with ExitStack() as stack:

            def embed_by(wanted: EmbedderSpec) -> Embed:
                return partial(
                    embedded,
                    embedder=stack.enter_context(embedder.open(wanted)),
                    row_cache=cache_of(context, row_cache),
                    progress=LogProgress(context.log, "embeddings"),
                )

            embed = rephrased = None
            if settings.categories is not None:
                embed = embed_by(settings.categories.embedder)
            if paraphrases is not None:
                if asks:
                    askers.append(
                        stack.enter_context(asking(context, engines, row_cache, spec, what="paraphrases"))
                    )
                rephrased = partial(
                    paraphrase_hits,
                    settings=paraphrases,
                    embed=embed_by(paraphrases.embedder),
                    ask=askers[0] if askers else None,
                    id_column=VERIFIED.key,
                )
            found = training_rows(
                verified,
                filtered_seeds,
                raw_corpus,
                problems,
                settings,
                embed,
                rephrased,
                workers=workers.count(),
                row_cache=cache_of(context, row_cache),
            )
        outcome, hits = found.outcome, found.hits
        ledger = Ledger()
        ledger.record_outcome("responses", verified.height, outcome, step="selection")
        report = contamination_report(
            f"Contamination of {shared.recipe}, {context.partition_key}",
            found,
            problems,
            filtered_seeds,
            verified.lazy()
            .select("response_id", "file_id")
            .join(raw_corpus.select("file_id", "repo"), on="file_id")
            .collect(),
            settings.decontamination,
            cache_of(context, row_cache),
            seed=settings.seed,
            workers=workers.count(),
        )
        broken = broken_lineage(store.store(), shared.recipe, context.partition_key, outcome.kept)
        by_rule = outcome.kept.filter(pl.col("engine").is_null() | (pl.col("engine") == "offline")).height
        return publish(
            context,
            store,
            TABLE,
            outcome.kept,
            ledger=ledger,
            beside={
                "contamination": hits,
                "contamination_page": pl.DataFrame({"html": [report.page]}, schema=PAGE),
            },
            metadata={
                "contamination": dg.MetadataValue.md(report.markdown),
                "contaminated_rows": hits["response_id"].n_unique(),
                **bar_plots(outcome.kept, "category", "code_language"),
                **(call_metadata(askers[0], outcome.kept.height) if askers else {}),
            },
            checks=[
                *(budget_result(key, asker) for asker in askers),
                dg.AssetCheckResult(
                    check_name=LINEAGE_CHECK,
                    asset_key=key,
                    passed=broken.is_empty(),
                    description=f"{broken.height} training rows without a whole origin",
                    metadata={"broken": dg.MetadataValue.md(markdown_table(broken.head(10)))},
                ),
                _pinned_result(key, problems, settings, held),
                dg.AssetCheckResult(
                    check_name=DECIDED_CHECK,
                    asset_key=key,
                    passed=report.waiting == 0,
                    severity=dg.AssetCheckSeverity.ERROR
                    if settings.decontamination.review_blocks
                    else dg.AssetCheckSeverity.WARN,
                    description=f"{report.waiting} finds wait for a decision; write it into the file that "
                    "decontamination.decisions names"
                    if report.waiting
                    else "no find waits for a decision",
                ),
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
                ),
            ],
        )

    return sft_dataset


def _relies_on(settings: SftSettings, benchmark: str) -> bool:
    wanted = settings.decontamination
    return wanted.benchmarks is None or benchmark in {*wanted.benchmarks, *wanted.required}


def _pinned_result(
    key: dg.AssetKey, problems: pl.DataFrame, settings: SftSettings, pins: Pins
) -> dg.AssetCheckResult:
    """Whether the benchmarks that the rows were held against are those that the recipe relies on."""
    found = problems.group_by("benchmark").agg(
        pl.len().alias("rows"), pl.col("files_digest").first().alias("digest")
    )
    used = pins.keys() & set(found["benchmark"])
    wrong = broken_pins(found, pins, settings.decontamination.required, used)
    return dg.AssetCheckResult(
        check_name=BENCHMARKS_CHECK,
        asset_key=key,
        passed=not wrong,
        description="\n".join(wrong)
        or (f"{len(pins)} pinned benchmarks are what they were" if pins else "no benchmark is pinned"),
    )
