"""Jobs that a person starts in the UI or a sensor starts: reading a dump, and looking after dumps that failed."""

from enum import Enum

import dagster as dg

from assets.corpus_dump.asset import KEY as CORPUS_DUMP
from pipeline_defs.dagster_private import UnresolvedAssetJobDefinition
from pipeline_defs.graph.dumps import CORPUS_DUMP_JOB, fingerprint_of, forget, refuse_unknown, retry
from resources.corpus_source.base import SourceError
from resources.corpus_source.resource import CorpusSourcesResource
from resources.parquet_store.io_manager import ParquetIOManager


def corpus_dump_job() -> UnresolvedAssetJobDefinition:
    """The job that a new dump starts."""
    return dg.define_asset_job(
        CORPUS_DUMP_JOB,
        selection=dg.AssetSelection.assets(CORPUS_DUMP).without_checks()
        | dg.AssetSelection.checks(dg.AssetCheckKey(CORPUS_DUMP, "rows_accounted_for")),
        description="Read one dump into the store.",
    )


class DumpAction(Enum):
    """What can be done about a dump."""

    retry = "retry"
    forget = "forget"


class DumpConfig(dg.Config):
    """Which dump, and what is to be done about it."""

    dump: str
    action: DumpAction = DumpAction.retry


@dg.op
def look_after_dump(
    context: dg.OpExecutionContext,
    config: DumpConfig,
    store: dg.ResourceParam[ParquetIOManager],
    corpus_sources: CorpusSourcesResource,
) -> None:
    """Retry: the dump's sensor reads it at its next tick. Forget: its table and its partition are taken out."""
    try:
        refuse_unknown(config.dump, store.store(), corpus_sources)
    except SourceError as error:
        raise dg.Failure(str(error), allow_retries=False) from None
    if config.action is DumpAction.retry:
        retry(config.dump, store.store())
        context.log.info(f"{config.dump}: its sensor reads it at its next tick")
        return
    forget(config.dump, store.store(), context.instance, fingerprint_of(config.dump, corpus_sources))
    context.log.info(f"{config.dump}: forgotten until its source changes")


@dg.job(description="Retry or forget a dump that could not be read (`seedline dumps` shows them).")
def manage_dump() -> None:
    """One dump, one action."""
    look_after_dump()
