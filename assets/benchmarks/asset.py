"""The asset `benchmarks`: the problems of every registered benchmark, shared by all recipes.

A table like any other, so that a changed benchmark makes what was decontaminated against it stale.
"""

import dagster as dg
import polars as pl

from assets.benchmarks.digests import identities, sources_digest
from assets.benchmarks.pins import Pins
from assets.benchmarks.registry import load_benchmarks
from assets.benchmarks.source import Sources, as_source
from assets.benchmarks.table import TABLE
from assets.publishing.plots import bar_plot, png_markdown
from assets.publishing.publication import Materialized, publish
from assets.publishing.recipe_assets import artifact_asset, code_version
from resources.parquet_store.io_manager import ParquetIOManager

KEY = dg.AssetKey("benchmarks")
VERSION = "6"


def build(
    registered: Sources, rebuild: dg.AutomationCondition, pins: Pins | None = None
) -> dg.AssetsDefinition:
    """The asset over the built-in benchmarks and those `registered` in the settings (name to source).

    What is on the hub is read as it was pinned, where `pins` names it.
    """
    named = sorted((name, as_source(source).model_dump_json()) for name, source in registered.items())

    @artifact_asset(
        key=KEY,
        group_name="corpus",
        kinds={"polars", "parquet"},
        code_version=code_version("benchmarks", VERSION, [repr(named)]),
        io_manager_key="store",
        metadata={"seedline/key_column": TABLE.key},
        source=lambda _given, _partition: sources_digest(registered, pins),
        automation_condition=rebuild,
    )
    def benchmarks(
        context: dg.AssetExecutionContext, store: dg.ResourceParam[ParquetIOManager]
    ) -> Materialized:
        """Evaluation problems: what the data is kept clean of, and what checkpoints are scored on."""
        problems = load_benchmarks(files=registered, pins=pins)
        of_files = identities(registered, pins).select(
            "benchmark", pl.col("digest").alias("files_digest"), "revision"
        )
        by_name = problems.group_by("benchmark", "language").len("problems").sort("benchmark", "language")
        names = by_name.with_columns(label=by_name["benchmark"] + " " + by_name["language"].fill_null("-"))
        return publish(
            context,
            store,
            TABLE,
            problems.join(of_files, on="benchmark", how="left", maintain_order="left"),
            metadata={
                "problems": dg.MetadataValue.md(
                    png_markdown("problems", bar_plot(names, "label", "problems"))
                )
            },
        )

    return benchmarks
