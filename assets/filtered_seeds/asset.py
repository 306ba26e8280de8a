"""The asset `filtered_seeds`: the snippets that instructions grow from, after every filter of the recipe."""

from contextlib import ExitStack
from typing import Any

import dagster as dg
import polars as pl

from assets.asking.model_calls import asking, budget_check, budget_result, call_metadata
from assets.asking.prompts import prompts_digest
from assets.filtered_seeds.chain import Chain
from assets.filtered_seeds.coreset.picture import draw_coreset, draw_radius
from assets.filtered_seeds.docstring_judge.judge import PACKAGE as DOCSTRING_JUDGE
from assets.filtered_seeds.docstring_judge.judge import examples_digest
from assets.filtered_seeds.filters.recipe import data_of_filters
from assets.filtered_seeds.settings import SeedSettings
from assets.filtered_seeds.table import TABLE
from assets.publishing.plots import png_markdown
from assets.publishing.progress import LogProgress
from assets.publishing.publication import Materialized, accounts_check, cache_of, publish
from assets.publishing.recipe_assets import RecipeAssets
from assets.texts.embedding import embedding_matrix
from resources.embedder.resource import EmbedderResource
from resources.engines.resource import EnginesResource
from resources.engines.spec import EngineSpec
from resources.parquet_store.io_manager import ParquetIOManager
from resources.row_cache.resource import RowCacheResource
from resources.type_checker.resource import TypeCheckerResource
from resources.workers.resource import WorkersResource

ARTIFACT = "filtered_seeds"
VERSION = "5"


def build(shared: RecipeAssets, settings: SeedSettings, spec: EngineSpec) -> dg.AssetsDefinition:
    """The asset of one recipe; `spec` is the docstring judge's model, where the recipe has a judge."""
    key = shared.key(ARTIFACT)
    judged = settings.docstring_judge is not None
    asked_of = [spec, prompts_digest(DOCSTRING_JUDGE), examples_digest()] if judged else []
    benchmarks = {"benchmarks": dg.AssetIn("benchmarks")} if settings.verbatim_benchmarks else {}

    @shared.asset(
        ARTIFACT,
        TABLE,
        version=VERSION,
        settings=[settings, *asked_of, *data_of_filters(settings.filters)],
        expensive=judged,
        ins={"raw_corpus": dg.AssetIn("raw_corpus"), **benchmarks},
        check_specs=[accounts_check(key), *([budget_check(key)] if judged else [])],
        pool="engine" if judged else "cpu",
    )
    def filtered_seeds(
        context: dg.AssetExecutionContext,
        raw_corpus: pl.LazyFrame,
        store: dg.ResourceParam[ParquetIOManager],
        row_cache: RowCacheResource,
        type_checker: TypeCheckerResource,
        workers: WorkersResource,
        embedder: EmbedderResource,
        engines: dg.ResourceParam[EnginesResource],
        **problems: pl.LazyFrame,
    ) -> Materialized:
        """Documented, type-checked, distinct pieces of code (as the recipe asks), with their exact lines."""
        language = context.partition_key
        with ExitStack() as stack:
            asker = stack.enter_context(asking(context, engines, row_cache, spec)) if judged else None
            chain = Chain(
                settings,
                language,
                cache_of(context, row_cache),
                type_checker.open(language, settings.check, settings.check_environment)
                if settings.check
                else None,
                embedder=stack.enter_context(embedder.open(settings.coreset.embedder))
                if settings.coreset
                else None,
                ask=asker,
                problems=problems["benchmarks"].collect() if benchmarks else None,
                progress=LogProgress(context.log, "rows"),
                workers=workers.count(),
            )
            seeds = chain.run(raw_corpus).select(TABLE.schema.names())
        return publish(
            context,
            store,
            TABLE,
            seeds,
            ledger=chain.ledger,
            metadata={
                "rows_computed": dg.MetadataValue.json(chain.counts.computed),
                "rows_reused": dg.MetadataValue.json(chain.counts.reused),
                **coreset_metadata(chain),
                **(call_metadata(asker, seeds.height) if asker else {}),
            },
            checks=[budget_result(key, asker)] if asker else [],
        )

    return filtered_seeds


def coreset_metadata(chain: Chain) -> dict[str, Any]:
    """Covering radius and pictures of the coreset; empty where the recipe has none."""
    if chain.coreset is None or chain.embedded is None or chain.coreset.picks.is_empty():
        return {}
    kept = chain.embedded["seed_id"].is_in(chain.coreset.picks["id"].implode()).to_numpy()
    points = embedding_matrix(chain.embedded, "seed_id")
    spread = png_markdown("coreset", draw_coreset(points, kept, "Coreset"))
    return {
        "covering_radius": float(chain.coreset.picks["radius"][-1]),
        "coreset": dg.MetadataValue.md(spread),
        "covering_radius_by_size": dg.MetadataValue.md(
            png_markdown("radius", draw_radius(chain.coreset.picks))
        ),
    }
