"""The asset `raw_corpus`: the usable files of all dumps, by language, shared by every recipe."""

import hashlib
from collections.abc import Callable

import dagster as dg
import polars as pl

from assets.corpus_dump.table import TABLE
from assets.publishing.plots import bar_plot, png_markdown
from assets.publishing.publication import Materialized, accounts_check, publish
from assets.publishing.recipe_assets import artifact_asset, code_version
from assets.raw_corpus.licenses import license_mix
from assets.raw_corpus.selection import STAGE, select_files
from assets.raw_corpus.settings import RawCorpusSettings
from assets.raw_corpus.take_down_rules import TakeDownError, TakeDowns, parse_take_downs
from assets.raw_corpus.take_downs import without_text
from assets.rows.ledger import Ledger
from assets.rows.table import Table, taken_over
from resources.parquet_store.io_manager import ParquetIOManager
from resources.regular_files import NotARegularFileError, as_text
from resources.storage import S3Options, Storage

KEY = dg.AssetKey("raw_corpus")
CORPUS = Table(TABLE.key, taken_over(TABLE.columns, "corpus_dump"))
VERSION = "3"


def build(
    languages: dg.PartitionsDefinition,
    dumps: dg.DynamicPartitionsDefinition,
    settings: RawCorpusSettings,
    rebuild: dg.AutomationCondition,
    s3: S3Options,
) -> dg.AssetsDefinition:
    """The asset over the partitions `languages`, reading all of `dumps`."""

    @artifact_asset(
        key=KEY,
        ins={"corpus_dump": dg.AssetIn("corpus_dump", partition_mapping=dg.AllPartitionMapping())},
        partitions_def=languages,
        automation_condition=rebuild,
        group_name="corpus",
        kinds={"polars", "parquet"},
        code_version=code_version("raw_corpus", VERSION, [settings]),
        io_manager_key="store",
        metadata={"seedline/key_column": TABLE.key},
        check_specs=[accounts_check(KEY)],
        source=lambda _given, _partition: take_downs_digest(settings, s3),
        settings=[settings],
    )
    def raw_corpus(
        context: dg.AssetExecutionContext,
        corpus_dump: pl.LazyFrame,
        store: dg.ResourceParam[ParquetIOManager],
    ) -> Materialized:
        """Files that may be used: allowed licenses, no take-downs, each content once, the newest dump's."""
        chosen = select_files(
            corpus_dump.filter(pl.col("language") == context.partition_key),
            dump_order=(),  # by name: dumps are named so that they sort, as dates do
            allow=settings.allow,
            take_downs=read_take_downs(settings, s3),
        )
        ledger = Ledger()
        ledger.record(
            STAGE, "files", chosen.counts["read"], chosen.rejected.collect(), rows_out=chosen.counts["kept"]
        )
        licenses = license_mix(chosen.kept)
        return publish(
            context,
            store,
            CORPUS,
            chosen.kept,
            ledger=ledger,
            metadata={
                "licenses": dg.MetadataValue.md(
                    png_markdown("licenses", bar_plot(licenses, "license", "files"))
                ),
            },
        )

    return raw_corpus


def spared_files(settings: RawCorpusSettings, s3: S3Options) -> Callable[[pl.DataFrame], pl.DataFrame]:
    """What may be stored of a dump's files, by the take-downs as they are now. Raises `TakeDownError`."""
    rules = read_take_downs(settings, s3)
    return lambda files: without_text(files, rules)


def read_take_downs(settings: RawCorpusSettings, s3: S3Options) -> TakeDowns:
    """The take-downs that the settings name. Raises `TakeDownError`."""
    return parse_take_downs(take_downs_text(settings, s3), settings.take_downs or "no take-downs")


def take_downs_digest(settings: RawCorpusSettings, s3: S3Options) -> str:
    """Digest of the take-downs file as it is now: whoever edits it changes what `raw_corpus` is made from.

    A missing file counts as another one, and stops the asset when it runs.
    """
    try:
        text = take_downs_text(settings, s3)
    except TakeDownError:
        return "missing"
    return hashlib.sha256(text.encode()).hexdigest()


def take_downs_text(settings: RawCorpusSettings, s3: S3Options) -> str:
    """The text of the take-downs file; empty where none is set. Raises `TakeDownError` where it cannot be read."""
    if settings.take_downs is None:
        return ""
    folder, slash, name = settings.take_downs.rpartition("/")
    storage = Storage(folder or slash or ".", s3)
    try:
        return as_text(storage.read_bytes(storage.path(name)))
    except (OSError, UnicodeDecodeError) as error:
        raise TakeDownError(
            f"take-downs {settings.take_downs} cannot be read: {_why(error)}; correct the setting "
            "raw_corpus.take_downs. Nothing is built meanwhile, because what was taken down would come back"
        ) from error


def _why(error: OSError | UnicodeDecodeError) -> str:
    if isinstance(error, UnicodeDecodeError):
        return f"it is not text in UTF-8 (byte {error.start + 1}: {error.reason})"
    return f"it {error.strerror}" if isinstance(error, NotARegularFileError) else str(error)
