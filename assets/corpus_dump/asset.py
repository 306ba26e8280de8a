"""The asset `corpus_dump`: one partition a dump, read from its source into the store."""

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import dagster as dg

from assets.corpus_dump.reading import Spared, read_dump
from assets.corpus_dump.settings import CorpusDumpSettings
from assets.corpus_dump.table import TABLE
from assets.publishing.plots import bar_plot, counts_frame, png_markdown
from assets.publishing.progress import LogProgress
from assets.publishing.publication import Materialized, accounts_check, publish
from assets.publishing.recipe_assets import artifact_asset, code_version
from resources.corpus_source.resource import CorpusSourcesResource
from resources.parquet_store.io_manager import ParquetIOManager

KEY = dg.AssetKey("corpus_dump")
VERSION = "6"


def build(
    dumps: dg.PartitionsDefinition,
    settings: CorpusDumpSettings,
    spared: Callable[[], Spared] = lambda: lambda files: files,
) -> dg.AssetsDefinition:
    """The asset over the partitions `dumps`; `spared` is asked when a dump is read, what of it may be stored."""

    @artifact_asset(
        key=KEY,
        partitions_def=dumps,
        group_name="corpus",
        kinds={"polars", "parquet"},
        code_version=version_of(settings),
        io_manager_key="store",
        metadata={"seedline/key_column": TABLE.key},
        check_specs=[accounts_check(KEY)],
        source=source_fingerprint,
        settings=[settings],
    )
    def corpus_dump(
        context: dg.AssetExecutionContext,
        store: dg.ResourceParam[ParquetIOManager],
        corpus_sources: CorpusSourcesResource,
    ) -> Materialized:
        """Source files of one dump, as they came: readable text in a known language, with provenance.

        Files that are taken down keep their row and lose their text.
        """
        source = corpus_sources.open(context.partition_key)
        progress = LogProgress(context.log, "files read")
        with tempfile.TemporaryDirectory(dir=store.store().storage.staging_folder()) as spool:
            read = read_dump(source, context.partition_key, settings, Path(spool), progress, spared=spared())
            by_language = counts_frame(read.files_by_language, "language", "files")
            return publish(
                context,
                store,
                TABLE,
                read.batches,
                ledger=read.ledger,
                languages=read.languages,
                metadata={
                    "source": dg.MetadataValue.json(source.describe()),
                    "languages": dg.MetadataValue.md(
                        png_markdown("files", bar_plot(by_language, "language", "files"))
                    ),
                },
            )

    return corpus_dump


def source_fingerprint(given: Mapping[str, Any], dump: str | None) -> str:
    """The fingerprint of a dump's source."""
    return given["corpus_sources"].open(dump or "").fingerprint()


def version_of(settings: CorpusDumpSettings) -> str:
    """The code version of the asset with these settings."""
    return code_version("corpus_dump", VERSION, [settings])
